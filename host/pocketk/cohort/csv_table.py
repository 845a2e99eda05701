"""Lines of a CSV as they stand, with what is wrong about its form."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.csv_columns import LIKELY, OPTIONAL, REQUIRED
from pocketk.cohort.fault_report import FaultReport


@dataclass(frozen=True)
class CsvLine:
    """One line of the table.

    Attributes:
        number: line of the file where it ends, 1 for the heading.
        cells: column -> text without surrounding blanks; "" for a column that the table lacks.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class CsvTable:
    """A table and the columns it has.

    Attributes:
        lines: in the order of the file; lines of another length than the heading are left out and reported.
        columns: of the heading.
    """

    lines: tuple[CsvLine, ...]
    columns: tuple[str, ...]


def read_table(path: Path, report: FaultReport) -> CsvTable:
    """Read the lines; faults of form go into the report.

    Raises:
        CohortError: the file is absent or no text.
    """
    text = _text(path, report)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        heading = tuple(name.strip() for name in next(reader, []))
    except csv.Error as error:
        raise CohortError(f"{path} is no CSV ({error}).") from error
    _check_heading(heading, report)
    lines: list[CsvLine] = []
    empty = dict.fromkeys((*REQUIRED, *OPTIONAL), "")
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            report.add("line unreadable", reader.line_num, error, "a line of CSV", "Save the table as UTF-8 CSV again.")
            continue
        if cells is None:
            break
        if len(cells) == len(heading):
            stripped = {name: cell.strip() for name, cell in zip(heading, cells, strict=True)}
            lines.append(CsvLine(reader.line_num, empty | stripped))
        elif any(cell.strip() for cell in cells):
            found, expected = f"{len(cells)} cells", f"{len(heading)} cells, as in the heading"
            report.add("line of another length", reader.line_num, found, expected, "Quote cells that hold a comma.")
    if not lines:
        report.add("no recordings", 0, "a heading without lines", "one line a recording", "Fill in the table.")
    return CsvTable(tuple(lines), heading)


def _text(path: Path, report: FaultReport) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CohortError(f"{path} cannot be read ({error.strerror}); expected a CSV of recordings.") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        report.add("not UTF-8", line, f"byte 0x{raw[error.start]:02x}", "UTF-8 text", "Save the table as UTF-8 CSV.")
        return raw.decode("latin-1")


def _check_heading(heading: tuple[str, ...], report: FaultReport) -> None:
    known = ", ".join((*REQUIRED, *OPTIONAL))
    missing = [name for name in REQUIRED if name not in heading]
    if len(heading) == 1 and (";" in heading[0] or "\t" in heading[0]):
        report.add("not separated by commas", 1, heading[0][:60], "commas", "Save the table with commas.")
        return
    for name in heading:
        if heading.count(name) > 1:
            report.add("column twice", 1, name or "an empty name", "every column once", "Remove or rename one.")
        elif name not in (*REQUIRED, *OPTIONAL):
            likely = LIKELY.get(name.lower())
            mend = f"Rename {name} to {likely}." if likely in missing else "Remove the column or correct its name."
            report.add("unknown column", 1, name or "an empty name", f"only {known}", mend)
    for name in missing:
        mend = "Add the column; pocketk cohort template prints an example."
        report.add("missing column", 1, f"no {name}", f"the columns {', '.join(REQUIRED)}", mend)
