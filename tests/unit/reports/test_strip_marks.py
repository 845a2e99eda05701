"""What is wrong with a signal is seen on its strip, and never drawn as signal."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.reports.strip_clips import BELOW_MM
from pocketk_agent.reports.strip_layout import GRID_RIGHT_MM, PX_PER_MM, TRACE_LEFT_MM
from unit.reports.drawn_strip import FS, drawn, flat_strip, is_black, layout_of, part_of, row_of, square_wave, strip_of


def test_a_gap_is_blank_hatched_and_labelled() -> None:
    mv = 0.5 * np.sin(np.arange(10 * FS) / 20)
    mv[4 * FS : 6 * FS] = np.nan
    strip = strip_of(mv)
    image = drawn(strip)
    gap = row_of(image, strip, from_s=4.02, to_s=5.98)
    below_label = gap[5 * PX_PER_MM :]
    assert not is_black(below_label).any()
    assert (np.ptp(below_label, axis=2) < 3).all()  # white and grey: no red grid, as if there were a signal
    assert below_label.min() < 200
    assert is_black(gap[: 5 * PX_PER_MM]).any()
    for from_s, to_s in ((3.0, 3.9), (6.1, 7.0)):
        assert is_black(row_of(image, strip, from_s=from_s, to_s=to_s)).any(axis=0).all()


def test_one_missing_sample_is_labelled() -> None:
    mv = np.zeros(10 * FS)
    mv[2 * FS] = np.nan
    label = row_of(drawn(strip_of(mv)), strip_of(mv), from_s=2.0, to_s=2.3)[: 5 * PX_PER_MM]
    assert is_black(label).any()


def test_a_sample_between_two_gaps_is_a_dot() -> None:
    mv = np.full(10 * FS, np.nan)
    mv[5 * FS] = 0.0
    strip = strip_of(mv)
    dot = row_of(drawn(strip), strip, from_s=4.98, to_s=5.02)[24 * PX_PER_MM : 26 * PX_PER_MM]
    assert dot.max(axis=2).min() < 130


@pytest.mark.parametrize(("mask", "colour"), [("lead_off", (0xDC,) * 3), ("saturated", (0xFF, 0xEA, 0xA0))])
def test_bad_stretches_are_shaded_and_labelled_and_the_trace_stays(mask: str, colour: tuple[int, ...]) -> None:
    flat = flat_strip(10)
    bad = np.zeros(10 * FS, dtype=bool)
    bad[3 * FS : 4 * FS] = True
    strip = replace(flat, lead_off=bad) if mask == "lead_off" else replace(flat, saturated=bad)
    image = drawn(strip)
    inside = row_of(image, strip, from_s=3.01, to_s=3.99)
    assert np.all(inside == colour, axis=2).any(axis=0).mean() > 0.7
    assert not np.all(row_of(image, strip, from_s=4.05, to_s=9.0) == colour, axis=2).any()
    assert is_black(inside[: 12 * PX_PER_MM]).any()
    assert is_black(inside[24 * PX_PER_MM : 26 * PX_PER_MM]).any(axis=0).all()


@pytest.mark.parametrize(("value", "edge"), [(4.0, slice(0, 2)), (-3.0, slice(38, 40))])
def test_what_leaves_the_row_is_marked_by_arrows_and_is_no_flat_line(value: float, edge: slice) -> None:
    mv = np.zeros(10 * FS)
    mv[4 * FS : 5 * FS] = value
    strip = strip_of(mv)
    row = row_of(drawn(strip), strip, from_s=3.9, to_s=4.995)
    marked = is_black(row[edge.start * PX_PER_MM : edge.stop * PX_PER_MM]).any(axis=0)
    starts = np.count_nonzero(np.diff(marked.astype(int)) == 1)
    assert starts == 10  # one each 2.5 mm of 25 mm
    assert 0.2 < marked.mean() < 0.9


def test_what_leaves_a_row_does_not_run_into_the_next() -> None:
    mv = np.zeros(20 * FS)
    mv[12 * FS : 13 * FS] = 6.0
    strip = strip_of(mv)
    above = row_of(drawn(strip), strip, 0, from_s=1.5, to_s=3.5)
    assert not is_black(above[27 * PX_PER_MM : 39 * PX_PER_MM]).any()


def test_a_trace_inside_the_row_has_no_arrow() -> None:
    strip = square_wave()
    image = drawn(strip)
    row = row_of(image, strip)
    assert not is_black(row[: 2 * PX_PER_MM]).any()
    assert not is_black(row[38 * PX_PER_MM :]).any()


def test_the_median_is_that_of_the_good_samples() -> None:
    mv = np.full(10 * FS, 0.7)
    mv[: 6 * FS] = 9.0
    strip = replace(strip_of(mv), lead_off=np.arange(10 * FS) < 6 * FS)
    row = row_of(drawn(strip), strip, from_s=7.0, to_s=9.5)
    assert np.flatnonzero(is_black(row).any(axis=1)).mean() == pytest.approx(25 * PX_PER_MM, abs=1)


def test_brackets_stand_below_the_clips_and_go_over_the_end_of_a_row() -> None:
    strip = replace(flat_strip(20), clip_starts_s=(6.0,), clip_s=8.0)
    image = drawn(strip)
    layout = layout_of(strip)
    for row, (from_s, to_s) in enumerate([(6.0, 10.0), (0.0, 4.0)]):
        y = layout.row_bottom_mm(row) + BELOW_MM
        line = is_black(part_of(image, TRACE_LEFT_MM, y - 0.5, GRID_RIGHT_MM, y + 0.5)).any(axis=0)
        x = np.flatnonzero(line) / PX_PER_MM / 25
        assert (x.min(), x.max()) == (pytest.approx(from_s, abs=0.03), pytest.approx(to_s, abs=0.03))


def test_the_end_of_a_short_recording_is_marked() -> None:
    strip = flat_strip(5)
    image = drawn(strip)
    layout = layout_of(strip)
    column = part_of(image, TRACE_LEFT_MM + 124.8, layout.row_top_mm(0), TRACE_LEFT_MM + 125.2, layout.row_bottom_mm(0))
    assert (column.max(axis=2).min(axis=1) < 100).all()


def test_absurd_values_are_drawn() -> None:
    mv = np.zeros(2 * FS)
    mv[10:20] = [1e300, -1e300, np.inf, -np.inf, np.nan, 1e9, -1e9, 1e-300, 0.0, 5.0]
    assert is_black(row_of(drawn(strip_of(mv)), strip_of(mv), from_s=0.1, to_s=1.9)).any(axis=0).all()
