"""An evaluation as one self-contained HTML page."""

from collections.abc import Iterable, Sequence
from html import escape

from pocketk.evaluation_page import document_html
from pocketk.qrs_evaluation.dot_plot import dot_plot_svg
from pocketk.qrs_evaluation.evaluation import Evaluation, RecordResult
from pocketk.qrs_evaluation.percentage import percentage
from pocketk.qrs_evaluation.qrs_finder import OURS
from pocketk.qrs_evaluation.table import HEADINGS, summary_cells

_RECORD_HEADINGS = ("record", "detector", "beats", "missed", "extra", "Se", "P+", "F1", "beats/min", "stated", "note")


def page_html(evaluation: Evaluation) -> str:
    """The page: figures by data set, the plot, our worst records, every record; all text escaped.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    body = (
        f"{_introduction(evaluation)}<h2>By data set</h2>\n{_summary(evaluation)}"
        f"<h2>By record</h2>\n{_picture(evaluation)}{_worst(evaluation)}{_records(evaluation)}"
    )
    return document_html("QRS detectors beside each other", body)


def _introduction(evaluation: Evaluation) -> str:
    finders = ", ".join(f"{escape(f.name)} {escape(f.version)}" for f in evaluation.finders)
    absent = ", ".join(map(escape, evaluation.absent))
    missing = ", ".join(map(escape, evaluation.missing))
    references = "".join(f"<li>{escape(name)}: {escape(source)}</li>" for name, source in evaluation.references)
    return (
        "<p>Sensitivity (Se) and positive predictivity (P+) in per cent in the form of ANSI/AAMI EC57: a beat is found "
        "if a detection lies within 150 ms of its mark, each detection serving one beat. Gross figures count all "
        "beats of a data set together, average figures give every record the same weight. No learning period is "
        "left out. Research demonstration, not for clinical use.</p>\n"
        f"<p>Detectors: {finders}.{f' Not installed: {absent}.' if absent else ''}"
        f"{f' Data sets not found: {missing}.' if missing else ''}</p>\n"
        f"<p>Reference beats:</p>\n<ul>{references}</ul>\n"
    )


def _summary(evaluation: Evaluation) -> str:
    rows, before = [], None
    for cells in summary_cells(evaluation):
        opens = "opens" if before not in (None, cells[0]) else ""
        rows.append((f"{opens} {'ours' if cells[1] == OURS else ''}".strip(), cells))
        before = cells[0]
    return _table(HEADINGS, rows)


def _picture(evaluation: Evaluation) -> str:
    description = "Sensitivity and positive predictivity of every record, by data set and detector."
    return f'<figure role="img" aria-label="{description}">{dot_plot_svg(evaluation)}</figure>\n'


def _worst(evaluation: Evaluation) -> str:
    results = [r for name in evaluation.data_sets for r in evaluation.worst(name, OURS)]
    if not results:
        return ""
    rows = [("", (f"{r.data_set} {r.record}", *_record_cells(r)[1:])) for r in results]
    return f"<h2>Our worst records</h2>\n{_table(_RECORD_HEADINGS, rows)}"


def _records(evaluation: Evaluation) -> str:
    parts = ["<h2>Every record</h2>\n"]
    for name in evaluation.data_sets:
        results = [r for r in evaluation.results if r.data_set == name]
        rows = [("ours" if r.finder == OURS else "", _record_cells(r)) for r in results]
        parts.append(f"<details><summary>{escape(name)}</summary>\n{_table(_RECORD_HEADINGS, rows)}</details>\n")
    return "".join(parts)


def _record_cells(result: RecordResult) -> tuple[str, ...]:
    count = result.count
    return (
        result.record,
        result.finder,
        f"{count.marked:,}",
        f"{count.misses:,}",
        f"{count.extras:,}",
        percentage(count.sensitivity),
        percentage(count.positive_predictivity),
        percentage(count.f1),
        f"{result.counted_bpm:.1f}",
        "" if result.stated_bpm is None else f"{result.stated_bpm:.0f}",
        result.error or "",
    )


def _table(headings: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr class="{kind}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>\n' for kind, cells in rows
    )
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>\n'
