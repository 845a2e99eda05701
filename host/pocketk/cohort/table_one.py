"""Table one: who is in a cohort, split by split."""

import csv
import html
import io
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from pocketk.cohort.manifest_row import FLAGS, SPLITS

# Thresholds that the reports speak of, mmol/L.
_ABOVE = ((">", 5.5), (">=", 6.0), (">=", 6.5))
_LOW_MMOL_L = 3.5


@dataclass(frozen=True)
class TableOne:
    """The table as text cells.

    Attributes:
        columns: "characteristic", the splits that occur, "all".
        rows: one tuple a characteristic, as long as `columns`.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """The table in aligned plain text."""
        lines = (self.columns, *self.rows)
        widths = [max(len(line[place]) for line in lines) for place in range(len(self.columns))]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines)

    def csv(self) -> str:
        """The table as CSV."""
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows((self.columns, *self.rows))
        return buffer.getvalue()

    def html(self) -> str:
        """The table as an HTML table element."""
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.columns)
        body = "\n".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows
        )
        return f"<table>\n<tr>{head}</tr>\n{body}\n</table>\n"


def table_one(frame: pl.DataFrame) -> TableOne:
    """Describe a manifest's recordings.

    Recordings and patients are counted; every other row is over recordings. Median [lower to upper quartile].

    Args:
        frame: a manifest.
    """
    present = [split for split in SPLITS if (frame["split"] == split).any()]
    parts = [frame.filter(pl.col("split") == split) for split in present] + [frame]
    rows = tuple((label, *(cell(part) for part in parts)) for label, cell in _characteristics())
    return TableOne(("characteristic", *present, "all"), rows)


def _characteristics() -> list[tuple[str, Callable[[pl.DataFrame], str]]]:
    gap_minutes = (pl.col("lab_time") - pl.col("ecg_time")).dt.total_microseconds() / 60e6
    k = pl.col("k_lab_mmol_l")
    return [
        ("recordings", lambda part: str(len(part))),
        ("patients", lambda part: str(part["patient_id"].n_unique())),
        ("recordings a patient", lambda part: _median(pl.col("len"))(part.group_by("patient_id").len())),
        ("age, years", _median(pl.col("age"))),
        ("female", _share(pl.when(pl.col("sex") != "U").then(pl.col("sex") == "F"))),
        *((flag.upper() if flag in ("ckd", "hf") else flag, _share(pl.col(flag))) for flag in FLAGS),
        ("with potassium", _share(k.is_not_null())),
        ("potassium, mmol/L", _median(k, digits=2)),
        (f"potassium < {_LOW_MMOL_L}", _share(k < _LOW_MMOL_L)),
        *((f"potassium {sign} {at}", _share(k > at if sign == ">" else k >= at)) for sign, at in _ABOVE),
        ("haemolysed", _share(pl.when(k.is_not_null()).then(pl.col("haemolysed")))),
        ("laboratory minus ECG, minutes", _median(gap_minutes)),
        ("laboratory before or with ECG", _share(gap_minutes <= 0)),
        ("|laboratory - ECG|, minutes", _median(gap_minutes.abs())),
        ("sites", lambda part: str(part["site"].n_unique())),
        ("seconds", _median(pl.col("n_samples") / pl.col("fs_hz"))),
    ]


def _median(value: pl.Expr, digits: int = 1) -> Callable[[pl.DataFrame], str]:
    def cell(part: pl.DataFrame) -> str:
        found = part.select(value.cast(pl.Float64).alias("v"))["v"].drop_nulls()
        if found.is_empty():
            return "unknown"
        low, middle, high = (found.quantile(q, "linear") for q in (0.25, 0.5, 0.75))
        missing = "" if len(found) == len(part) else f"; {len(part) - len(found)} unknown"
        return f"{middle:.{digits}f} [{low:.{digits}f} to {high:.{digits}f}]{missing}"

    return cell


def _share(value: pl.Expr) -> Callable[[pl.DataFrame], str]:
    def cell(part: pl.DataFrame) -> str:
        found = part.select(value.alias("v"))["v"].drop_nulls()
        if found.is_empty():
            return "unknown"
        missing = "" if len(found) == len(part) else f"; {len(part) - len(found)} unknown"
        return f"{int(found.sum())} ({100 * float(found.mean() or 0):.1f} %){missing}"  # type: ignore[arg-type]

    return cell
