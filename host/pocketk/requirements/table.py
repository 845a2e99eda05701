"""The register and a comparison as terminal tables."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from pocketk.requirements.comparison import Comparison, row_text
from pocketk.requirements.register import Register, Row, Status

# A colour is an addition for those who see it: the word stands beside it.
_STYLE = {Status.SHOWN: "green", Status.FAILED: "bold red", Status.NOT_SHOWN: "yellow"}


def _plain_table(title: str, caption: str) -> Table:
    # narrow gaps, so that the register fits 80 columns
    return Table(title=Text(title), caption=Text(caption), box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)


def register_table(register: Register) -> Table:
    """Return the register as a table with a section per step, each worst value beside its limits."""
    table = _plain_table(f"Requirements at {register.git_hash}", register.totals_text())
    table.add_column("requirement", no_wrap=True)
    table.add_column("status", no_wrap=True)
    table.add_column("worst value", justify="right", no_wrap=True)
    table.add_column("limits")
    table.add_column("n", justify="right", no_wrap=True)
    table.add_column("of", justify="right", no_wrap=True)
    for step, rows in register.by_step().items():
        table.add_row(Text(f"Step {step}", style="bold"))
        for row in rows:
            table.add_row(*_cells(row))
        table.add_section()
    return table


def _cells(row: Row) -> list[Text]:
    """Return the cells of one row as plain text: nothing in it is read as markup."""
    status = Text(row.status.value, style=_STYLE[row.status])
    name, limits, count = Text(row.requirement.id), Text(row.requirement.limits), Text(f"{row.count}")
    if row.worst is None:
        return [name, status, Text("-"), limits, Text("-"), count]
    return [name, status, Text(row.worst.value_text), limits, Text(f"{row.worst.n:,}"), count]


def failure_lines(register: Register) -> list[str]:
    """Return a sentence for each requirement that failed: what was measured, and by which test where."""
    return [
        f"failed: {row.worst.sentence()}, by {row.worst.test} ({row.worst.target}) on {row.worst.machine}"
        for row in register.rows
        if row.worst is not None and row.status is Status.FAILED
    ]


def comparison_table(comparison: Comparison) -> Table:
    """Return what changed between two runs as a table, the gravest changes first."""
    before, after = comparison.before.git_hash, comparison.after.git_hash
    count = len(comparison.changes)
    caption = f"{count} requirement(s) changed" if count else "no requirement changed"
    table = _plain_table(f"Requirements: {before} -> {after}", caption)
    for heading in ("requirement", "what changed", before, after):
        table.add_column(Text(heading))
    for change in comparison.changes:
        texts = (change.requirement_id, change.kind.value, row_text(change.before), row_text(change.after))
        table.add_row(*map(Text, texts))
    return table
