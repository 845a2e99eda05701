"""The bench's results as a table for the terminal."""

from rich.table import Table
from rich.text import Text

from pocketk.bench_check.bench_report import BenchReport
from pocketk.bench_check.number_text import figure, limits

NO_CONFORMITY = "Inspired by IEC 60601-2-25, -2-27 and -2-47; no conformity is claimed."


def bench_table(report: BenchReport) -> Table:
    """One row for each result; a limit that is still to be compared with its standard carries a star."""
    table = Table(
        title=f"Bench self-check, front end {report.front_end}, agent {report.version}",
        caption=f"* limit UNVERIFIED. {NO_CONFORMITY}",
        show_lines=False,
    )
    table.add_column("verdict", no_wrap=True)
    table.add_column("check", ratio=1, overflow="fold")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("limits")
    for r in report.results:
        star = "" if r.verified else " *"
        words = "\n".join(filter(None, (r.id, r.title, r.note)))
        cells = (r.verdict, words, figure(r), limits(r, unit=False) + star)
        table.add_row(*map(Text, cells), style="" if r.as_expected else "bold", end_section=True)
    return table
