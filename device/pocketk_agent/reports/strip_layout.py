"""Where everything stands on a printed strip, in millimetres from the top left corner of the page."""

import math
from dataclasses import dataclass

PX_PER_MM = 8  # a whole number: 1 mm is 8 pixels, 203.2 dots per inch, exactly
MM_PER_S, MM_PER_MV = 25, 10
ROW_S = 10
SMALL_BOX_MM, LARGE_BOX_MM = 1, 5

PAGE_WIDTH_MM = 297  # A4 across
GRID_LEFT_MM = 19
PULSE_MM = 10  # room for the calibration pulse in front of the trace
TRACE_LEFT_MM = GRID_LEFT_MM + PULSE_MM
GRID_WIDTH_MM = PULSE_MM + ROW_S * MM_PER_S
GRID_RIGHT_MM = GRID_LEFT_MM + GRID_WIDTH_MM
ROW_HEIGHT_MM = 40
ABOVE_BASELINE_MM = 25  # 2.5 mV up and 1.5 mV down: an R wave stands on a wandering baseline
BELOW_ROW_MM = 7  # seconds and clips
FOOTER_MM = 11


@dataclass(frozen=True)
class StripLayout:
    """Rows of 10 s below a header.

    Attributes:
        header_mm: whole millimetres that the header takes.
        duration_s: seconds of signal.
        information_mm: whole millimetres below the rows for what is there for information.
    """

    header_mm: int
    duration_s: float
    information_mm: int = 0

    @property
    def n_rows(self) -> int:
        """Rows that the signal fills, at least one."""
        return max(1, math.ceil(self.duration_s / ROW_S - 1e-9))

    @property
    def page_height_mm(self) -> int:
        """Height of the page, which grows with the rows."""
        return self.footer_top_mm + FOOTER_MM

    @property
    def footer_top_mm(self) -> int:
        """Where the footer begins."""
        return self.information_top_mm + self.information_mm

    @property
    def information_top_mm(self) -> int:
        """Where the rows end."""
        return self.header_mm + self.n_rows * (ROW_HEIGHT_MM + BELOW_ROW_MM)

    def row_top_mm(self, row: int) -> int:
        """Upper edge of a row's grid."""
        return self.header_mm + row * (ROW_HEIGHT_MM + BELOW_ROW_MM)

    def row_bottom_mm(self, row: int) -> int:
        """Lower edge of a row's grid."""
        return self.row_top_mm(row) + ROW_HEIGHT_MM

    def baseline_mm(self, row: int) -> int:
        """Where 0 mV lies in a row: on a line of the 5 mm grid."""
        return self.row_top_mm(row) + ABOVE_BASELINE_MM
