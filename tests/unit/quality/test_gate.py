"""The gate names what is wrong, accepts real hearts, and never raises."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from generated_ecg import ecg_mv
from pocketk_agent.quality.gate import flag_samples, judge_clip
from pocketk_agent.quality.reason import IN_WORDS, QualityReason
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS

FS_HZ = 500.0


@pytest.mark.parametrize("rate_bpm", [35, 50, 72, 120, 200])
@pytest.mark.parametrize("fs_hz", [250.0, 300.0, 498.3, 1000.0])
def test_a_clean_heart_passes_at_any_rate(rate_bpm: float, fs_hz: float):
    x = ecg_mv(10, fs_hz, rate_bpm)
    assert judge_clip(x, fs_hz) == ()
    assert not any(mask.any() for mask in flag_samples(x, fs_hz).by_reason().values())


@pytest.mark.parametrize("amplitude_mv", [0.1, 1.0, 20.0])
def test_noise_without_a_heart_is_refused(amplitude_mv: float):
    x = np.random.default_rng(0).normal(0, amplitude_mv, 5000)
    assert judge_clip(x, FS_HZ) in {(QualityReason.MUSCLE_NOISE,), (QualityReason.NO_QRS,)}


def noisy(sd_mv: float) -> np.ndarray:
    return ecg_mv(10) + np.random.default_rng(0).normal(0, sd_mv, 5000)


def test_a_heart_under_heavy_noise_is_refused_as_muscle_noise():
    assert judge_clip(noisy(0.6), FS_HZ) == (QualityReason.MUSCLE_NOISE,)


def test_two_beats_in_ten_seconds_are_no_rhythm():
    x, k = np.random.default_rng(0).normal(0, 0.005, 5000), np.arange(-25, 25)
    for at in (1500, 2700):
        x[at + k] += 1.0 - np.abs(k) / 25
    assert judge_clip(x, FS_HZ) != ()


def test_a_pause_of_four_seconds_is_no_reliable_rhythm():
    x = ecg_mv(10)
    x[2600:4900] = x[2600] + np.random.default_rng(0).normal(0, 0.008, 2300)
    assert QualityReason.NO_QRS in judge_clip(x, FS_HZ)


def test_bursts_that_never_repeat_are_refused_however_quiet_it_is_between_them():
    rng = np.random.default_rng(0)
    x = rng.normal(0, 0.005, 5000)
    for k in range(300, 4900, 400):
        shape = np.hanning(60) * np.convolve(rng.normal(0, 1, 68), np.ones(9) / 9, "valid")
        x[k - 30 : k + 30] += shape / np.abs(shape).max()
    assert judge_clip(x, FS_HZ) != ()


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"min_beats": 50}, QualityReason.NO_QRS),
        ({"max_rr_s": 0.5}, QualityReason.NO_QRS),
        ({"noise_between_beats": 0.01}, QualityReason.MOTION),
        ({"min_alikeness": 1.0}, QualityReason.MOTION),
        ({"noise_unlike": 0.0, "alikeness_noisy": 1.0}, QualityReason.MOTION),
        ({"slow_difference": 0.0, "slow_noise": 0.0}, QualityReason.MOTION),
        ({"slow_difference": 0.0, "slow_fast": 0.0}, QualityReason.MOTION),
        ({"steady_slow": 0.0, "steady_rr": 9.0}, QualityReason.MOTION),
        ({"noise_between_beats": 0.01, "muscle_ratio": 0.0}, QualityReason.MUSCLE_NOISE),
        ({"mains_mv": 0.0, "mains_over_others": 0.0}, QualityReason.MAINS),
        ({"low_qrs_mv": 5.0}, QualityReason.LOW_AMPLITUDE),
        ({"slowest_bpm": 90.0}, QualityReason.RATE_OUT_OF_RANGE),
        ({"fastest_bpm": 60.0}, QualityReason.RATE_OUT_OF_RANGE),
        ({"second_noise": 0.01}, QualityReason.TOO_FEW_GOOD_SECONDS),
        ({"pulses_per_minute": 0.0}, QualityReason.PACED),
    ],
)
def test_every_limit_is_honoured(limits: dict, reason: QualityReason):
    assert judge_clip(noisy(0.05), FS_HZ) == ()
    assert judge_clip(noisy(0.05), FS_HZ, limits=replace(DEFAULT_THRESHOLDS, **limits)) == (reason,)


def test_a_converter_that_holds_its_value_is_flat_at_any_level():
    x = ecg_mv(30)
    x[6000:6400] = 5.0
    x[10_000] = 6.0
    x[12_000:12_400] = x[12_000]
    flat = flag_samples(x, FS_HZ).flat
    assert flat[6001:6400].all()
    assert flat[12_001:12_400].all()
    assert np.count_nonzero(flat) < 900


def test_a_dead_channel_is_flat_everywhere():
    flags = flag_samples(np.zeros(5000), FS_HZ)
    assert flags.flat.all()
    assert judge_clip(np.zeros(5000), FS_HZ) == (QualityReason.NO_QRS,)


def test_electronics_noise_without_a_patient_is_flat():
    assert flag_samples(np.random.default_rng(0).normal(0, 0.001, 5000), FS_HZ).flat.all()


def test_a_dropout_inside_a_heart_is_flat_where_it_is_and_not_elsewhere():
    x = ecg_mv(30)
    x[6000:8000] = x[6000]
    flat = flag_samples(x, FS_HZ).flat
    assert flat[6100:7900].all()
    assert not flat[:5900].any()
    assert not flat[8100:].any()


def test_an_undeclared_rail_is_saturation():
    x = np.clip(ecg_mv(10), None, 0.4)
    x[3000:3100] = 0.4
    saturated = flag_samples(x, FS_HZ).saturated
    assert saturated[3000:3100].all()


def test_missing_samples_are_a_gap_and_nothing_else():
    x = ecg_mv(10)
    x[1000:1100] = np.nan
    x[2000] = np.inf
    flags = flag_samples(x, FS_HZ)
    assert np.count_nonzero(flags.missing) == 101
    assert not flags.bad.any()


def test_lead_off_outranks_the_rail_that_it_floats_to():
    x, off = ecg_mv(10), np.zeros(5000, bool)
    off[100:900] = True
    flags = flag_samples(x, FS_HZ, lead_off=off, saturated=off)
    np.testing.assert_array_equal(flags.lead_off, off)
    assert not flags.saturated.any()
    np.testing.assert_array_equal(flags.bad, off)


def test_a_strip_that_is_all_missing_is_a_gap():
    flags = flag_samples(np.full(5000, np.nan), FS_HZ)
    assert flags.missing.all()
    assert not flags.bad.any()


@pytest.mark.parametrize("n", [1, 10, 499])
def test_less_than_a_second_is_refused_not_judged(n: int):
    assert judge_clip(np.zeros(n), FS_HZ) == (QualityReason.GAP,)


@settings(max_examples=150, deadline=None)
@given(
    x=npst.arrays(
        np.float64,
        st.integers(1, 3000),
        elements=st.floats(-1e6, 1e6) | st.sampled_from([0.0, np.nan, np.inf, -np.inf, 5.0]),
    ),
    fs_hz=st.sampled_from([100.0, 300.0, 498.3, 20_000.0]),
)
def test_nothing_makes_the_gate_raise(x: np.ndarray, fs_hz: float):
    flags = flag_samples(x, fs_hz)
    assert not (flags.bad & flags.missing).any()
    assert set(judge_clip(x, fs_hz)) <= set(QualityReason)


def test_every_reason_has_words():
    assert set(IN_WORDS) == set(QualityReason)
