"""An evaluation as a table for the terminal."""

from rich.table import Table

from pocketk.qrs_evaluation.evaluation import Evaluation
from pocketk.qrs_evaluation.percentage import percentage

HEADINGS = (
    "data set",
    "detector",
    "records",
    "beats",
    "missed",
    "extra",
    "Se gross",
    "Se average",
    "P+ gross",
    "P+ average",
    "F1",
    "seconds",
)


def summary_cells(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """One row for each data set and detector, a cell for each of `HEADINGS`; shares in per cent."""
    return [
        (
            s.data_set,
            s.finder,
            f"{s.records:,}",
            f"{s.gross.marked:,}",
            f"{s.gross.misses:,}",
            f"{s.gross.extras:,}",
            percentage(s.gross.sensitivity),
            percentage(s.average_sensitivity),
            percentage(s.gross.positive_predictivity),
            percentage(s.average_positive_predictivity),
            percentage(s.gross.f1),
            f"{s.run_seconds:.1f}",
        )
        for s in evaluation.summaries()
    ]


def summary_table(evaluation: Evaluation) -> Table:
    """The table, a line between data sets."""
    table = Table(title="QRS detectors, ANSI/AAMI EC57 form, 150 ms, per cent")
    for k, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="left" if k < 2 else "right", no_wrap=True)
    rows = summary_cells(evaluation)
    for row, following in zip(rows, [*rows[1:], ("",)], strict=True):
        table.add_row(*row, end_section=row[0] != following[0])
    return table
