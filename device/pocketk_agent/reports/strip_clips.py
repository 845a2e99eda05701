"""The brackets below the rows that show which clips were scored."""

from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_layout import MM_PER_S, ROW_S, TRACE_LEFT_MM, StripLayout
from pocketk_agent.reports.strip_page import StripPage

BELOW_MM, HOOK_MM = 5.0, 1.0
LABEL_PT = 7.0


def draw_clips(page: StripPage, strip: PrintedStrip, layout: StripLayout) -> None:
    """Draw a bracket below every scored clip; one that goes over the end of a row goes on in the next."""
    for number, start_s in enumerate(strip.clip_starts_s, start=1):
        for row in range(layout.n_rows):
            _draw_part(page, layout, row, (start_s, min(start_s + strip.clip_s, strip.duration_s)), f"clip {number}")


def _draw_part(page: StripPage, layout: StripLayout, row: int, clip_s: tuple[float, float], label: str) -> None:
    first, last = row * ROW_S, (row + 1) * ROW_S
    start, stop = max(clip_s[0], first), min(clip_s[1], last)
    if stop - start <= 1e-6:
        return
    # Two clips that follow each other stay two brackets.
    left = TRACE_LEFT_MM + (start - first) * MM_PER_S + 0.4
    right = TRACE_LEFT_MM + (stop - first) * MM_PER_S - 0.4
    y = layout.row_bottom_mm(row) + BELOW_MM
    segments = [[(left, y), (right, y)]]
    segments += [[(left, y), (left, y - HOOK_MM)]] if clip_s[0] >= first else []
    segments += [[(right, y), (right, y - HOOK_MM)]] if clip_s[1] <= last else []
    page.straight(segments, colour="black", width_px=2, layer=3)
    if right - left > page.regular.width_mm(label, LABEL_PT) + 2:
        page.label(((left + right) / 2, y + 0.8), label, size_pt=LABEL_PT, align="center")
