"""What a front end makes of millivolts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from pocketk_agent.patient.adc import (
    ADS1292R,
    TWELVE_BIT,
    HighPass,
    digitise,
    draw_electrode_offset_mv,
    draw_front_end,
    to_counts,
)

BOTH = pytest.mark.parametrize("simulated", [ADS1292R, TWELVE_BIT], ids=["24-bit", "12-bit"])


def rng():
    return np.random.default_rng(7)


def test_the_24_bit_front_end_resolves_a_microvolt_and_bears_300_mv():
    end = ADS1292R.front_end
    assert end.lsb_mv == pytest.approx(2420.0 / 6 / (2**23 - 1), rel=1e-4)
    assert end.lsb_mv <= 1e-3
    assert end.rail_high_counts * end.lsb_mv > 300.0 + 5.0
    assert end.adc_bits == 24


def test_the_12_bit_front_end_has_steps_of_1_6_uv():
    end = TWELVE_BIT.front_end
    assert (end.lsb_mv, end.zero_counts, end.rail_low_counts, end.rail_high_counts) == (1.611e-3, 2048, 0, 4095)


@BOTH
@given(st.lists(st.floats(-1000.0, 1000.0), min_size=1, max_size=50))
def test_counts_are_within_half_a_step_or_at_a_rail(simulated, millivolts):
    end = simulated.front_end
    ecg_mv = np.array(millivolts)
    counts = to_counts(end, ecg_mv)
    assert counts.dtype == np.int32
    low, high = (np.array([end.rail_low_counts, end.rail_high_counts]) - end.zero_counts) * end.lsb_mv
    off = np.abs(end.to_mv(counts) - np.clip(ecg_mv, low, high))
    assert off.max() <= 0.5000001 * end.lsb_mv
    assert (end.at_rail(counts) | ((ecg_mv > low) & (ecg_mv < high))).all()


@BOTH
def test_a_lost_contact_goes_to_its_rail(simulated):
    rail = np.array([0, 1, 1, -1, 0], np.int8)
    counts = digitise(simulated, np.zeros(5), rng(), rail=rail)
    end = simulated.front_end
    assert counts[1:4].tolist() == [end.rail_high_counts, end.rail_high_counts, end.rail_low_counts]
    assert not end.at_rail(counts[[0, 4]]).any()


def test_an_electrode_offset_passes_the_24_bit_front_end_and_saturates_it_beyond_its_range():
    end = ADS1292R.front_end
    counts = digitise(ADS1292R, np.zeros(1000), rng(), electrode_offset_mv=250.0)
    assert end.to_mv(counts).mean() == pytest.approx(250.0, abs=1e-3)
    assert end.at_rail(digitise(ADS1292R, np.zeros(10), rng(), electrode_offset_mv=500.0)).all()


def test_the_hardware_high_pass_of_the_12_bit_front_end_takes_the_offset_and_slow_drift_out():
    t_s = np.arange(20000) / 500.0
    slow_mv, fast_mv = np.sin(2 * np.pi * 0.05 * t_s), np.sin(2 * np.pi * 5.0 * t_s)
    kept = TWELVE_BIT.front_end.to_mv(digitise(TWELVE_BIT, slow_mv + fast_mv, rng(), electrode_offset_mv=250.0))
    lines = np.abs(np.fft.rfft(kept)) / 10000
    assert lines[2] == pytest.approx(0.1, abs=0.02)  # 0.05 Hz at a tenth of the corner
    assert lines[200] == pytest.approx(1.0, abs=0.02)


@BOTH
def test_the_front_ends_own_noise_has_its_rms(simulated):
    ecg_mv = simulated.front_end.to_mv(digitise(simulated, np.zeros(20000), rng()))
    quantised = np.hypot(simulated.noise_uv, simulated.front_end.lsb_mv * 1e3 / np.sqrt(12))
    assert ecg_mv.std() * 1e3 == pytest.approx(quantised, rel=0.03)


def test_without_its_noise_a_front_end_repeats_itself():
    x = np.sin(np.arange(500) / 20.0)
    quiet = ADS1292R.noiseless()
    assert (digitise(quiet, x, np.random.default_rng(1)) == digitise(quiet, x, np.random.default_rng(2))).all()


def test_the_high_pass_is_the_recursive_filter():
    x = rng().normal(0.0, 1.0, 20000).cumsum() * 0.01 + 3.0
    keep = np.exp(-2 * np.pi * 0.5 / 500.0)
    low, _ = lfilter([1 - keep], [1, -keep], x, zi=[keep * x[0]])
    np.testing.assert_allclose(HighPass(0.5, 500.0).filtered(x), x - low, atol=1e-9)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_the_high_pass_does_the_same_in_blocks_of_any_length(lengths):
    x = np.random.default_rng(1).normal(0.0, 1.0, sum(lengths))
    whole, block = HighPass(0.5, 500.0).filtered(x), HighPass(0.5, 500.0)
    parts = [block.filtered(part) for part in np.split(x, np.cumsum(lengths)[:-1])]
    np.testing.assert_allclose(np.concatenate(parts), whole, atol=1e-10)


def test_front_ends_are_drawn_of_both_kinds_with_their_steps():
    generator = rng()
    drawn = [draw_front_end(generator).front_end for _ in range(2000)]
    twelve = [end.lsb_mv for end in drawn if end.adc_bits == 12]
    assert 0.26 < len(twelve) / len(drawn) < 0.34
    assert min(twelve) >= 1.6e-3
    assert max(twelve) <= 5e-3


def test_electrode_offsets_stay_within_300_mv():
    generator = rng()
    offsets = np.array([draw_electrode_offset_mv(generator) for _ in range(2000)])
    assert np.abs(offsets).max() <= 300.0
    assert offsets.std() == pytest.approx(60.0, rel=0.1)


@pytest.mark.parametrize("ecg_mv", [np.array([1.0, np.nan]), np.array([np.inf]), np.zeros((2, 2))])
def test_what_is_no_strip_is_refused(ecg_mv):
    with pytest.raises(ValueError, match="finite millivolts"):
        digitise(ADS1292R, ecg_mv, rng())
