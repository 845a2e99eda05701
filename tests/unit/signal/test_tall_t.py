"""T waves as tall as a QRS are not beats; what resembles them and is a beat stays one."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pocketk.qrs_evaluation.beat_matching import BeatCount, match_beats
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import BeatKind, Rhythm, steady_rhythm
from pocketk_agent.patient.strip import SimulatedStrip, StripRequest, simulate_strip
from pocketk_agent.quality.gate import judge_clip
from pocketk_agent.signal.qrs_detector import QrsDetector, detect_qrs

FS_HZ = 500.0


def strip(
    shape: BeatShape,
    rhythm: Rhythm | None = None,
    noise: NoiseLevels | None = QUIET,
    seed: int = 0,
    seconds: float = 20,
) -> SimulatedStrip:
    return simulate_strip(shape, StripRequest(seconds, FS_HZ, 50.0, noise), np.random.default_rng(seed), rhythm)


def counted(made: SimulatedStrip) -> BeatCount:
    """Found and missed beats; those within 0.3 s of the ends, whose waves are cut, do not count."""
    beats = np.round(made.truth.rhythm.r_times_s * made.truth.true_fs_hz).astype(np.int64)
    ends = (0.3 * FS_HZ, made.counts.size - 0.3 * FS_HZ)
    return match_beats(beats, detect_qrs(made.ecg_mv, FS_HZ), FS_HZ, ends)


def tall_t(t_mv: float, t_width_ms: float, qt_ms: float = 350.0, rate_bpm: float = 80.0) -> BeatShape:
    """The heart of the tall T wave test of IEC 60601-2-27: R of 1 mV, QRS of 100 ms, QT of 350 ms, 80 per minute."""
    return replace(
        profile_shape("typical", 4.1),
        heart_rate_bpm=rate_bpm,
        p_amplitude_uv=100.0,
        qrs_ms=100.0,
        q_amplitude_uv=0.0,
        r_amplitude_uv=1000.0,
        s_amplitude_uv=0.0,
        t_amplitude_uv=1000.0 * t_mv,
        t_width_ms=t_width_ms,
        t_asymmetry=1.0,
        qt_ms=qt_ms,
        u_amplitude_uv=0.0,
    )


# At half height; 75 ms there are 180 ms at 3 % of the peak.
@pytest.mark.parametrize("t_width_ms", [60.0, 75.0, 90.0, 110.0])
@pytest.mark.parametrize("t_mv", [-1.2, -1.0, -0.8, 0.4, 0.6, 0.8, 1.0, 1.2])
def test_the_rate_does_not_double_under_tall_t_waves(t_mv: float, t_width_ms: float):
    shape = tall_t(t_mv, t_width_ms)
    count = counted(strip(shape, steady_rhythm(shape, 20)))
    assert (count.misses, count.extras) == (0, 0)


@pytest.mark.parametrize("rate_bpm", [60.0, 100.0])
@pytest.mark.parametrize("t_mv", [-1.2, 1.2])
def test_nor_at_other_rates(t_mv: float, rate_bpm: float):
    shape = tall_t(t_mv, 75.0, 350.0, rate_bpm)
    assert counted(strip(shape, steady_rhythm(shape, 20))).f1 == 1.0


@pytest.mark.parametrize("name", ["typical", "sensitive", "resistant"])
@pytest.mark.parametrize("k_mmol_l", [3.0, 5.0, 6.0, 7.0, 7.5, 8.0, 8.5])
def test_the_beats_of_hyperkalaemia_are_counted_once(name: str, k_mmol_l: float):
    assert counted(strip(profile_shape(name, k_mmol_l))).f1 == 1.0


def test_beats_under_tall_t_waves_and_noise(measure):
    strips = [
        strip(profile_shape(name, k), noise=None, seed=seed, seconds=30)
        for name, k, seed in itertools.product(("typical", "sensitive", "resistant"), (7.0, 7.5, 8.0, 8.5), range(8))
    ]
    count = sum(map(counted, strips), BeatCount())
    detail = f"{len(strips)} strips of 30 s with drawn noise, {count.misses} missed, {count.extras} extra"
    measure("QRS-TALL-T-FOUND", count.sensitivity, n=count.marked, detail=detail)
    measure("QRS-TALL-T-TRUE", count.positive_predictivity, n=count.hits + count.extras, detail=detail)


@pytest.mark.parametrize("coupling_s", [0.36, 0.40, 0.45, 0.55])
@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_an_extrasystole_after_every_beat_stays_a_beat(coupling_s: float, sign: float):
    first = np.arange(0.4, 22.0, 1.4)
    kinds = np.tile([int(BeatKind.SINUS), int(BeatKind.VENTRICULAR_ECTOPIC)], first.size).astype(np.int8)
    times = np.sort(np.concatenate([first, first + coupling_s]))
    rhythm = Rhythm(times, kinds, np.ones(times.size), ectopic_sign=sign)
    assert counted(strip(replace(profile_shape("typical", 4.1), qt_ms=340.0), rhythm)).misses == 0


@pytest.mark.parametrize("rate_bpm", [150.0, 180.0, 200.0, 220.0])
def test_every_beat_of_a_fast_heart_counts(rate_bpm: float):
    shape = replace(profile_shape("typical", 4.1), heart_rate_bpm=rate_bpm, qt_ms=220.0, pr_ms=120.0)
    assert counted(strip(shape, steady_rhythm(shape, 20))).f1 == 1.0


def test_pairs_of_equal_beats_stay_beats():
    times = np.sort(np.concatenate([np.arange(0.4, 22.0, 0.9), np.arange(0.7, 22.0, 0.9)]))
    shape = replace(profile_shape("typical", 4.1), qt_ms=250.0, pr_ms=120.0)
    rhythm = Rhythm(times, np.zeros(times.size, np.int8), np.ones(times.size))
    assert counted(strip(shape, rhythm)).misses == 0


@pytest.mark.parametrize("block", [7, 125, 3001])
def test_tall_t_waves_do_not_depend_on_how_the_stream_is_cut(block: int):
    ecg_mv = strip(profile_shape("sensitive", 7.5), noise=None).ecg_mv
    detector = QrsDetector(FS_HZ)
    found = [beat for k in range(0, ecg_mv.size, block) for beat in detector.feed(ecg_mv[k : k + block])]
    assert sorted([*found, *detector.finish()]) == detect_qrs(ecg_mv, FS_HZ).tolist()


def test_each_tall_t_wave_is_named_once_and_where_it_is():
    shape = tall_t(1.2, 75.0)
    made, detector = strip(shape, steady_rhythm(shape, 20)), QrsDetector(FS_HZ)
    detector.feed(made.ecg_mv)
    detector.finish()
    after_s = np.array([k / FS_HZ - made.truth.rhythm.r_times_s for k in detector.tall_t_waves])
    latest = np.where(after_s > 0.0, after_s, np.inf).min(axis=1)
    assert len(detector.tall_t_waves) >= 25
    assert ((latest > 0.15) & (latest < 0.35)).all()


@pytest.mark.parametrize("name", ["typical", "sensitive", "resistant"])
@pytest.mark.parametrize("k_mmol_l", [7.0, 7.5, 8.0, 8.5])
def test_the_gate_does_not_take_hyperkalaemia_for_noise(name: str, k_mmol_l: float):
    made = strip(profile_shape(name, k_mmol_l), seconds=10)
    assert judge_clip(made.ecg_mv, FS_HZ) == ()
