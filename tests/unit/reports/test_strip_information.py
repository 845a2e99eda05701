"""The median beat and its numbers below the rows of a printed strip."""

from dataclasses import replace
from functools import cache

import numpy as np

from known_beats import KnownBeat
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.beats.beat_words import beat_lines
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_information import BEAT_MM_PER_S, WIDEST_BEAT_MM, StripInformation
from pocketk_agent.reports.strip_layout import ABOVE_BASELINE_MM, GRID_LEFT_MM, GRID_RIGHT_MM, PX_PER_MM
from unit.reports.drawn_strip import BOLD, FS, REGULAR, Image, drawn, flat_strip, is_black, layout_of, part_of

R_MV = 1.0


def with_beats(beat: KnownBeat | None = None) -> PrintedStrip:
    report = measure_beats((beat or KnownBeat(r_mv=R_MV)).strip(10, float(FS)), float(FS))
    return replace(flat_strip(1), beats=report, information=beat_lines(report))


@cache
def page_of(p_mv: float) -> Image:
    return drawn(with_beats(KnownBeat(p_mv=p_mv, r_mv=R_MV)))


def information_of(strip: PrintedStrip) -> StripInformation:
    return StripInformation(strip, REGULAR, BOLD)


def test_without_information_nothing_is_added():
    assert information_of(flat_strip(1)).height_mm == 0


def test_information_makes_the_page_taller_and_moves_nothing_above_it():
    bare, informed = flat_strip(1), with_beats()
    page, taller = drawn(bare), page_of(KnownBeat.p_mv)
    top = layout_of(bare).information_top_mm * PX_PER_MM
    assert taller.shape[0] - page.shape[0] == information_of(informed).height_mm * PX_PER_MM
    assert np.array_equal(page[:top], taller[:top])


def test_the_lines_are_on_the_page_the_label_first_and_bold():
    information = information_of(with_beats())
    assert information.lines[0] == ("Single lead (Lead I), for information only:", True)
    assert [bold for _, bold in information.lines[1:]] == [False] * (len(information.lines) - 1)
    words = " ".join(line for line, _ in information.lines)
    assert "Heart rate 67/min" in words
    assert "QTc" in words


def test_the_median_beat_is_drawn_to_scale():
    strip = with_beats()
    assert strip.beats is not None
    median = strip.beats.median
    assert median is not None
    top = layout_of(strip).information_top_mm + 2
    peak_x = GRID_LEFT_MM + BEAT_MM_PER_S * median.r / 500.0
    peak_y = top + ABOVE_BASELINE_MM - 10.0 * float(median.raw_mv.max())
    image = page_of(KnownBeat.p_mv)
    assert is_black(part_of(image, peak_x - 1.0, peak_y - 0.3, peak_x + 1.0, peak_y + 0.6)).any()
    assert not is_black(part_of(image, peak_x - 1.0, top + 1.0, peak_x + 1.0, peak_y - 1.0)).any()


def test_the_boundaries_are_marked():
    with_p = with_beats()
    assert with_p.beats is not None
    median, marks = with_p.beats.median, with_p.beats.marks
    assert median is not None
    assert marks.p_onset is not None
    x = GRID_LEFT_MM + BEAT_MM_PER_S * marks.p_onset / 500.0
    top = layout_of(with_p).information_top_mm + 2

    def brown(image: Image) -> int:
        column = part_of(image, x - 0.3, top, x + 0.3, top + 10).astype(int)
        return int(np.count_nonzero((column[:, :, 0] - column[:, :, 2] > 100) & (column[:, :, 0] < 180)))

    assert brown(page_of(KnownBeat.p_mv)) >= 10 * PX_PER_MM - 4
    assert brown(page_of(0.0)) < 10


def test_without_a_median_beat_the_words_take_the_whole_width():
    report = measure_beats(np.zeros(5000), 500.0)
    strip = replace(flat_strip(1), beats=report, information=beat_lines(report))
    assert 0 < information_of(strip).height_mm < 40
    assert information_of(strip).lines[-1][0].startswith("-- heart rate, ")


def test_a_slow_heart_does_not_leave_the_page():
    strip = with_beats(KnownBeat(rr_ms=2600.0))
    image = drawn(replace(strip, information=(*strip.information, "w" * 5000)))
    assert (part_of(image, GRID_RIGHT_MM + 5, 0, 297, image.shape[0] / PX_PER_MM) == 255).all()
    left = GRID_LEFT_MM + WIDEST_BEAT_MM
    top = layout_of(strip).information_top_mm + 3
    assert (part_of(image, left + 1, top, left + 4, top + 38) == 255).all()
