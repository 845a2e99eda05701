"""A table of a report, once: as text cells, CSV columns and JSON it is made of the same values."""

import csv
import io
from dataclasses import asdict, dataclass
from html import escape

import numpy as np

from pocketk.evaluation.statistics.estimate import Estimate

Cell = str | int | float | Estimate | None

_NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """Rows of values under headings.

    Attributes:
        name: of its CSV file, without ending, lower case with hyphens.
        caption: one line above it.
        headings: one a column.
        rows: as long as the headings.
        words: cells are sentences that may wrap.

    Raises:
        ValueError: a row of another length.
    """

    name: str
    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: bool = False

    def __post_init__(self) -> None:
        if any(len(row) != len(self.headings) for row in self.rows):
            raise ValueError(f"Table {self.name}: a row is not as long as its {len(self.headings)} headings.")

    def html(self) -> str:
        """The table as an HTML table element, all text escaped."""
        head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in self.headings)
        body = "".join(
            "<tr>" + "".join(f"<td>{_cell_html(cell)}</td>" for cell in row) + "</tr>\n" for row in self.rows
        )
        kind = ' class="words"' if self.words else ""
        return (
            f'<p>{escape(self.caption)}</p>\n<div class="scroll" tabindex="0" role="region" '
            f'aria-label="{escape(self.caption)}">\n<table{kind}>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>\n"
        )

    def csv(self) -> str:
        """The table as CSV; an estimate becomes five columns."""
        wide = [any(isinstance(row[k], Estimate) for row in self.rows) for k in range(len(self.headings))]
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        heads = [_csv_heads(heading, is_wide) for heading, is_wide in zip(self.headings, wide, strict=True)]
        writer.writerow([name for names in heads for name in names])
        for row in self.rows:
            cells = [_csv_cells(cell, is_wide) for cell, is_wide in zip(row, wide, strict=True)]
            writer.writerow([cell for some in cells for cell in some])
        return buffer.getvalue()

    def document(self) -> list[dict[str, object]]:
        """The rows as JSON-ready objects by heading."""
        return [
            {heading: json_value(cell) for heading, cell in zip(self.headings, row, strict=True)} for row in self.rows
        ]


def cell_text(cell: Cell) -> str:
    """A cell as a reader sees it: an estimate with its interval, and with the reason where it lacks one."""
    if cell is None:
        return _NOTHING
    if isinstance(cell, Estimate):
        return _estimate_text(cell)
    if isinstance(cell, float):
        return number_text(cell)
    return f"{cell:,}" if isinstance(cell, int) else cell


def _cell_html(cell: Cell) -> str:
    """The text, a reservation on a line of its own."""
    if isinstance(cell, Estimate) and cell.value is not None and cell.why_not:
        return f"{escape(_figure_text(cell))}<br><small>{escape(cell.why_not)}</small>"
    return escape(cell_text(cell))


def number_text(value: float) -> str:
    """Three decimals below 10, one above; more near 1, where the third says nothing."""
    if not np.isfinite(value):
        return _NOTHING
    if abs(value) >= 10.0:
        return f"{value:,.1f}"
    return f"{value:.4f}" if 0.99 <= abs(value) < 1.0 else f"{value:.3f}"


def _estimate_text(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"not computed: {estimate.why_not}"
    text = _figure_text(estimate)
    return f"{text} [{estimate.why_not}]" if estimate.why_not else text


def _figure_text(estimate: Estimate) -> str:
    text = cell_text(estimate.value)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({number_text(estimate.low)} to {number_text(estimate.high)})"


def json_value(cell: Cell) -> object:
    """A cell as JSON holds it; what is no number becomes null."""
    if isinstance(cell, Estimate):
        return {name: json_value(value) for name, value in asdict(cell).items()}
    if isinstance(cell, float) and not np.isfinite(cell):
        return None
    return cell


def _csv_heads(heading: str, is_wide: bool) -> list[str]:
    return [heading, f"{heading} low", f"{heading} high", f"{heading} n", f"{heading} note"] if is_wide else [heading]


def _csv_cells(cell: Cell, is_wide: bool) -> list[object]:
    if isinstance(cell, Estimate):
        return [cell.value, cell.low, cell.high, cell.n, cell.why_not]
    return [cell, None, None, None, None] if is_wide else [cell]
