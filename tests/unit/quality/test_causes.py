"""Each reason has a cause of its own, and the cause is named."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ecg_mv
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.quality.gate import judge_clip
from pocketk_agent.quality.reason import QualityReason

FS_HZ = 500.0
NORMAL = profile_shape("typical", 4.1)
AT_S = np.arange(5000) / FS_HZ


def strip_mv(shape: BeatShape = NORMAL, noise: NoiseLevels | None = QUIET, seed: int = 0) -> np.ndarray:
    made = simulate_strip(shape, StripRequest(10.0, FS_HZ, 50.0, noise), np.random.default_rng(seed))
    return np.nan_to_num(made.ecg_mv)


def test_a_quiet_simulated_heart_passes():
    assert judge_clip(strip_mv(), FS_HZ) == ()


@pytest.mark.parametrize("told_hz", [50.0, 60.0])
@pytest.mark.parametrize("tone_hz", [49.8, 50.2, 59.9, 60.1])
def test_mains_is_named_whichever_the_device_was_told(tone_hz: float, told_hz: float):
    x = strip_mv() + 0.5 * np.sin(2 * np.pi * tone_hz * AT_S)
    assert judge_clip(x, FS_HZ, told_hz) == (QualityReason.MAINS,)


def test_a_burst_of_mains_of_two_seconds_is_mains():
    burst = np.where((AT_S > 4.0) & (AT_S < 6.0), 1.0, 0.0)
    assert judge_clip(strip_mv() + burst * np.sin(2 * np.pi * 60 * AT_S), FS_HZ) == (QualityReason.MAINS,)


def test_the_usual_mains_of_a_handheld_passes():
    assert judge_clip(strip_mv() + 0.2 * np.sin(2 * np.pi * 50 * AT_S), FS_HZ) == ()


@pytest.mark.parametrize("emg_uv", [400.0, 800.0])
def test_tense_muscles_are_muscle_noise(emg_uv: float):
    assert judge_clip(strip_mv(noise=NoiseLevels(emg_uv=emg_uv)), FS_HZ) == (QualityReason.MUSCLE_NOISE,)


def test_swinging_arms_are_motion():
    rng = np.random.default_rng(1)
    swings = np.convolve(rng.normal(0, 1, 5100), np.hanning(101), "valid")
    assert judge_clip(strip_mv() + swings / swings.std(), FS_HZ) == (QualityReason.MOTION,)


def test_a_heart_of_fifty_microvolts_is_of_low_amplitude():
    assert judge_clip(0.05 * strip_mv(), FS_HZ) == (QualityReason.LOW_AMPLITUDE,)


def test_a_live_line_without_beats_has_no_qrs():
    x = 1e-3 * np.random.default_rng(0).normal(0, 1, 5000)
    x[2500:2550] += np.hanning(50)
    assert set(judge_clip(x, FS_HZ)) <= {QualityReason.NO_QRS, QualityReason.MUSCLE_NOISE, QualityReason.MOTION}
    assert judge_clip(np.zeros(5000), FS_HZ) == (QualityReason.NO_QRS,)


@pytest.mark.parametrize("rate_bpm", [25.0, 28.0, 230.0, 250.0])
def test_a_rate_below_30_or_above_220_is_out_of_range(rate_bpm: float):
    assert judge_clip(ecg_mv(10, FS_HZ, rate_bpm), FS_HZ) == (QualityReason.RATE_OUT_OF_RANGE,)


def test_swapped_hands_turn_the_heart_upside_down():
    assert judge_clip(-strip_mv(), FS_HZ) == (QualityReason.POLARITY_REVERSED,)


def test_an_inverted_t_alone_is_no_swapped_hand():
    assert judge_clip(strip_mv(replace(NORMAL, t_amplitude_uv=-300.0)), FS_HZ) == ()


def test_an_axis_to_the_right_with_an_upright_p_is_no_swapped_hand():
    shape = replace(NORMAL, r_amplitude_uv=150.0, s_amplitude_uv=-900.0, t_amplitude_uv=-200.0)
    assert judge_clip(strip_mv(shape), FS_HZ) == ()


def test_pulses_before_wide_beats_are_a_pacemaker():
    shape = replace(NORMAL, mimic=Mimic.PACED)
    assert {judge_clip(strip_mv(shape, seed=k), FS_HZ) for k in range(5)} == {(QualityReason.PACED,)}


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_pulses_that_capture_nothing_are_a_pacemaker_beside_the_heart(sign: float):
    x = strip_mv()
    x[100::375] += sign * 2.0
    assert QualityReason.PACED in judge_clip(x, FS_HZ)


def test_white_noise_holds_no_pacemaker():
    x = strip_mv() + np.random.default_rng(0).normal(0, 0.1, AT_S.size)
    assert judge_clip(x, FS_HZ) == ()


def test_three_spoilt_seconds_of_ten_are_too_many():
    rng = np.random.default_rng(0)
    x = ecg_mv(10)
    for second in (1, 5, 8):
        x[second * 500 : second * 500 + 500] += rng.normal(0, 0.6, 500)
    assert judge_clip(x, FS_HZ)
    reasons = judge_clip(x, FS_HZ)
    assert set(reasons) <= {QualityReason.TOO_FEW_GOOD_SECONDS, QualityReason.MUSCLE_NOISE, QualityReason.MOTION}


def test_drawn_handheld_noise_is_mostly_accepted_and_swapped_hands_mostly_found(measure):
    strips = [strip_mv(noise=None, seed=seed) for seed in range(60)]
    upright = [x for seed, x in enumerate(strips) if not _swapped(seed)]
    accepted = Counter(judge_clip(x, FS_HZ) for x in upright)
    found = sum(QualityReason.POLARITY_REVERSED in judge_clip(-x, FS_HZ) for x in upright)
    measure("GATE-SIMULATED-ACCEPTED", accepted[()] / len(upright), n=len(upright), detail=str(dict(accepted)))
    measure("GATE-SIMULATED-SWAPPED", found / len(upright), n=len(upright))


def _swapped(seed: int) -> bool:
    request = StripRequest(10.0, FS_HZ, 50.0, None)
    return simulate_strip(NORMAL, request, np.random.default_rng(seed)).truth.polarity_swapped
