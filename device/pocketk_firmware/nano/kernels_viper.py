"""The integer network's kernels in MicroPython's viper; the results of `kernels_plain`, bit for bit.

Imported by MicroPython alone. All bytes are unsigned, so no load needs a sign restored but that of the bias. Inner
loops take four products a turn: viper spends more on a turn than on a product.
"""

# ruff: noqa: F821, PLR0915  `ptr8` and the like are viper's own names; a call costs more than a long function
# pyright: reportUndefinedVariable=false, reportMissingImports=false, reportIndexIssue=false, reportCallIssue=false
# pyright: reportArgumentType=false, reportOperatorIssue=false

try:
    import micropython
except ImportError as error:
    raise ImportError("viper is an emitter of MicroPython: CPython runs kernels_plain") from error

NAME = "viper"


@micropython.viper
def convolve(layer: ptr32, file: object, arena: ptr8):
    """Convolution, pointwise and dense; see `kernels_plain.convolve`."""
    m = 1
    m = m << 31
    table = ptr32(int(ptr8(file)) + layer[3])
    weights = int(ptr8(file)) + layer[4]
    n = layer[8] * layer[6]
    step = layer[9] * layer[6]
    channels = layer[7]
    zero = layer[10]
    least = layer[11]
    most = layer[12]
    x_at = int(arena) + layer[1]
    y = ptr8(int(arena) + layer[2])
    frames = layer[5]
    while frames > 0:
        # weights are 128 too large: 128 times the sum of the window is taken off each output
        x = ptr8(x_at)
        excess = 0
        i = 0
        while i < n:
            excess += x[i]
            i += 1
        excess = excess << 7
        w = ptr8(weights)
        channel = 0
        while channel < channels:
            total = ((table[channel << 1] ^ m) - m) - excess
            x = ptr8(x_at)
            i = n
            while i >= 4:
                total += x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3]
                x = ptr8(int(x) + 4)
                w = ptr8(int(w) + 4)
                i -= 4
            while i > 0:
                total += x[0] * w[0]
                x = ptr8(int(x) + 1)
                w = ptr8(int(w) + 1)
                i -= 1
            scale = table[(channel << 1) + 1]
            shift = scale >> 16
            scale = scale & 0x7FFF
            total = (total >> 15) * scale + (((total & 0x7FFF) * scale + 0x4000) >> 15)
            if shift > 0:
                total = (total + (total >> 31) + (1 << (shift - 1))) >> shift
            total += zero
            if total < least:
                total = least
            elif total > most:
                total = most
            y[channel] = total
            channel += 1
        x_at += step
        y = ptr8(int(y) + channels)
        frames -= 1


@micropython.viper
def sums(layer: ptr32, file: object, arena: ptr8):
    """Like `convolve`, but the int32 sums go out; see `kernels_plain.sums`."""
    table = ptr32(int(ptr8(file)) + layer[3])
    weights = ptr8(int(ptr8(file)) + layer[4])
    n = layer[8] * layer[6]
    x = ptr8(int(arena) + layer[1])
    y = ptr32(int(arena) + layer[2])
    at = 0
    channel = 0
    while channel < layer[7]:
        total = table[channel << 1]
        i = 0
        while i < n:
            total += x[i] * (weights[at] - 128)
            at += 1
            i += 1
        y[channel] = total
        channel += 1


@micropython.viper
def depthwise(layer: ptr32, file: object, arena: ptr8):
    """Each channel convolved with its own kernel; see `kernels_plain.depthwise`."""
    m = 1
    m = m << 31
    table = ptr32(int(ptr8(file)) + layer[3])
    weights = int(ptr8(file)) + layer[4]
    channels = layer[6]
    end = layer[8] * channels
    step = layer[9] * channels
    zero = layer[10]
    least = layer[11]
    most = layer[12]
    x_at = int(arena) + layer[1]
    y = ptr8(int(arena) + layer[2])
    frames = layer[5]
    while frames > 0:
        channel = 0
        while channel < channels:
            total = (table[channel << 1] ^ m) - m
            x = ptr8(x_at)
            w = ptr8(weights)
            i = channel
            while i < end:
                total += x[i] * (w[i] - 128)
                i += channels
            scale = table[(channel << 1) + 1]
            shift = scale >> 16
            scale = scale & 0x7FFF
            total = (total >> 15) * scale + (((total & 0x7FFF) * scale + 0x4000) >> 15)
            if shift > 0:
                total = (total + (total >> 31) + (1 << (shift - 1))) >> shift
            total += zero
            if total < least:
                total = least
            elif total > most:
                total = most
            y[channel] = total
            channel += 1
        x_at += step
        y = ptr8(int(y) + channels)
        frames -= 1


@micropython.viper
def average(layer: ptr32, _file: object, arena: ptr8):
    """The mean of each channel over the window; see `kernels_plain.average`."""
    channels = layer[6]
    n = layer[8]
    half = n >> 1
    least = layer[11]
    most = layer[12]
    x_at = int(arena) + layer[1]
    y = ptr8(int(arena) + layer[2])
    frames = layer[5]
    while frames > 0:
        channel = 0
        while channel < channels:
            x = ptr8(x_at + channel)
            total = 0
            i = n
            while i > 0:
                total += x[0]
                x = ptr8(int(x) + channels)
                i -= 1
            total -= n << 7
            if total >= 0:  # noqa: SIM108
                total = (total + half) // n
            else:
                total = 0 - (half - total) // n
            total += 128
            if total < least:
                total = least
            elif total > most:
                total = most
            y[channel] = total
            channel += 1
        x_at += layer[9] * channels
        y = ptr8(int(y) + channels)
        frames -= 1


@micropython.viper
def move(arena: ptr8, to: int, start: int, n: int):
    """Move `n` bytes of the arena to an earlier place; see `kernels_plain.move`."""
    i = 0
    while i < n:
        arena[to + i] = arena[start + i]
        i += 1
