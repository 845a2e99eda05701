"""A front end's stated scale becomes integers that cannot overflow, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.nano.nano_chain import StatedScale, stated_scale
from pocketk_agent.patient.adc import ADS1292R
from pocketk_firmware.front_end import COUNT_MAX, COUNT_MIN
from pocketk_firmware.nano.scaling import LEVEL_BITS, UNIT_PV, scale_of

COUNTS = st.integers(COUNT_MIN, COUNT_MAX)


def stated(low: int, high: int, lsb_pv: int) -> StatedScale:
    return StatedScale(500_000, lsb_pv, 0, low, high, 24)


@given(rails=st.tuples(COUNTS, COUNTS).filter(lambda ends: ends[0] != ends[1]), lsb_pv=st.integers(1, 2**32 - 1))
def test_what_the_range_proof_assumes_holds_for_every_front_end(rails: tuple[int, int], lsb_pv: int) -> None:
    low, high = sorted(rails)
    try:
        scaling = scale_of(stated(low, high, lsb_pv))
    except ValueError as refusal:
        assert "does not fit the range" in str(refusal)  # noqa: PT017
        return
    half = 1 << LEVEL_BITS
    assert LEVEL_BITS - 23 <= scaling.up <= LEVEL_BITS
    assert -half <= (low - scaling.middle) << scaling.up
    assert (high - scaling.middle) << scaling.up <= half
    assert half // 2 < (high - scaling.middle) << scaling.up  # no bit is wasted
    assert 0 <= scaling.down <= 29
    assert 0x4000 <= scaling.multiplier <= 0x7FFF
    units_per_count = 2.0**scaling.up / 2 ** (scaling.down + 1) * scaling.multiplier / 2**16
    assert units_per_count == pytest.approx(lsb_pv / UNIT_PV, rel=3.1e-5)


def test_the_handheld_s_integers() -> None:
    scaling = scale_of(stated_scale(ADS1292R.front_end))
    assert (scaling.middle, scaling.up, scaling.down, scaling.multiplier) == (-1, 6, 7, 20166)


@pytest.mark.parametrize("lsb_pv", [4_000_000_000, 400_000_000])
def test_a_coarse_24_bit_step_is_refused_by_name(lsb_pv: int) -> None:
    with pytest.raises(ValueError, match=f"a count of {lsb_pv} pV does not fit"):
        scale_of(stated(COUNT_MIN, COUNT_MAX, lsb_pv))


def test_a_statement_that_is_not_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="rails must be"):
        scale_of(stated(5, 5, 1000))
