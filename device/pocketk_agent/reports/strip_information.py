"""What stands below the rows of a printed strip, for information: the median beat and the numbers read off it."""

import math

import numpy as np

from pocketk_agent.beats.beat_report import BeatReport
from pocketk_agent.beats.median_beat import MedianBeat
from pocketk_agent.beats.view import GRID_HZ
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_layout import (
    ABOVE_BASELINE_MM,
    GRID_LEFT_MM,
    GRID_RIGHT_MM,
    LARGE_BOX_MM,
    MM_PER_MV,
    ROW_HEIGHT_MM,
    SMALL_BOX_MM,
)
from pocketk_agent.reports.strip_page import StripPage
from pocketk_agent.reports.strip_row import LARGE_GRID, SMALL_GRID, TRACE_MM
from pocketk_agent.reports.typeface import Typeface

# One beat is drawn twice as fast as the rows, as paper recorders do; its own scale is written below it.
BEAT_MM_PER_S = 50
WIDEST_BEAT_MM = 90  # 1.8 s, more than a whole beat down to 40 per minute; of a slower one the end is cut off
GAP_MM, ABOVE_MM, BELOW_MM = 5.0, 2, 6
BODY_PT, SMALL_PT, LINE_MM = 9.0, 7.5, 4.2
MARK_COLOUR = "#8a3b12"

_MARKS = (
    ("p_onset", "P"),
    ("p_offset", ""),
    ("qrs_onset", "QRS"),
    ("qrs_offset", ""),
    ("t_peak", "T"),
    ("t_offset", "T end"),
)


class StripInformation:
    """The part of a page between its rows and its footer; empty where there is nothing to inform of.

    Args:
        strip: the whole strip.
        regular: typeface of the lines.
        bold: typeface of the first one.
    """

    def __init__(self, strip: PrintedStrip, regular: Typeface, bold: Typeface) -> None:
        self._beats: BeatReport | None = strip.beats
        self._median: MedianBeat | None = None if strip.beats is None else strip.beats.median
        room = GRID_RIGHT_MM - self._text_left
        faces = [(words, bold if number == 0 else regular) for number, words in enumerate(strip.information)]
        self.lines = tuple((line, face is bold) for words, face in faces for line in face.wrapped(words, BODY_PT, room))

    @property
    def _text_left(self) -> float:
        return GRID_LEFT_MM if self._median is None else self._right_mm + GAP_MM

    @property
    def _right_mm(self) -> int:
        """Where the beat's grid ends: after the large box that the beat ends in."""
        samples = 0 if self._median is None else self._median.raw_mv.size
        boxes = math.ceil(samples / GRID_HZ * BEAT_MM_PER_S / LARGE_BOX_MM)
        return GRID_LEFT_MM + min(WIDEST_BEAT_MM, boxes * LARGE_BOX_MM)

    @property
    def height_mm(self) -> int:
        """Whole millimetres that it takes, 0 where it is empty."""
        text = LINE_MM * len(self.lines)
        picture = 0.0 if self._median is None else float(ROW_HEIGHT_MM)
        return math.ceil(ABOVE_MM + max(text, picture) + BELOW_MM) if text or picture else 0

    def draw(self, page: StripPage, top_mm: int) -> None:
        """Draw it from `top_mm` downwards."""
        top = top_mm + ABOVE_MM
        for number, (line, bold) in enumerate(self.lines):
            at = (self._text_left, top + 3.4 + number * LINE_MM)
            page.text(at, line, size_pt=BODY_PT, bold=bold)
        if self._median is not None and self._beats is not None:
            self._draw_grid(page, top)
            self._draw_marks(page, self._beats, self._median, top)
            self._draw_beat(page, self._median, top)

    def _draw_grid(self, page: StripPage, top: int) -> None:
        right, bottom = self._right_mm, top + ROW_HEIGHT_MM
        for step, colour, width, layer in ((SMALL_BOX_MM, SMALL_GRID, 1, 2.0), (LARGE_BOX_MM, LARGE_GRID, 2, 2.1)):
            upright = [[(x, top), (x, bottom)] for x in range(GRID_LEFT_MM, right + 1, step)]
            across = [[(GRID_LEFT_MM, y), (right, y)] for y in range(top, bottom + 1, step)]
            page.straight([*upright, *across], colour=colour, width_px=width, layer=layer)
        scale = f"median beat: {BEAT_MM_PER_S} mm/s, {MM_PER_MV} mm/mV, unfiltered"
        page.text((GRID_LEFT_MM, bottom + 3.4), scale, size_pt=SMALL_PT)

    def _draw_marks(self, page: StripPage, beats: BeatReport, median: MedianBeat, top: int) -> None:
        """Where the waves begin and end, the names above."""
        free_from = 0.0
        for name, words in _MARKS:
            at = getattr(beats.marks, name)
            x = 0.0 if at is None else self._x_mm(float(at))
            if at is None or not 0 <= at < median.raw_mv.size or x > self._right_mm:
                continue
            page.straight([[(x, top), (x, top + ROW_HEIGHT_MM)]], colour=MARK_COLOUR, width_px=1, layer=3)
            width = page.regular.width_mm(words, SMALL_PT)
            if words and x + 0.6 >= free_from and x + 0.6 + width < self._right_mm:
                page.label((x + 0.6, top + ROW_HEIGHT_MM - 1.5), words, size_pt=SMALL_PT)
                free_from = x + 0.6 + width + 1.0

    def _draw_beat(self, page: StripPage, median: MedianBeat, top: int) -> None:
        x = np.array([self._x_mm(float(k)) for k in range(median.raw_mv.size)])
        y = top + ABOVE_BASELINE_MM - MM_PER_MV * median.raw_mv
        window = (GRID_LEFT_MM, top, self._right_mm, top + ROW_HEIGHT_MM)
        page.curve(x, y, width_mm=TRACE_MM, layer=4, window=window)

    def _x_mm(self, sample: float) -> float:
        return GRID_LEFT_MM + BEAT_MM_PER_S * sample / GRID_HZ
