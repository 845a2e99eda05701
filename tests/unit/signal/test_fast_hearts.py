"""Rates up to 300 per minute are counted, and what follows a beat as soon at ordinary rates is not."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk.bench_check.signal_generator import SignalGenerator
from pocketk.qrs_evaluation.beat_matching import BeatCount, match_beats
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import steady_rhythm
from pocketk_agent.patient.strip import SimulatedStrip, StripRequest, simulate_strip
from pocketk_agent.quality.gate import judge_clip
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.qrs_detector import QrsDetector, detect_qrs

FS_HZ, SECONDS = 500.0, 20.0
FAST = [230.0, 250.0, 270.0, 280.0, 300.0]


def fast_heart(rate_bpm: float, noise: NoiseLevels | None = QUIET, seed: int = 0) -> SimulatedStrip:
    """A narrow QRS whose P and T waves share the interval as far as it has room."""
    qt_ms = min(220.0, 0.75 * 60_000.0 / rate_bpm)
    shape = replace(
        profile_shape("typical", 4.1), heart_rate_bpm=rate_bpm, qt_ms=qt_ms, pr_ms=100.0, qrs_ms=70.0, t_width_ms=50.0
    )
    request = StripRequest(SECONDS, FS_HZ, 50.0, noise)
    return simulate_strip(shape, request, np.random.default_rng(seed), steady_rhythm(shape, SECONDS))


def counted(made: SimulatedStrip) -> BeatCount:
    beats = np.round(made.truth.rhythm.r_times_s * made.truth.true_fs_hz).astype(np.int64)
    ends = (0.3 * FS_HZ, made.counts.size - 0.3 * FS_HZ)
    return match_beats(beats, detect_qrs(made.ecg_mv, FS_HZ), FS_HZ, ends)


@pytest.mark.parametrize("rate_bpm", FAST)
def test_every_beat_counts_and_no_t_wave(rate_bpm: float):
    assert counted(fast_heart(rate_bpm)).f1 == 1.0


@pytest.mark.parametrize("rate_bpm", FAST)
def test_noise_halves_no_rate(rate_bpm: float):
    count = sum((counted(fast_heart(rate_bpm, None, seed)) for seed in range(3)), BeatCount())
    assert count.sensitivity > 0.8
    assert count.extras == 0


@pytest.mark.parametrize("rate_bpm", FAST)
def test_the_gate_says_that_such_a_rate_is_out_of_range(rate_bpm: float):
    assert judge_clip(fast_heart(rate_bpm).ecg_mv[: round(10 * FS_HZ)], FS_HZ) == (QualityReason.RATE_OUT_OF_RANGE,)


@pytest.mark.parametrize("block", [7, 125, 3001])
def test_fast_beats_do_not_depend_on_how_the_stream_is_cut(block: int):
    x, detector = fast_heart(290.0, None).ecg_mv, QrsDetector(FS_HZ)
    found = [beat for k in range(0, x.size, block) for beat in detector.feed(x[k : k + block])]
    assert sorted([*found, *detector.finish()]) == detect_qrs(x, FS_HZ).tolist()


def test_a_lower_wave_just_after_each_beat_of_an_ordinary_rate_is_no_beat():
    beats = np.arange(0.5, 29.5, 0.8)
    generator = SignalGenerator(FS_HZ)
    x = generator.triangles(30.0, beats.tolist(), 1.0, 0.08) + generator.triangles(
        30.0, (beats + 0.205).tolist(), 0.7, 0.08
    )
    assert detect_qrs(x, FS_HZ).size == beats.size


def test_an_ordinary_rate_after_a_fast_one_is_counted_again():
    fast = np.arange(0.5, 15.0, 60.0 / 290.0)
    slow = np.arange(fast[-1] + 0.75, 39.5, 0.75)
    generator = SignalGenerator(FS_HZ)
    x = generator.triangles(40.0, [*fast, *slow], 1.0, 0.07) + generator.half_sines(
        40.0, (slow + 0.26).tolist(), 0.5, 0.18
    )
    found = detect_qrs(x, FS_HZ)
    assert abs(int(np.count_nonzero(found > 20.0 * FS_HZ)) - np.count_nonzero(slow > 20.0)) <= 1


def test_a_wave_unlike_the_beat_just_after_it_is_no_beat():
    beats = np.arange(0.5, 29.5, 0.8)
    generator = SignalGenerator(FS_HZ)
    second = generator.triangles(30.0, (beats + 0.205).tolist(), -1.0, 0.08)
    assert detect_qrs(generator.triangles(30.0, beats.tolist(), 1.0, 0.08) + second, FS_HZ).size == beats.size
