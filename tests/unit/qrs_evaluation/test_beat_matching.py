"""The counting of beats that detectors are judged by."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.qrs_evaluation.beat_matching import BeatCount, match_beats

MARKED = np.array([500, 1000, 1500])
BEATS = st.lists(st.integers(0, 5000), max_size=40).map(lambda beats: np.array(beats, np.int64))


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ([500, 1000, 1500], BeatCount(3, 0, 0)),
        ([575, 925, 1500], BeatCount(3, 0, 0)),
        ([576, 1000, 1500], BeatCount(2, 1, 1)),
        ([], BeatCount(0, 3, 0)),
        ([490, 510, 1000, 1500], BeatCount(3, 0, 1)),
        ([100, 500, 1000, 1500, 2000], BeatCount(3, 0, 2)),
    ],
)
def test_a_match_lies_within_150_ms_and_counts_once(found: list[int], count: BeatCount):
    assert match_beats(MARKED, np.array(found, np.int64), 500.0) == count


@pytest.mark.parametrize(
    ("found", "count"),
    [
        ([100, 500, 1000, 1500, 2000], BeatCount(3, 0, 0)),
        ([420, 1000, 1500], BeatCount(2, 1, 0)),
        ([490, 1000, 1500], BeatCount(3, 0, 0)),
        ([800, 1500], BeatCount(1, 2, 1)),
    ],
)
def test_only_between_the_ends_of_the_complete_marks_does_anything_count(found: list[int], count: BeatCount):
    assert match_beats(MARKED, np.array(found), 500.0, stretch=(495, 1505)) == count


def test_a_find_inside_the_stretch_that_meets_a_mark_outside_is_no_extra():
    assert match_beats(np.array([490, 1000]), np.array([510, 1000]), 500.0, stretch=(500, 1200)) == BeatCount(1, 0, 0)


@given(marked=BEATS, found=BEATS)
def test_every_mark_is_hit_or_missed_and_every_find_is_hit_or_extra(marked: np.ndarray, found: np.ndarray):
    count = match_beats(marked, found, 500.0)
    assert (count.hits + count.misses, count.hits + count.extras) == (marked.size, found.size)


@given(marked=BEATS, found=BEATS)
def test_finding_for_marking_exchanges_misses_and_extras(marked: np.ndarray, found: np.ndarray):
    count, swapped = match_beats(marked, found, 500.0), match_beats(found, marked, 500.0)
    assert (count.misses - count.extras) == (swapped.extras - swapped.misses)


def test_figures_are_shares():
    count = BeatCount(8, 2, 1)
    assert (count.sensitivity, count.positive_predictivity, count.f1) == (0.8, 8 / 9, 16 / 19)


def test_a_share_of_nothing_is_not_a_number():
    assert math.isnan(BeatCount(0, 0, 3).sensitivity)
    assert BeatCount(0, 3, 0).positive_predictivity == 0.0
