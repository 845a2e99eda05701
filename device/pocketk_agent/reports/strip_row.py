"""One row of a printed strip: grid, calibration pulse, trace, and everything that is wrong with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_layout import (
    ABOVE_BASELINE_MM,
    GRID_LEFT_MM,
    GRID_RIGHT_MM,
    LARGE_BOX_MM,
    MM_PER_MV,
    MM_PER_S,
    ROW_HEIGHT_MM,
    ROW_S,
    SMALL_BOX_MM,
    TRACE_LEFT_MM,
    StripLayout,
)
from pocketk_agent.reports.strip_page import StripPage
from pocketk_agent.signal.segments import Span, true_spans

SMALL_GRID, LARGE_GRID = "#f7d4d4", "#e79c9c"
TRACE_MM = 0.28
HIGHEST_MV = ABOVE_BASELINE_MM / MM_PER_MV
LOWEST_MV = HIGHEST_MV - ROW_HEIGHT_MM / MM_PER_MV
BEYOND_MV = 20.0  # a line that leaves the row need not be followed further
ARROW_MM, ARROWS_APART_MM = 1.8, 2.5
NARROWEST_BAND_MM = 0.5  # one missing sample of 500 per second is 0.05 mm wide, and must be seen
LABEL_PT, TICK_PT = 7.0, 7.5


@dataclass(frozen=True)
class Flaw:
    """A kind of bad stretch.

    Attributes:
        label: written at its start.
        legend: its explanation in the footer.
        fill: colour of the band.
        hatched: strokes across the band.
        lane: line of labels, so that two kinds do not write over each other.
    """

    label: str
    legend: str
    fill: str
    hatched: bool
    lane: int


GAP = Flaw("gap", "hatched: gap, no samples", "white", True, 0)
LEAD_OFF = Flaw("lead off", "grey: lead off", "#dcdcdc", False, 1)
RAIL = Flaw("rail", "yellow: rail, converter at its limit", "#ffeaa0", False, 2)
ARROW_LEGEND = "arrow: trace leaves the row"


class StripRow:
    """One row of a strip.

    Args:
        strip: the whole strip.
        layout: of its page.
        row: number of the row, from 0.
    """

    def __init__(self, strip: PrintedStrip, layout: StripLayout, row: int) -> None:
        first, stop = (int(np.ceil(k * ROW_S * strip.fs_hz - 1e-6)) for k in (row, row + 1))
        self._strip, self._row = strip, row
        self._part = slice(first, min(stop, strip.ecg_mv.size))
        self._top, self._bottom = layout.row_top_mm(row), layout.row_bottom_mm(row)
        self._baseline = layout.baseline_mm(row)
        self._mv = self._millivolts()

    def draw(self, page: StripPage) -> None:
        """Draw the row."""
        self._draw_grid(page)
        self._draw_pulse(page)
        for flaw, mask in self._flaws():
            self._draw_flaw(page, flaw, true_spans(mask))
        self._draw_trace(page)
        self._draw_arrows(page)
        self._draw_seconds(page)
        self._draw_end(page)

    def legend(self) -> list[str]:
        """Explanations of what this row shows beside its trace."""
        words = [flaw.legend for flaw, mask in self._flaws() if mask.any()]
        leaves = np.any((self._mv > HIGHEST_MV) | (self._mv < LOWEST_MV))
        return [*words, ARROW_LEGEND] if leaves else words

    def _millivolts(self) -> NDArray[np.float64]:
        """The row minus its median, which is taken over good samples where there are any, (n,)."""
        mv = np.where(self._strip.missing, np.nan, self._strip.ecg_mv)[self._part].astype(np.float64)
        bad = (self._strip.lead_off | self._strip.saturated)[self._part]
        good = mv[~bad & ~np.isnan(mv)]
        known = good if good.size else mv[~np.isnan(mv)]
        return mv - (np.median(known) if known.size else 0.0)

    def _x_mm(self, sample: NDArray[np.int64] | int) -> NDArray[np.float64]:
        """Where samples of this row stand, counted from its first one."""
        seconds = (np.asarray(sample) + self._part.start) / self._strip.fs_hz - self._row * ROW_S
        return TRACE_LEFT_MM + MM_PER_S * seconds

    def _flaws(self) -> list[tuple[Flaw, NDArray[np.bool_]]]:
        missing = self._strip.missing
        masks = (missing, self._strip.lead_off & ~missing, self._strip.saturated & ~missing)
        return [(flaw, mask[self._part]) for flaw, mask in zip((GAP, LEAD_OFF, RAIL), masks, strict=True)]

    def _draw_grid(self, page: StripPage) -> None:
        for step, colour, width, layer in ((SMALL_BOX_MM, SMALL_GRID, 1, 2.0), (LARGE_BOX_MM, LARGE_GRID, 2, 2.1)):
            x = np.arange(GRID_LEFT_MM, GRID_RIGHT_MM + step, step)
            y = np.arange(self._top, self._bottom + step, step)
            upright = [[(float(k), self._top), (float(k), self._bottom)] for k in x]
            across = [[(GRID_LEFT_MM, float(k)), (GRID_RIGHT_MM, float(k))] for k in y]
            page.straight([*upright, *across], colour=colour, width_px=width, layer=layer)

    def _draw_pulse(self, page: StripPage) -> None:
        """1 mV for 200 ms, and the name of the lead in front."""
        x = GRID_LEFT_MM + np.array([0.0, 1.0, 1.0, 6.0, 6.0, 8.0])
        up = self._baseline - MM_PER_MV
        y = np.array([self._baseline, self._baseline, up, up, self._baseline, self._baseline])
        page.curve(x, y, width_mm=TRACE_MM, layer=4)
        lead = page.bold.fitted(self._strip.lead, 10, GRID_LEFT_MM - 5)
        page.text((GRID_LEFT_MM - 2, self._baseline + 1), lead, size_pt=10, bold=True, align="right")

    def _draw_flaw(self, page: StripPage, flaw: Flaw, spans: list[Span]) -> None:
        free_from = 0.0
        baseline = self._top + 3.0 + 3.2 * flaw.lane
        width = page.regular.width_mm(flaw.label, LABEL_PT)
        for left, right in self._bands(spans):
            layer = 2.5 if flaw.hatched else 1.5
            size = (right - left, self._bottom - self._top)
            edge = ("#8c8c8c", 0.15, "solid") if flaw.hatched else None
            page.box((left, self._top), size, fill=flaw.fill, hatched=flaw.hatched, edge=edge, layer=layer)
            start = min(left + 0.4, GRID_RIGHT_MM - width - 0.4)
            if start >= free_from:
                page.label((start, baseline), flaw.label, size_pt=LABEL_PT)
                free_from = start + width + 1.0

    def _bands(self, spans: list[Span]) -> list[tuple[float, float]]:
        """Left and right of every span, wide enough to be seen, those that touch made one."""
        bands: list[tuple[float, float]] = []
        for span in spans:
            left = float(self._x_mm(span.start))
            right = min(max(float(self._x_mm(span.stop)), left + NARROWEST_BAND_MM), GRID_RIGHT_MM)
            if bands and left <= bands[-1][1]:
                bands[-1] = (bands[-1][0], max(right, bands[-1][1]))
            else:
                bands.append((left, right))
        return bands

    def _draw_trace(self, page: StripPage) -> None:
        x = self._x_mm(np.arange(self._mv.size))
        y = self._baseline - MM_PER_MV * np.clip(self._mv, -BEYOND_MV, BEYOND_MV)
        window = (GRID_LEFT_MM, self._top, GRID_RIGHT_MM, self._bottom)
        page.curve(x, y, width_mm=TRACE_MM, layer=4, window=window)
        # A sample between two gaps has no line to be part of.
        alone = [span.start for span in true_spans(~np.isnan(self._mv)) if span.length == 1]
        page.marks(x[alone], y[alone], shape="o", size_mm=TRACE_MM * 1.5, layer=4)

    def _draw_arrows(self, page: StripPage) -> None:
        """A small arrow at the edge over which the trace leaves, at most one each 2.5 mm."""
        edges = ((self._mv > HIGHEST_MV, self._top + 1.0, "^"), (self._mv < LOWEST_MV, self._bottom - 1.0, "v"))
        for mask, y, shape in edges:
            x: list[float] = []
            for at in self._x_mm(np.flatnonzero(mask)):
                if not x or at - x[-1] >= ARROWS_APART_MM:
                    x.append(float(at))
            page.marks(x, [y] * len(x), shape=shape, size_mm=ARROW_MM, layer=5)

    def _draw_seconds(self, page: StripPage) -> None:
        for second in range(ROW_S + 1):
            x = TRACE_LEFT_MM + second * MM_PER_S
            ends = [[(x, self._bottom), (x, self._bottom + 1.0)]]
            page.straight(ends, colour="black", width_px=1, layer=3)
            words = f"{self._row * ROW_S + second}" + (" s" if second == 0 else "")
            page.text((x, self._bottom + 3.6), words, size_pt=TICK_PT, align="center")

    def _draw_end(self, page: StripPage) -> None:
        """Where the recording ends inside the row: the empty grid after it is not a flat line."""
        x = float(self._x_mm(self._mv.size))
        if x < GRID_RIGHT_MM - 0.1:
            page.straight([[(x, self._top), (x, self._bottom)]], colour="#555555", width_px=2, layer=3)
            page.label((x + 0.8, self._bottom - 1.7), "end", size_pt=LABEL_PT)
