"""Pairs of marked and found boundaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.boundary_evaluation.boundary_matching import match_boundary

TIMES = st.lists(st.floats(0, 10), max_size=15).map(np.array)


def test_errors_are_found_minus_marked_in_milliseconds():
    match = match_boundary(np.array([1.0, 2.0]), np.array([1.01, 1.98]), 0.0, 3.0)
    assert match.errors_ms == pytest.approx((10.0, -20.0))


def test_beyond_the_window_nothing_matches_and_the_find_is_extra():
    match = match_boundary(np.array([1.0]), np.array([1.2]), 0.0, 3.0)
    assert (match.errors_ms, match.n_marked, match.n_extra) == ((), 1, 1)


def test_a_find_serves_one_mark_only():
    assert len(match_boundary(np.array([1.0, 1.1]), np.array([1.05]), 0.0, 3.0).errors_ms) == 1


def test_a_find_before_the_first_marked_beat_is_not_extra():
    assert match_boundary(np.array([2.0]), np.array([0.5, 2.0]), 1.9, 3.0).n_extra == 0


@given(marked=TIMES, found=TIMES)
def test_counts_never_exceed_what_there_is(marked: np.ndarray, found: np.ndarray):
    match = match_boundary(marked, found, 0.0, 10.0)
    assert len(match.errors_ms) <= min(marked.size, found.size)
    assert len(match.errors_ms) + match.n_extra == found.size
    assert all(abs(error) <= 150.0 + 1e-9 for error in match.errors_ms)
