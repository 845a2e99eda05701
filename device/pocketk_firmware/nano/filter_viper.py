"""The integer chain of `pocketk-nano-v1` in MicroPython's viper; the results of `filter_plain`, bit for bit.

Imported by MicroPython alone. `ptr32` loads are signed on a 32-bit chip and zero-extended on a 64-bit one, so every
load that may be negative goes through `(v ^ m) - m` with m = 2**31, which is right on both.
"""

# ruff: noqa: F821, PLR0912, PLR0915  `ptr32` and the like are viper's own names; a call costs more than a long function
# pyright: reportUndefinedVariable=false, reportMissingImports=false, reportIndexIssue=false

try:
    import micropython
except ImportError as error:
    raise ImportError("viper is an emitter of MicroPython: CPython runs filter_plain") from error


@micropython.viper
def run(state: ptr32, counts: ptr32, n: int, out: ptr8) -> int:
    """Put `n` samples through the chain; see `filter_plain.run`."""
    m = 1
    m = m << 31
    low = (state[0] ^ m) - m
    high = (state[1] ^ m) - m
    middle = (state[2] ^ m) - m
    up = state[3]
    down = state[4]
    multiplier = state[5]
    wrote = 0
    i = 0
    while i < n:
        # DC level off, and into units
        v = (counts[i] ^ m) - m
        i += 1
        if v <= low:
            v = low
            if state[9] < 0x3FFFFFFF:
                state[9] = state[9] + 1
        elif v >= high:
            v = high
            if state[9] < 0x3FFFFFFF:
                state[9] = state[9] + 1
        v = (v - middle) << up
        if state[6] == 0:
            state[6] = 1
            state[8] = v
        dc = (state[8] ^ m) - m
        v = v - dc
        state[8] = dc + (v >> 8) + (v >> 9) + (v >> 11)
        v = ((v >> down) + 1) >> 1
        if v > 65535:
            v = 65535
        elif v < -65535:
            v = -65535
        v = (v * multiplier + 0x8000) >> 16
        if v > 16383 or v < -16383:
            v = 16383 if v > 0 else -16383
            if state[10] < 0x3FFFFFFF:
                state[10] = state[10] + 1
        # notch, low-pass, low-pass
        at = 12
        while at < 45:
            a1 = (state[at + 3] ^ m) - m
            a2 = (state[at + 4] ^ m) - m
            x1 = (state[at + 5] ^ m) - m
            y1 = (state[at + 7] ^ m) - m
            e1 = (state[at + 9] ^ m) - m
            total = (0x2000 - a1 * e1 - a2 * ((state[at + 10] ^ m) - m)) >> 14
            total += ((state[at] ^ m) - m) * v + ((state[at + 1] ^ m) - m) * x1
            total += ((state[at + 2] ^ m) - m) * ((state[at + 6] ^ m) - m)
            total = total - a1 * y1 - a2 * ((state[at + 8] ^ m) - m) + 0x2000
            state[at + 10] = e1
            state[at + 9] = (total & 0x3FFF) - 0x2000
            state[at + 6] = x1
            state[at + 5] = v
            state[at + 8] = y1
            v = total >> 14
            if v > 16383:
                v = 16383
            elif v < -16383:
                v = -16383
            state[at + 7] = v
            at += 11
        # every fourth goes out
        phase = state[7] + 1
        if phase == 4:
            phase = 0
            v = (v + 16) >> 5
            if v > 127 or v < -127:
                v = 127 if v > 0 else -127
                if state[11] < 0x3FFFFFFF:
                    state[11] = state[11] + 1
            out[wrote] = v
            wrote += 1
        state[7] = phase
    return wrote
