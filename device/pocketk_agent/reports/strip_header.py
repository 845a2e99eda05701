"""Head and foot of a printed strip: who, when, what came out, on what scale."""

import math
from dataclasses import dataclass

from pocketk_agent import wording
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.reports.printed_strip import PrintedStrip
from pocketk_agent.reports.strip_layout import GRID_LEFT_MM, GRID_RIGHT_MM, PAGE_WIDTH_MM, StripLayout
from pocketk_agent.reports.strip_page import StripPage
from pocketk_agent.reports.typeface import Typeface

TITLE_PT, HEADLINE_PT, BODY_PT, SMALL_PT = 14.0, 13.0, 9.0, 7.5
LINE_MM = 4.0
TITLE_BASELINE_MM, NOTICE_TOP_MM = 8.5, 10.5
LABELS_MM, LEFT_COLUMN_MM = 24.0, 100.0
OUTCOME_LEFT_MM = GRID_LEFT_MM + LEFT_COLUMN_MM + 5.0
OUTCOME_WIDTH_MM = GRID_RIGHT_MM - OUTCOME_LEFT_MM
PADDING_MM = 2.5

# Thickness in millimetres and style: the kinds differ in black and white, too.
FRAMES: dict[OutcomeKind, tuple[float, str]] = {
    OutcomeKind.DEVICE_ERROR: (1.2, "solid"),
    OutcomeKind.POOR_RECORDING: (0.4, "dashed"),
    OutcomeKind.INCONCLUSIVE: (0.4, "dotted"),
}
TIER_FRAME = (0.4, "solid")


@dataclass(frozen=True)
class _Row:
    label: str
    words: str
    bold: bool


@dataclass(frozen=True)
class StripHeader:
    """The words of a header, broken into lines.

    Attributes:
        notice: lines of the notice, as wide as the grid.
        identity: lines of the left column.
        outcome: lines of the framed outcome below its headline; the second item says whether bold.
    """

    notice: tuple[str, ...]
    identity: tuple[_Row, ...]
    outcome: tuple[tuple[str, bool], ...]

    @property
    def columns_top_mm(self) -> float:
        """Where the two columns begin."""
        return NOTICE_TOP_MM + LINE_MM * len(self.notice) + 4.0

    @property
    def outcome_height_mm(self) -> float:
        """Height of the framed outcome."""
        return 2 * PADDING_MM + 5.0 + LINE_MM * len(self.outcome)

    @property
    def height_mm(self) -> int:
        """Whole millimetres, so that the grid below lies on pixels."""
        columns = max(LINE_MM * len(self.identity), self.outcome_height_mm)
        return math.ceil(self.columns_top_mm + columns + 2.0)


def header_of(strip: PrintedStrip, regular: Typeface, bold: Typeface) -> StripHeader:
    """Break the words of a header into lines."""
    room = OUTCOME_WIDTH_MM - 2 * PADDING_MM
    sentences = wording.outcome_in_words(strip.outcome)
    ladder = wording.tier_ladder(strip.outcome.kind)
    outcome = [(ladder, True)] if ladder else []
    outcome += [(line, False) for words in sentences for line in regular.wrapped(words, BODY_PT, room)]
    outcome += [(line, True) for line in bold.wrapped(f"What to do: {strip.advice}", BODY_PT, room)]
    notice = bold.wrapped(strip.notice, BODY_PT, GRID_RIGHT_MM - GRID_LEFT_MM - 2 * PADDING_MM)
    identity = [row for entry in _identity(strip) for row in _wrapped_row(entry, regular, bold)]
    return StripHeader(tuple(notice), tuple(identity), tuple(outcome))


