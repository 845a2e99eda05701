"""A strip is what its truth says, to the byte for the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.patient.adc import ADS1292R, TWELVE_BIT
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels, draw_noise_levels
from pocketk_agent.patient.rhythm import steady_rhythm
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from unit.patient.beat_shapes import PLAIN

CLEAN = StripRequest(noise=QUIET, front_end=ADS1292R)


def a_strip(request=None, seed=1, shape=PLAIN, rhythm=None):
    return simulate_strip(shape, request or StripRequest(), np.random.default_rng(seed), rhythm)


@pytest.mark.parametrize(("seconds", "fs_hz"), [(10.0, 500.0), (30.0, 500.0), (10.0, 250.0), (7.3, 498.3)])
def test_length_rate_and_kinds(seconds, fs_hz):
    strip = a_strip(StripRequest(seconds, fs_hz))
    n = round(seconds * fs_hz)
    assert (strip.counts.shape, strip.counts.dtype) == ((n,), np.int32)
    assert (strip.lead_off.shape, strip.lead_off.dtype) == ((n,), np.bool_)
    assert (strip.missing.shape, strip.missing.dtype) == ((n,), np.bool_)
    assert strip.clean_mv.shape == strip.ecg_mv.shape == (n,)
    assert strip.front_end.fs_hz == fs_hz


def test_the_same_seed_gives_the_same_bytes():
    for seed in range(5):
        first, second = a_strip(seed=seed), a_strip(seed=seed)
        assert first.counts.tobytes() == second.counts.tobytes()
        assert first.clean_mv.tobytes() == second.clean_mv.tobytes()
        assert first.truth.levels == second.truth.levels


def test_another_seed_gives_another_strip():
    assert a_strip(seed=1).counts.tobytes() != a_strip(seed=2).counts.tobytes()


def test_a_quiet_strip_is_the_clean_one_within_half_a_step():
    strip = a_strip(CLEAN)
    assert np.abs(strip.ecg_mv - strip.clean_mv).max() <= 0.5001 * ADS1292R.front_end.lsb_mv


def test_reversed_hands_turn_the_strip_over_and_are_in_the_truth():
    strip = a_strip(replace(CLEAN, noise=NoiseLevels(polarity_swapped=True)))
    heart_mv = strip.ecg_mv - strip.truth.electrode_offset_mv
    assert strip.truth.polarity_swapped
    assert np.corrcoef(heart_mv, strip.clean_mv)[0, 1] < -0.99


def test_a_fast_clock_shifts_the_beats_by_its_error():
    rhythm = steady_rhythm(PLAIN, 60.0)
    strip = a_strip(replace(CLEAN, seconds=60.0, noise=NoiseLevels(clock_ppm=1000.0)), rhythm=rhythm)
    last = 29000 + int(np.argmax(strip.clean_mv[29000:29900]))
    r_s = rhythm.r_times_s[np.argmin(np.abs(rhythm.r_times_s - last / 500.0))]
    assert strip.truth.true_fs_hz == pytest.approx(500.5)
    assert last == pytest.approx(r_s * 500.5, abs=1.0)
    assert abs(last - r_s * 500.0) > 20.0


def test_dropped_samples_are_missing_and_nan():
    strip = a_strip(replace(CLEAN, noise=NoiseLevels(dropped_samples=4)))
    assert strip.missing.sum() == 4
    assert np.isnan(strip.ecg_mv[strip.missing]).all()
    assert np.isfinite(strip.ecg_mv[~strip.missing]).all()


def test_a_lost_contact_reaches_the_rail_or_the_flags():
    strips = [a_strip(replace(CLEAN, noise=NoiseLevels(contact_lost=True)), seed) for seed in range(20)]
    railed = [strip.front_end.at_rail(strip.counts).any() for strip in strips]
    flagged = [strip.lead_off.any() for strip in strips]
    assert 0 < sum(railed) < 20
    assert 0 < sum(flagged) < 20


@pytest.mark.parametrize("simulated", [ADS1292R, TWELVE_BIT], ids=["24-bit", "12-bit"])
def test_a_strip_is_a_recording_for_whatever_reads_recordings(simulated):
    strip = a_strip(replace(CLEAN, front_end=simulated, noise=NoiseLevels(dropped_samples=2, electrode_uv=5.0)))
    recorded = strip.to_recorded_strip("patient 7")
    np.testing.assert_array_equal(recorded.ecg_mv, strip.ecg_mv)
    assert (recorded.lead, recorded.fs_hz, recorded.source) == ("I", 500.0, "patient 7")
    assert recorded.native is not None
    assert (recorded.native.counts == strip.counts).all()
    assert recorded.native.adc_bits == simulated.front_end.adc_bits


def test_noise_and_front_end_are_the_same_whatever_the_beat():
    peaked = replace(PLAIN, t_amplitude_uv=700.0, t_width_ms=45.0, qrs_ms=150.0, heart_rate_bpm=60.0)
    for seed in range(40):
        plain, sick = a_strip(seed=seed), a_strip(seed=seed, shape=peaked)
        assert plain.truth.levels == sick.truth.levels
        assert plain.front_end == sick.front_end
        assert (plain.lead_off == sick.lead_off).all()
        assert (plain.missing == sick.missing).all()


def test_the_same_noise_is_added_whatever_the_beat():
    levels = replace(draw_noise_levels(np.random.default_rng(4)), jitter_us=0.0, contact_lost=False)
    request = StripRequest(noise=replace(levels, dropped_samples=0, polarity_swapped=False), front_end=ADS1292R)
    plain, sick = a_strip(request), a_strip(request, shape=replace(PLAIN, t_amplitude_uv=700.0))
    np.testing.assert_allclose(plain.ecg_mv - plain.clean_mv, sick.ecg_mv - sick.clean_mv, atol=1e-4)


def test_given_levels_are_used_as_they_are():
    levels = draw_noise_levels(np.random.default_rng(9), 60.0)
    assert a_strip(StripRequest(noise=levels)).truth.levels == levels


@pytest.mark.parametrize(
    "wrong",
    [{"seconds": 0.0}, {"seconds": float("nan")}, {"fs_hz": 0.0}, {"fs_hz": float("inf")}, {"seconds": -3.0}],
)
def test_an_impossible_request_is_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        StripRequest(**wrong)
