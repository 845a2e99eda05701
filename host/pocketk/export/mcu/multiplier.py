"""Scales as a microcontroller has them: a multiplier of 15 bits and a shift.

TensorFlow Lite multiplies an int32 sum by a Q31 multiplier, which takes a 64-bit product. The chip's product has 15
bits and the sum 30. Both give the same integers exactly where the Q31 multiplier's low 16 bits are zero. They are
where every activation scale is a power of two and every weight scale has at most 15 significant bits, since their
product and quotient are then exact: `round_weight_scale` and `round_activation_scale` make such scales, and a network
quantised with them loses nothing on its way to the chip. Any other scale changes by up to 1 in 32,768.
"""

import math

from pocketk.export.mcu.mcu_error import McuExportError
from pocketk_firmware.nano.mcu_file import MOST_SHIFT

_BITS = 15


def multiplier_of(scale: float) -> tuple[int, int, bool]:
    """Return multiplier, shift and whether `multiplier * 2**-(15 + shift)` is exactly TensorFlow Lite's multiplier.

    Args:
        scale: input scale * weight scale / output scale, 0 to below 1 (a channel without weights has 0).

    Raises:
        McuExportError: the scale is not finite, negative, or 1 and more.
    """
    if not 0 <= scale < 1:
        raise McuExportError(
            f"a scale of {scale:g} between layers does not lie within 0 and 1: the output's range is smaller than one "
            "step of the sum; give the layer a wider output range"
        )
    fraction, exponent = math.frexp(scale)
    q31 = round(fraction * 2**31)  # what TensorFlow Lite computes with
    multiplier = round(fraction * 2**_BITS)
    if multiplier == 2**_BITS:
        multiplier, exponent = multiplier // 2, exponent + 1
    if exponent > 0:
        raise McuExportError(f"a scale of {scale!r} between layers rounds to 1; give the layer a wider output range")
    if -exponent > MOST_SHIFT:
        return 0, 0, scale == 0.0
    return multiplier, -exponent, q31 == multiplier << (31 - _BITS)


def round_weight_scale(scale: float) -> float:
    """Return the nearest scale with 15 significant bits; it differs by at most 1 in 32,768.

    Raises:
        McuExportError: the scale is not positive and finite.
    """
    _check(scale)
    fraction, exponent = math.frexp(scale)
    return math.ldexp(round(fraction * 2**_BITS), exponent - _BITS)


def round_activation_scale(scale: float) -> float:
    """Return the smallest power of two that is not smaller: no value within the old range saturates.

    Raises:
        McuExportError: the scale is not positive and finite.
    """
    _check(scale)
    fraction, exponent = math.frexp(scale)
    return math.ldexp(1.0, exponent - 1 if fraction == 0.5 else exponent)


def _check(scale: float) -> None:
    if not 0 < scale < math.inf:
        raise McuExportError(f"a scale must be positive and finite, not {scale!r}")
