"""What is a rhythm: enough beats, no long pause, a rate that can be scored; each limit at its very edge."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.rhythm import find_rhythm_fault
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS
from unit.quality.stated_view import stated_view

# Nothing but the rule that is asked refuses.
LAX = replace(DEFAULT_THRESHOLDS, max_rr_s=1000.0, slowest_bpm=0.0, fastest_bpm=1e6)
FS_HZ = 100.0


def fault(at, seconds: float = 10.0, **limits) -> QualityReason | None:
    return find_rhythm_fault(stated_view(at, seconds, fs_hz=FS_HZ), replace(LAX, **limits))


@pytest.mark.parametrize(
    ("beats", "seconds", "enough"),
    [
        (3, 10.0, True),
        (2, 10.0, False),
        (3, 11.0, False),
        (6, 20.0, True),
        (5, 20.0, False),
        (2, 5.0, True),  # never fewer than two, however short the clip is
        (1, 5.0, False),
        (1, 1.0, False),
        (0, 10.0, False),
    ],
)
def test_three_beats_in_ten_seconds_are_the_fewest(beats: int, seconds: float, enough: bool):
    at = np.arange(beats) * 60
    assert fault(at, seconds) is (None if enough else QualityReason.NO_QRS)


@pytest.mark.parametrize(
    "at",
    [
        [300, 500, 750],  # before the first beat
        [200, 500, 750],  # between two
        [200, 400, 700],  # after the last
    ],
)
def test_a_pause_may_last_three_seconds_and_no_longer_wherever_it_is(at: list[int]):
    assert fault(at, max_rr_s=3.0) is None
    assert fault(at, max_rr_s=2.99) is QualityReason.NO_QRS


@pytest.mark.parametrize(("interval", "bpm"), [(200, 30.0), (50, 120.0), (25, 240.0)])
def test_a_rate_at_the_limit_is_within_it(interval: int, bpm: float):
    at = np.arange(1000 // interval) * interval
    assert fault(at, slowest_bpm=bpm, fastest_bpm=bpm) is None
    assert fault(at, slowest_bpm=bpm + 0.01) is QualityReason.RATE_OUT_OF_RANGE
    assert fault(at, fastest_bpm=bpm - 0.01) is QualityReason.RATE_OUT_OF_RANGE


def test_the_rate_is_that_of_the_mean_interval():
    at = [0, 100, 200, 500]  # 1.67 s on average
    assert fault(at, slowest_bpm=35.9, fastest_bpm=36.1) is None
