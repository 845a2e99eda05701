"""The formats as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from pocketk.export.formats.format_result import FormatResult

HEADINGS = ("format", "runtime", "kB", "median ms", "p95 ms", "largest error", "MAE / SD", "made in s", "state")


def result_cells(row: FormatResult) -> tuple[str, ...]:
    """One result as words."""
    latency, agreement = row.latency, row.agreement
    return (
        row.name,
        row.runtime,
        "" if row.size_bytes is None else f"{row.size_bytes / 1e3:,.0f}",
        "" if latency is None else f"{latency.median_ms:.2f}",
        "" if latency is None else f"{latency.p95_ms:.2f}",
        "" if agreement is None else f"{agreement.max_abs_error:.2g}",
        "" if agreement is None else f"{agreement.mae_of_sd:.2%}",
        "" if row.make_s is None else f"{row.make_s:.1f}",
        row.state if not row.reason else f"{row.state}: {row.reason}",
    )


def result_table(results: Iterable[FormatResult]) -> Table:
    """All results for a terminal."""
    table = Table(title="Export formats, one clip at a time")
    for heading in HEADINGS:
        words = heading in (*HEADINGS[:2], HEADINGS[-1])
        table.add_column(heading, justify="left" if words else "right", overflow="fold")
    for row in results:
        table.add_row(*map(escape, result_cells(row)))
    return table
