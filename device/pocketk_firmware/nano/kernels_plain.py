"""The integer network's kernels as the reference: plain Python for both runtimes.

Arithmetic of TensorFlow Lite's int8 reference kernels with its double rounding, for multipliers of 15 bits; see
`requantise`. No intermediate leaves int32 for any file that `mcu_file` accepts: the range proof puts intervals through
this very code.
"""

from pocketk_firmware.nano.clamp import clamp
from pocketk_firmware.nano.layer import (
    FRAMES,
    IN,
    KERNEL,
    LEAST,
    MOST,
    OUT,
    STRIDE,
    TABLE_AT,
    WEIGHTS_AT,
    X_AT,
    Y_AT,
    ZERO,
)

NAME = "plain"


def convolve(layer, file, arena) -> None:
    """Convolution, pointwise and dense: a frame's window is contiguous, so each output is one dot product."""
    n = layer[KERNEL] * layer[IN]
    for t in range(layer[FRAMES]):
        x_at = layer[X_AT] + t * layer[STRIDE] * layer[IN]
        y_at = layer[Y_AT] + t * layer[OUT]
        for channel in range(layer[OUT]):
            total = _dot(layer, file, arena, x_at, channel, n)
            arena[y_at + channel] = _finish(layer, file, channel, total)


def sums(layer, file, arena) -> None:
    """Like `convolve`, but the int32 sums themselves go out, little-endian."""
    n = layer[KERNEL] * layer[IN]
    for channel in range(layer[OUT]):
        total = _dot(layer, file, arena, layer[X_AT], channel, n)
        y_at = layer[Y_AT] + 4 * channel
        for i in range(4):
            arena[y_at + i] = (total >> (8 * i)) & 0xFF


def depthwise(layer, file, arena) -> None:
    """Each channel convolved with its own kernel; weights lie kernel first, (K, C)."""
    channels = layer[IN]
    for t in range(layer[FRAMES]):
        x_at = layer[X_AT] + t * layer[STRIDE] * channels
        y_at = layer[Y_AT] + t * channels
        for channel in range(channels):
            total = word(file, layer[TABLE_AT] + 8 * channel)
            for k in range(0, layer[KERNEL] * channels, channels):
                weight = file[layer[WEIGHTS_AT] + k + channel] - 128
                total = total + arena[x_at + k + channel] * weight
            arena[y_at + channel] = _finish(layer, file, channel, total)


def average(layer, _file, arena) -> None:
    """The mean of each channel over the window, rounded, halves away from zero."""
    channels = layer[IN]
    n = layer[KERNEL]
    for t in range(layer[FRAMES]):
        x_at = layer[X_AT] + t * layer[STRIDE] * channels
        for channel in range(channels):
            total = -128 * n
            for k in range(0, n * channels, channels):
                total = total + arena[x_at + k + channel]
            # As in `requantise`; an odd window has no halves.
            mean = (total + n // 2 + (total >> 31) * (1 - n % 2)) // n
            arena[layer[Y_AT] + t * channels + channel] = clamp(mean + 128, layer[LEAST], layer[MOST])


def move(arena, to, start, n) -> None:
    """Move `n` bytes of the arena forward to an earlier place; the places may overlap."""
    for i in range(n):
        arena[to + i] = arena[start + i]


def _dot(layer, file, arena, x_at, channel, n):
    """Bias and products of one output: sum of x * (w - 128), the bias already holding the rest."""
    weights_at = layer[WEIGHTS_AT] + channel * n
    total = word(file, layer[TABLE_AT] + 8 * channel)
    for i in range(n):
        total = total + arena[x_at + i] * (file[weights_at + i] - 128)
    return total


def _finish(layer, file, channel, total):
    scale = word(file, layer[TABLE_AT] + 8 * channel + 4)
    steps = requantise(total, scale & 0x7FFF, scale >> 16)
    return clamp(steps + layer[ZERO], layer[LEAST], layer[MOST])


def requantise(total, multiplier, shift):
    """Return `total * multiplier / 2**(15 + shift)`, rounded twice as TensorFlow Lite does.

    First `total * multiplier / 2**15` to nearest, halves up; then the shift to nearest, halves away from zero. That
    is its MultiplyByQuantizedMultiplier for the multiplier `multiplier << 16`. The product of 30 and 15 bits is made
    of two that fit in 31.

    Args:
        total: at most 2**30 in size.
        multiplier: 0 to 32767.
        shift: 0 to 30.
    """
    high = (total >> 15) * multiplier
    product = high + (((total & 0x7FFF) * multiplier + 0x4000) >> 15)
    if shift == 0:
        return product
    # Taking one from what is negative turns "halves up" into "halves away from zero".
    below = product >> 31
    return (product + below + (1 << (shift - 1))) >> shift


def word(file, at) -> int:
    """Read an int32, little-endian; the last byte carries the sign."""
    high = (file[at + 3] ^ 0x80) - 0x80
    return (high << 24) + (file[at + 2] << 16) + (file[at + 1] << 8) + file[at]
