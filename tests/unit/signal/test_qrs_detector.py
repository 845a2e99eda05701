"""The QRS detector: the same beats however the stream is cut, on rhythms whose beats are known."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from generated_ecg import ecg_mv
from pocketk_agent.signal.errors import RateError, VariantError
from pocketk_agent.signal.qrs_detector import QrsDetector, detect_qrs


def streamed(x: np.ndarray, fs_hz: float, cuts: list[int]) -> list[int]:
    detector, found = QrsDetector(fs_hz), []
    for a, b in itertools.pairwise([0, *sorted(cuts), x.size]):
        found += detector.feed(x[a:b])
    return sorted([*found, *detector.finish()])


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 9000), max_size=60), seed=st.integers(0, 20))
def test_the_beats_do_not_depend_on_how_the_stream_is_cut(cuts: list[int], seed: int):
    x = ecg_mv(30, 300.0, 80, seed) + np.random.default_rng(seed).normal(0, 0.1, 9000)
    assert streamed(x, 300.0, cuts) == detect_qrs(x, 300.0).tolist()


def test_a_beat_is_reported_within_two_seconds_of_its_time_once_the_levels_are_learned():
    x, detector, latest = ecg_mv(30), QrsDetector(500.0), 0.0
    for k in range(0, x.size, 25):
        for beat in detector.feed(x[k : k + 25]):
            if k > 5 * 500:
                latest = max(latest, (k + 25 - beat) / 500)
    assert 0.0 < latest < 2.0


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 360.0, 498.3, 1000.0, 2000.0])
@pytest.mark.parametrize("rate_bpm", [35, 72, 150, 220])
def test_a_clean_heart_is_counted_at_any_rate(fs_hz: float, rate_bpm: float):
    beats = detect_qrs(ecg_mv(30, fs_hz, rate_bpm), fs_hz)
    assert abs(beats.size - rate_bpm / 2) <= 0.05 * rate_bpm / 2 + 1


def test_beats_lie_on_the_r_peak_of_a_clean_heart():
    x = ecg_mv(20)
    for beat in detect_qrs(x, 500.0):
        assert x[beat] >= x[max(0, beat - 30) : beat + 30].max() - 0.1


def test_a_missed_small_beat_between_large_ones_is_found_by_searching_back():
    x = ecg_mv(20, rate_bpm=60)
    beats = detect_qrs(x, 500.0)
    small = beats[10]
    x[small - 60 : small + 60] *= 0.3
    assert np.abs(detect_qrs(x, 500.0) - small).min() < 25


def test_a_premature_wide_beat_does_not_hide_its_neighbours():
    x = ecg_mv(20, rate_bpm=60)
    beats = detect_qrs(x, 500.0)
    x[beats[8] + 200 : beats[8] + 280] += 2.5 * np.hanning(80)
    found = detect_qrs(x, 500.0)
    assert all(np.abs(found - beat).min() < 40 for beat in beats)


def spikes_mv(seconds: float, times_s: list[float], heights_mv: list[float], fs_hz: float = 500.0) -> np.ndarray:
    """Triangular complexes of 80 ms on a line that is not quite flat."""
    t = np.arange(round(seconds * fs_hz)) / fs_hz
    x = np.random.default_rng(0).normal(0, 0.002, t.size)
    for at, height in zip(times_s, heights_mv, strict=True):
        x += height * np.clip(1 - np.abs(t - at) / 0.04, 0, None)
    return x


def test_the_small_beats_of_bigeminy_are_found_between_the_large():
    times = [float(first + second) for first in np.arange(1, 28, 1.5) for second in (0.0, 0.95)]
    x = spikes_mv(30, times, [1.0, 0.32] * (len(times) // 2))
    found = detect_qrs(x, 500.0)
    missed = [at for at in times if np.abs(found - 500 * at).min() > 40]
    assert (len(missed), found.size) == (0, len(times))


def test_a_beat_that_fades_away_in_a_steady_rhythm_is_found():
    times = [0.8 * k for k in range(1, 37)]
    heights = [1.0] * 36
    heights[20:23] = [0.12, 0.12, 0.12]
    found = detect_qrs(spikes_mv(30, times, heights), 500.0)
    assert found.size == 36


def test_a_slow_heart_with_tall_t_waves_is_not_counted_twice():
    beats = [0.8 + 1.6 * k for k in range(18)]
    x, t = spikes_mv(30, beats, [1.0] * 18), np.arange(15_000) / 500.0
    for at in beats:
        x += 0.7 * np.exp(-0.5 * ((t - at - 0.34) / 0.055) ** 2)
    assert detect_qrs(x, 500.0).size == 18


def test_a_pause_in_a_steady_rhythm_stays_a_pause():
    beats = [0.8 * k for k in range(1, 37) if not 15 <= k <= 20]
    assert detect_qrs(spikes_mv(30, beats, [1.0] * len(beats)), 500.0).size == len(beats)


@pytest.mark.parametrize("x", [np.zeros(0), np.zeros(5), np.zeros(5000), np.full(5000, np.nan)], ids=len)
def test_nothing_to_find_is_nothing_found(x: np.ndarray):
    assert detect_qrs(x, 500.0).size == 0


@settings(max_examples=80, deadline=None)
@given(
    x=npst.arrays(np.float64, st.integers(0, 3000), elements=st.floats(-1e4, 1e4) | st.sampled_from([np.nan, np.inf])),
    fs_hz=st.sampled_from([100.0, 300.0, 20_000.0]),
)
def test_nothing_makes_it_raise(x: np.ndarray, fs_hz: float):
    beats = detect_qrs(x, fs_hz)
    assert ((beats >= 0) & (beats < x.size)).all()


def test_impossible_settings_are_refused():
    with pytest.raises(RateError):
        QrsDetector(5)
    with pytest.raises(VariantError):
        QrsDetector(500, 16.7)
