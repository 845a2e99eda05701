"""The counting of beats that the detector is judged by."""

import numpy as np
import pytest

from beat_matching import BeatCount, match_beats

MARKED = np.array([500, 1000, 1500])


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
    assert match_beats(MARKED, np.array(found), 500.0) == count


def test_beyond_the_marked_stretch_nothing_counts_where_ends_are_not_marked():
    assert match_beats(MARKED, np.array([100, 500, 1000, 1500, 2000]), 500.0, ends_marked=False) == BeatCount(3, 0, 0)


def test_figures_are_shares():
    count = BeatCount(8, 2, 1)
    assert count.sensitivity == 0.8
    assert count.positive_predictivity == 8 / 9
    assert count.f1 == 16 / 19
