"""The QRS detector: the same beats however the stream is cut, and the beats that people marked."""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
import pytest
import sleepecg
import wfdb.processing
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from beat_matching import BeatCount, match_beats
from generated_ecg import ecg_mv
from marked_records import MarkedRecord, cpsc2019, long_records, ludb
from pocketk_agent.signal.errors import RateError, VariantError
from pocketk_agent.signal.qrs_detector import QrsDetector, detect_qrs

Detect = Callable[[np.ndarray, float], np.ndarray]


def counted(records: Iterable[MarkedRecord], detect: Detect) -> BeatCount:
    total = BeatCount()
    for r in records:
        total += match_beats(r.beats, np.asarray(detect(np.nan_to_num(r.ecg_mv), r.fs_hz)), r.fs_hz, r.ends_marked)
    return total


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


@pytest.mark.data
def test_lead_one_of_ludb_is_found_beat_by_beat(pocketk_data, measure):
    count = counted(ludb(pocketk_data), detect_qrs)
    measure("QRS-SENSITIVITY", count.sensitivity, n=count.hits + count.misses)
    measure("QRS-PREDICTIVITY", count.positive_predictivity, n=count.hits + count.extras)


def _sleepecg(x: np.ndarray, fs_hz: float) -> np.ndarray:
    return sleepecg.detect_heartbeats(x, fs_hz)  # pyright: ignore[reportPrivateImportUsage]


def _xqrs(x: np.ndarray, fs_hz: float) -> np.ndarray:
    return np.asarray(wfdb.processing.xqrs_detect(x, fs_hz, verbose=False))


@pytest.mark.data
@pytest.mark.parametrize("public", [_sleepecg, _xqrs])
@pytest.mark.parametrize("records", [ludb, cpsc2019])
def test_hard_records_are_found_at_least_as_well_as_by_public_detectors(records, public: Detect, pocketk_data, measure):
    ours, theirs = counted(records(pocketk_data), detect_qrs), counted(records(pocketk_data), public)
    measure("QRS-BESIDE", ours.f1 - theirs.f1, n=ours.hits + ours.misses)


@pytest.mark.data
def test_long_records_are_found_at_least_as_well_as_by_xqrs(pocketk_data, measure):
    ours, theirs = counted(long_records(pocketk_data), detect_qrs), counted(long_records(pocketk_data), _xqrs)
    measure("QRS-BESIDE", ours.f1 - theirs.f1, n=ours.hits + ours.misses)
