"""An evaluation as rows of a table."""

from rich.markup import escape
from rich.table import Table

from pocketk.boundary_evaluation.evaluation import BoundaryEvaluation, BoundarySummary

HEADINGS = ("records", "boundary", "delineator", "mean ms", "SD ms", "CSE 2 SD", "n", "found", "P+")


def summary_cells(row: BoundarySummary) -> tuple[str, ...]:
    """One summary as words."""
    limit = row.boundary.two_sd_ms
    return (
        row.half,
        row.boundary.words,
        row.delineator,
        "" if row.mean_ms is None else f"{row.mean_ms:+.1f}",
        "" if row.sd_ms is None else f"{row.sd_ms:.1f}",
        "" if limit is None else f"{limit:.1f}{' ✓' if row.within_tolerance else ''}",
        f"{row.n:,}",
        f"{row.sensitivity:.1%}",
        f"{row.positive_predictivity:.1%}",
    )


def summary_table(evaluation: BoundaryEvaluation) -> Table:
    """All summaries for a terminal."""
    table = Table(title="Boundaries on lead I of ludb, found minus marked")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in HEADINGS[:3] else "right")
    before = None
    for row in evaluation.summaries():
        if before not in (None, (row.half, row.boundary.name)):
            table.add_section()
        before = (row.half, row.boundary.name)
        table.add_row(*map(escape, summary_cells(row)))
    return table
