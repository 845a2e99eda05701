"""From sums of products to outputs, in viper: what `kernels_thumb` does behind its assembler."""

# ruff: noqa: F821  `ptr8` and the like are viper's own names
# pyright: reportUndefinedVariable=false, reportMissingImports=false, reportIndexIssue=false, reportCallIssue=false
# pyright: reportArgumentType=false, reportOperatorIssue=false

try:
    import micropython
except ImportError as error:
    raise ImportError("viper is an emitter of MicroPython: CPython runs kernels_plain") from error


@micropython.viper
def window_excess(job: ptr32, arena: ptr8) -> int:
    """Return 128 times the sum of the window that `job` names: what unsigned weights add to each of its sums."""
    x = ptr8(int(arena) + job[0])
    n = job[2]
    total = 0
    i = 0
    while i < n:
        total += x[i]
        i += 1
    return total << 7


@micropython.viper
def finish(layer: ptr32, file: object, arena: ptr8, job: ptr32):
    """Add biases to the sums in `job[6:]`, take `job[4]` off each, requantise them and store them at `job[5]`."""
    m = 1
    m = m << 31
    table = ptr32(int(ptr8(file)) + layer[3])
    excess = job[4]
    y = ptr8(int(arena) + job[5])
    channel = 0
    while channel < layer[7]:
        total = ((table[channel << 1] ^ m) - m) - excess + ((job[channel + 6] ^ m) - m)
        scale = table[(channel << 1) + 1]
        shift = scale >> 16
        scale = scale & 0x7FFF
        total = (total >> 15) * scale + (((total & 0x7FFF) * scale + 0x4000) >> 15)
        if shift > 0:
            total = (total + (total >> 31) + (1 << (shift - 1))) >> shift
        total += layer[10]
        if total < layer[11]:
            total = layer[11]
        elif total > layer[12]:
            total = layer[12]
        y[channel] = total
        channel += 1
