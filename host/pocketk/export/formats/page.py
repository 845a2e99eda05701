"""An export as one self-contained HTML page."""

from __future__ import annotations

from html import escape

from pocketk.evaluation_page import document_html
from pocketk.export.formats.export_record import ExportRecord
from pocketk.export.formats.format_result import FormatResult
from pocketk.export.formats.table import HEADINGS, result_cells
from pocketk.export.formats.trade_off_figure import trade_off_figure, undominated

_OURS = ' class="ours"'


def page_html(record: ExportRecord) -> str:
    """The page: gate, picture, table, machine; all text escaped."""
    figure = trade_off_figure(record.results)
    parts = (
        f"<p>{escape(record.weights)}. {escape(record.clips)} Times are of one clip at a time on the machine below "
        "and say nothing of another. Research demonstration, not for clinical use.</p>\n",
        _gate(record.gate),
        "" if figure is None else figure.html(),
        _table(record.results),
        _machine(record),
    )
    return document_html("Export formats", "".join(parts))


def _gate(gate: tuple[str, ...] | None) -> str:
    if gate is None:
        return ""
    if not gate:
        return "<p><strong>Gate: passed.</strong></p>\n"
    lines = "".join(f"<li>{escape(line)}</li>\n" for line in gate)
    return f"<p><strong>Gate: not passed.</strong></p>\n<ul>\n{lines}</ul>\n"


def _table(results: tuple[FormatResult, ...]) -> str:
    best = {row.name for row in undominated(results)}
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in HEADINGS)
    body = "".join(
        f"<tr{_OURS if row.name in best else ''}>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in result_cells(row))
        + "</tr>\n"
        for row in results
    )
    return (
        "<h2>Formats</h2>\n<p>Bold: no other format is smaller, faster and closer at once.</p>\n"
        f'<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>'
        "</table></div>\n"
    )


def _machine(record: ExportRecord) -> str:
    machine = record.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    flags = ", ".join(machine.vector_instructions) or "none of those looked for"
    timed = next((row.latency for row in record.results if row.latency is not None), None)
    threads = "" if timed is None else f"; {timed.threads} thread(s), {timed.n} interleaved calls each"
    words = f"{machine.processor}, {machine.cores} cores, vector instructions: {flags}; {machine.system}{threads}."
    return f"<h2>Machine</h2>\n<p>{escape(words)}</p>\n<p>{escape(versions)}</p>\n"
