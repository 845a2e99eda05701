"""The sample index: it never wraps, never goes where it cannot be, and no block counts twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.sources.index_tracker import IndexTracker, TimeJumpError
from pocketk_agent.sources.sequence_barrier import SequenceBarrier

FURTHEST = 5000
WRAP = 2**32


@given(st.lists(st.integers(1, FURTHEST), max_size=30), st.integers(0, 3 * WRAP))
def test_any_plausible_walk_is_followed_across_the_wrap(steps: list[int], start: int) -> None:
    tracker = IndexTracker(FURTHEST)
    tracker.newest_stop = position = start
    for step in steps:
        assert tracker.place(position % WRAP, step) == position
        position += step
        assert tracker.newest_stop == position
    assert tracker.implausible == tracker.repeated == 0


def test_a_late_block_keeps_its_own_index() -> None:
    tracker = IndexTracker(FURTHEST)
    assert [tracker.place(i, 25) for i in (0, 50, 25)] == [0, 50, 25]
    assert tracker.newest_stop == 75


def test_a_block_that_comes_again_is_dropped_and_counted() -> None:
    tracker = IndexTracker(FURTHEST)
    assert [tracker.place(i, 25) for i in (0, 25, 0, 25, 50)] == [0, 25, None, None, 50]
    assert tracker.repeated == 2


@pytest.mark.parametrize("odd", [FURTHEST + 26, WRAP // 2, WRAP - FURTHEST, WRAP - 100])
def test_one_impossible_index_is_dropped_two_in_a_row_are_a_jump(odd: int) -> None:
    tracker = IndexTracker(FURTHEST)
    tracker.place(0, 25)
    assert tracker.place(odd, 25) is None
    assert tracker.place(25, 25) == 25
    assert tracker.place((odd + 25) % WRAP, 25) is None
    with pytest.raises(TimeJumpError, match="jumped from 50"):
        tracker.place((odd + 50) % WRAP, 25)
    assert tracker.implausible == 3


def test_nothing_is_before_the_beginning() -> None:
    tracker = IndexTracker(FURTHEST)
    tracker.place(0, 25)
    assert tracker.place(WRAP - 1, 25) is None
    assert (tracker.implausible, tracker.newest_stop) == (1, 25)


def test_the_furthest_index_that_is_believed() -> None:
    tracker = IndexTracker(FURTHEST)
    assert tracker.place(FURTHEST, 25) == FURTHEST
    assert tracker.place(2 * FURTHEST + 26, 25) is None
    tracker.newest_stop = 3 * FURTHEST
    assert tracker.place(2 * FURTHEST, 25) == 2 * FURTHEST
    assert tracker.place(2 * FURTHEST - 1, 25) is None


@pytest.mark.parametrize("moment", [0, 3, 64, 40_000, 65_535])
def test_a_barrier_knows_the_late_ones_for_as_long_as_there_may_be_any(moment: int) -> None:
    def barrier() -> SequenceBarrier:
        return SequenceBarrier(moment)

    for behind in (1, 2, 64):
        assert barrier().is_late((moment - behind) % 65_536)
    for ahead in (0, 1, 1000, 32_000):
        assert not barrier().is_late((moment + ahead) % 65_536)
    assert not barrier().is_late((moment - 65) % 65_536)
    old = barrier()
    assert [old.is_late((moment - 1) % 65_536) for _ in range(66)] == [True] * 64 + [False] * 2
