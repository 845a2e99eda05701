"""The picture of the median beat: a PNG for every report, the same for the same report."""

import numpy as np
import pytest

from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.reports.median_beat_picture import median_beat_png


@pytest.mark.parametrize("x", [KnownBeat().strip(12, 500.0), np.zeros(5000)], ids=["beats", "flat"])
def test_every_report_can_be_drawn_and_twice_alike(x: np.ndarray):
    report = measure_beats(x, 500.0)
    first = median_beat_png(report)
    assert first.startswith(b"\x89PNG")
    assert first == median_beat_png(report)


def test_the_marks_are_in_the_picture():
    report = measure_beats(KnownBeat().strip(12, 500.0), 500.0)
    bare = measure_beats(KnownBeat(p_mv=0.0).strip(12, 500.0), 500.0)
    assert median_beat_png(report) != median_beat_png(bare)
