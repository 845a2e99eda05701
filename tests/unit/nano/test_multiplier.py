"""Scales with 15 bits, and which of them lose nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.multiplier import multiplier_of, round_activation_scale, round_weight_scale

SCALES = st.floats(1e-8, 1e4, allow_nan=False)


@given(scale=st.floats(2.0**-30, 0.9999))
def test_a_multiplier_is_off_by_at_most_one_in_32768(scale: float) -> None:
    multiplier, shift, exact = multiplier_of(scale)
    assert 0x4000 <= multiplier <= 0x7FFF
    assert 0 <= shift <= 30
    off = abs(multiplier * 2.0 ** -(15 + shift) / scale - 1)
    assert off <= 2**-15
    assert not exact or off <= 2**-31


@given(weight=SCALES, before=SCALES, after=SCALES)
def test_rounded_scales_give_tensorflow_lite_s_multiplier_exactly(weight: float, before: float, after: float) -> None:
    # as they stand in a flatbuffer
    stored = [np.float32(round_weight_scale(weight)), *(np.float32(round_activation_scale(s)) for s in (before, after))]
    scale = float(stored[0]) * float(stored[1]) / float(stored[2])
    if 2.0**-30 <= scale < 1:
        multiplier, shift, exact = multiplier_of(scale)
        assert exact
        assert multiplier * 2.0 ** -(15 + shift) == scale


@given(scale=SCALES)
def test_a_rounded_weight_scale_has_15_bits_and_is_near(scale: float) -> None:
    rounded = round_weight_scale(scale)
    assert math.frexp(rounded)[0] * 2**15 % 1 == 0
    assert abs(rounded / scale - 1) <= 2**-15


@given(scale=SCALES)
def test_a_rounded_activation_scale_is_the_next_power_of_two(scale: float) -> None:
    rounded = round_activation_scale(scale)
    assert math.frexp(rounded)[0] == 0.5
    assert scale <= rounded < 2 * scale


def test_a_channel_without_weights_has_no_scale() -> None:
    assert multiplier_of(0.0) == (0, 0, True)
    assert multiplier_of(2.0**-40) == (0, 0, False)


@pytest.mark.parametrize("scale", [1.0, 1.5, -0.1, math.nan, math.inf, 1 - 1e-9])
def test_a_scale_that_no_chip_has_is_refused(scale: float) -> None:
    with pytest.raises(McuExportError, match="wider output range"):
        multiplier_of(scale)


@pytest.mark.parametrize("rounding", [round_weight_scale, round_activation_scale])
@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_scale_that_is_none_is_refused(rounding, scale: float) -> None:
    with pytest.raises(McuExportError, match="positive and finite"):
        rounding(scale)
