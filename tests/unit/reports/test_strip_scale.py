"""Scale, grid and rows of a printed strip, measured in the pixels of the page."""

import struct
from dataclasses import replace

import numpy as np
import pytest

from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.reports.strip_layout import GRID_LEFT_MM, GRID_RIGHT_MM, PX_PER_MM, TRACE_LEFT_MM
from pocketk_agent.reports.strip_png import strip_png
from unit.reports.drawn_strip import (
    FS,
    drawn,
    flat_strip,
    is_black,
    layout_of,
    outcome_of,
    part_of,
    row_of,
    square_wave,
    strip_of,
)


def _chunks(png: bytes) -> dict[bytes, bytes]:
    chunks, at = {}, 8
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        chunks[name] = png[at + 8 : at + 8 + length]
        at += 12 + length
    return chunks


def test_the_page_is_whole_millimetres_and_says_its_scale() -> None:
    strip = flat_strip(30)
    png = strip_png(strip)
    chunks = _chunks(png)
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    assert (width, height) == (297 * PX_PER_MM, layout_of(strip).page_height_mm * PX_PER_MM)
    assert struct.unpack(">IIB", chunks[b"pHYs"]) == (1000 * PX_PER_MM, 1000 * PX_PER_MM, 1)
    assert b"tEXt" not in chunks


def test_a_full_measurement_fits_a4_across() -> None:
    for kind in OutcomeKind:
        assert layout_of(replace(flat_strip(30), outcome=outcome_of(kind))).page_height_mm <= 210


@pytest.mark.parametrize(("step_mm", "colour"), [(5, (0xE7, 0x9C, 0x9C)), (1, (0xF7, 0xD4, 0xD4))])
def test_the_grid_is_exact(step_mm: int, colour: tuple[int, int, int]) -> None:
    strip = flat_strip(0.5)
    image = drawn(strip)
    layout = layout_of(strip)
    top, right = layout.row_top_mm(0), GRID_RIGHT_MM
    # Half a millimetre beside the lines, far from trace, labels and end mark.
    across = part_of(image, GRID_LEFT_MM + 40.5, top - 1, right + 1, layout.row_bottom_mm(0) + 0.9)
    expected = {5: {5 * PX_PER_MM}, 1: {PX_PER_MM, 2 * PX_PER_MM}}[step_mm]  # a 5 mm line hides a 1 mm line
    for line, millimetres in ((across[round(3.5 * PX_PER_MM)], 219), (across[:, 2], 40)):
        hits = np.flatnonzero(np.all(line == colour, axis=1))
        starts = hits[np.diff(hits, prepend=-9) > 1]
        assert set(np.diff(starts).tolist()) == expected
        assert starts[-1] - starts[0] >= (millimetres - 5) * PX_PER_MM


def test_1_mv_is_10_mm_and_1_s_is_25_mm() -> None:
    strip = square_wave()
    row = row_of(drawn(strip), strip, to_s=9.9)
    black = is_black(row)
    rows = np.flatnonzero(black.sum(axis=1) > black.shape[1] // 8)
    levels = [group.mean() for group in np.split(rows, np.flatnonzero(np.diff(rows) > 2) + 1)]
    assert len(levels) == 2
    assert levels[1] - levels[0] == pytest.approx(10 * PX_PER_MM, abs=0.5)
    assert levels[1] == pytest.approx(25 * PX_PER_MM, abs=1.0)
    middle = np.flatnonzero(black[round(20 * PX_PER_MM)])
    edges = np.array([group.mean() for group in np.split(middle, np.flatnonzero(np.diff(middle) > 2) + 1)])
    assert np.diff(edges[::2]) == pytest.approx(25 * PX_PER_MM, abs=0.5)
    assert edges[0] == pytest.approx((FS // 4 - 0.5) / FS * 25 * PX_PER_MM, abs=1.0)


@pytest.mark.parametrize("row", [0, 1])
def test_the_calibration_pulse_is_1_mv_and_200_ms_in_each_row(row: int) -> None:
    strip = flat_strip(11)
    layout = layout_of(strip)
    image = drawn(strip)
    black = is_black(part_of(image, GRID_LEFT_MM, layout.row_top_mm(row), TRACE_LEFT_MM - 1, layout.row_bottom_mm(row)))
    top, base = (black[round(k * PX_PER_MM) - 3 : round(k * PX_PER_MM) + 3] for k in (15, 25))
    plateau = np.flatnonzero(top.any(axis=0))
    assert plateau[-1] - plateau[0] == pytest.approx(5 * PX_PER_MM, abs=3)
    assert not base[:, 3 * PX_PER_MM : 4 * PX_PER_MM].any()
    tall = np.flatnonzero(black.any(axis=1))
    assert tall[-1] - tall[0] == pytest.approx(10 * PX_PER_MM, abs=3)


@pytest.mark.parametrize(("seconds", "rows"), [(1 / FS, 1), (0.5, 1), (10, 1), (10 + 1 / FS, 2), (30, 3), (60, 6)])
def test_the_page_grows_with_the_rows(seconds: float, rows: int) -> None:
    strip = flat_strip(seconds)
    image = drawn(strip)
    layout = layout_of(strip)
    assert layout.n_rows == rows
    assert image.shape == (layout.page_height_mm * PX_PER_MM, 297 * PX_PER_MM, 3)
    baseline = is_black(row_of(image, strip, rows - 1))[24 * PX_PER_MM : 26 * PX_PER_MM]
    assert baseline.any()


def test_a_spike_stands_in_the_row_and_at_the_time_of_its_sample() -> None:
    mv = np.zeros(20 * FS)
    mv[12 * FS] = 1.0
    strip = strip_of(mv)
    image = drawn(strip)
    high = slice(15 * PX_PER_MM, 20 * PX_PER_MM)
    assert not is_black(row_of(image, strip, 0))[high].any()
    x = np.flatnonzero(is_black(row_of(image, strip, 1))[high].any(axis=0))
    assert x.mean() == pytest.approx(2 * 25 * PX_PER_MM, abs=1)