def draw_header(page: StripPage, strip: PrintedStrip, header: StripHeader) -> None:
    """Draw title, notice, identity and the framed outcome."""
    title = page.bold.fitted(f"{strip.product}  single-lead ECG", TITLE_PT, 160.0)
    page.text((GRID_LEFT_MM, TITLE_BASELINE_MM), title, size_pt=TITLE_PT, bold=True)
    height = LINE_MM * len(header.notice)
    page.box((GRID_LEFT_MM, NOTICE_TOP_MM), (GRID_RIGHT_MM - GRID_LEFT_MM, height + 1.5), fill="#ececec")
    for number, line in enumerate(header.notice):
        at = (GRID_LEFT_MM + PADDING_MM, NOTICE_TOP_MM + 3.8 + number * LINE_MM)
        page.text(at, line, size_pt=BODY_PT, bold=True)
    for number, row in enumerate(header.identity):
        y = header.columns_top_mm + 3.2 + number * LINE_MM
        page.text((GRID_LEFT_MM, y), row.label, size_pt=BODY_PT)
        page.text((GRID_LEFT_MM + LABELS_MM, y), row.words, size_pt=BODY_PT, bold=row.bold)
    _draw_outcome(page, strip, header)


def draw_footer(page: StripPage, strip: PrintedStrip, layout: StripLayout, legend: list[str]) -> None:
    """Draw scale, legend and versions."""
    y = layout.footer_top_mm + 4.0
    height = layout.page_height_mm
    scale = "25 mm/s   10 mm/mV   pulse at the start of each row: 1 mV, 200 ms   each row minus its median"
    page.text((GRID_LEFT_MM, y), scale, size_pt=BODY_PT, bold=True)
    size = f"True to scale at {PAGE_WIDTH_MM} x {height} mm (100 %)"
    page.text((GRID_RIGHT_MM, y), size, size_pt=SMALL_PT, align="right")
    versions = page.regular.fitted(strip.versions, SMALL_PT, 100.0)
    page.text((GRID_RIGHT_MM, y + LINE_MM), versions, size_pt=SMALL_PT, align="right")
    words = page.regular.fitted("   ".join(legend), SMALL_PT, 155.0)
    page.text((GRID_LEFT_MM, y + LINE_MM), words, size_pt=SMALL_PT)


def _draw_outcome(page: StripPage, strip: PrintedStrip, header: StripHeader) -> None:
    top = header.columns_top_mm
    width, style = FRAMES.get(strip.outcome.kind, TIER_FRAME)
    size = (OUTCOME_WIDTH_MM, header.outcome_height_mm)
    page.box((OUTCOME_LEFT_MM, top), size, edge=("black", width, style))
    left, y = OUTCOME_LEFT_MM + PADDING_MM, top + PADDING_MM + 3.8
    headline = page.bold.fitted(wording.HEADLINES[strip.outcome.kind], HEADLINE_PT, OUTCOME_WIDTH_MM - 2 * PADDING_MM)
    page.text((left, y), headline, size_pt=HEADLINE_PT, bold=True)
    for number, (line, bold) in enumerate(header.outcome):
        page.text((left, y + 5.2 + number * LINE_MM), line, size_pt=BODY_PT, bold=bold)


def _identity(strip: PrintedStrip) -> list[_Row]:
    is_lead_i = strip.lead == "I"
    lead = wording.lead_in_words(strip.lead) if is_lead_i else f"[!] {wording.lead_in_words(strip.lead)}"
    recorded = strip.recorded_at.strftime("%Y-%m-%d %H:%M:%S %Z").strip()
    return [
        _Row("Measurement", strip.measurement_id, False),
        _Row("Recorded", f"{recorded}, {strip.duration_s:.1f} s", False),
        _Row("", strip.time.words if strip.time.verified else f"[!] {strip.time.words}", not strip.time.verified),
        _Row("Device", strip.device_serial, False),
        *_calibration(strip),
        _Row("Lead", lead, not is_lead_i),
        _Row("Signal", f"{strip.filter_statement}, {strip.fs_hz:g} Hz", False),
        _Row("Model", strip.model, False),
        _Row("", strip.model_statement, True),
    ]


def _calibration(strip: PrintedStrip) -> list[_Row]:
    if not strip.calibration:
        return []
    mark = "" if strip.calibration_in_date else "[!] "
    return [_Row("Calibration", f"{mark}{strip.calibration}", not strip.calibration_in_date)]


def _wrapped_row(row: _Row, regular: Typeface, bold: Typeface) -> list[_Row]:
    face = bold if row.bold else regular
    lines = face.wrapped(row.words, BODY_PT, LEFT_COLUMN_MM - LABELS_MM) or [""]
    return [_Row(row.label if number == 0 else "", line, row.bold) for number, line in enumerate(lines)]
