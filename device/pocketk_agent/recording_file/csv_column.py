"""One column of numbers out of a CSV text."""

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.lead_name import find_channel, is_lead_one
from pocketk_agent.recording_file.recording_file_error import RecordingFileError

# A day at 500 Hz would be 400 MB of text, and a few kilobytes of gzip can unpack to as much.
MOST_BYTES = 64 * 2**20
_MISSING = {"", "-", "na", "n/a", "nan", "null", "none"}
# The first line that `csv_writer` writes. Nothing looser: "# 50 Hz notch" states no sampling rate.
_STATED_RATE = re.compile(r"# ?(\d+(?:\.\d+)?(?:e[+-]?\d+)?) Hz, millivolts\b", re.ASCII)
_NOT_SIGNAL = {"time", "timestamp", "t", "seconds", "s", "ms", "us", "sample", "index", "n", ""}


@dataclass(frozen=True)
class CsvColumn:
    """A column as the file holds it.

    Attributes:
        values: (T,) float64, NaN where a cell is empty.
        name: from the header row, None where there is none.
        fs_hz: sampling rate that the first line states, None where it states none.
    """

    values: NDArray[np.float64]
    name: str | None
    fs_hz: float | None = None


def read_csv_column(path: Path, channel: int | str | None, source: str) -> CsvColumn:
    """Read one column of a `.csv` or `.csv.gz` file, separated by `;` or `,`; after `;`, a comma is a decimal point.

    Lines that begin with `#` are comments, but for a first line `# 500.0 Hz, millivolts`, as `csv_file_bytes` writes
    it: that states the sampling rate.

    Args:
        path: the file.
        channel: index or header name of the column; None for the only column, the one named as lead I, or the
            only one that is a signal.
        source: name of the file, for messages.

    Raises:
        RecordingFileError: no such column, several that could be meant, or a cell that is no number.
    """
    text = _text(path, source)
    stated = _STATED_RATE.match(text)
    rows = _rows(text, source)
    first = rows[0][1]
    names = None if any(_is_number(cell) for cell in first) else first
    body = rows[1:] if names is not None else rows
    if not body:
        raise RecordingFileError(f"{source}: holds a header row and no sample.")
    index = _column_index(names, body[0][1], channel, source)
    name = names[index] if names is not None else None
    return CsvColumn(_numbers(body, index, source), name, float(stated[1]) if stated else None)


def _text(path: Path, source: str) -> str:
    with path.open("rb") as file:
        if path.suffix.casefold() == ".gz":
            with gzip.open(file) as unpacked:
                raw = unpacked.read(MOST_BYTES + 1)
        else:
            raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise RecordingFileError(f"{source}: more than {MOST_BYTES // 2**20} MB of text; cut it into shorter files.")
    return raw.decode("utf-8-sig")


def _rows(text: str, source: str) -> list[tuple[int, list[str]]]:
    """The non-empty rows that are no comments, with their line numbers."""
    begin = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    delimiter = ";" if ";" in begin else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = [
        (reader.line_num, [_decimal_point(cell, delimiter) for cell in row])
        for row in reader
        if any(cell.strip() for cell in row) and not row[0].startswith("#")
    ]
    if not rows:
        raise RecordingFileError(f"{source}: holds no row; expected one sample a line.")
    width = len(rows[0][1])
    for line, row in rows:
        if len(row) != width:
            raise RecordingFileError(f"{source}, line {line}: {len(row)} columns; the first row has {width}.")
    return rows


def _decimal_point(cell: str, delimiter: str) -> str:
    cell = cell.strip()
    return cell.replace(",", ".", 1) if delimiter == ";" else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _column_index(names: list[str] | None, row: list[str], channel: int | str | None, source: str) -> int:
    if channel is not None:
        if isinstance(channel, str) and names is None:
            raise RecordingFileError(f"{source}: has no header row to find {channel!r} in; pass the column's index.")
        return find_channel(names if names is not None else [""] * len(row), channel, source)
    titles = names if names is not None else ["-"] * len(row)
    lead_one = [index for index, title in enumerate(titles) if is_lead_one(title)]
    signals = [
        index
        for index, (title, cell) in enumerate(zip(titles, row, strict=True))
        if title.casefold() not in _NOT_SIGNAL and _is_number(cell)
    ]
    wanted = lead_one if len(lead_one) == 1 else [0] if len(row) == 1 else signals
    if len(wanted) == 1:
        return wanted[0]
    found = ", ".join(map(repr, titles)) if names is not None else f"{len(row)} unnamed columns"
    raise RecordingFileError(f"{source}: which column is the ECG? It holds {found}; pass channel as index or name.")


def _numbers(rows: list[tuple[int, list[str]]], index: int, source: str) -> NDArray[np.float64]:
    values = np.empty(len(rows))
    for at, (line, row) in enumerate(rows):
        cell = row[index]
        try:
            values[at] = float(cell)
        except ValueError:
            if cell.casefold() not in _MISSING:
                raise RecordingFileError(f"{source}, line {line}: {cell[:40]!r} is not a number.") from None
            values[at] = np.nan
    return values
