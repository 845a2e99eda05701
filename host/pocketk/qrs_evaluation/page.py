"""An evaluation as one self-contained HTML page."""

from collections.abc import Iterable, Sequence
from html import escape

from pocketk.qrs_evaluation.dot_plot import dot_plot_svg
from pocketk.qrs_evaluation.evaluation import Evaluation, RecordResult
from pocketk.qrs_evaluation.percentage import percentage
from pocketk.qrs_evaluation.qrs_finder import OURS
from pocketk.qrs_evaluation.table import HEADINGS, summary_cells

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 76rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid #ccc; white-space: nowrap; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
thead th { border-bottom: 2px solid #555; }
tr.ours td { font-weight: 600; background: #eef4fa; }
tr.opens td { border-top: 2px solid #999; }
svg { max-width: 100%; height: auto; }
summary { cursor: pointer; padding: .3rem 0; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } .scroll { overflow: visible; }
  tr { break-inside: avoid; } @page { size: A4 landscape; margin: 12mm; } }
"""
_RECORD_HEADINGS = ("record", "detector", "beats", "missed", "extra", "Se", "P+", "F1", "beats/min", "stated", "note")


def page_html(evaluation: Evaluation) -> str:
    """The page: figures by data set, the plot, our worst records, every record; all text escaped.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    title = "QRS detectors beside each other"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{_introduction(evaluation)}<h2>By data set</h2>\n{_summary(evaluation)}"
        f"<h2>By record</h2>\n{_picture(evaluation)}{_worst(evaluation)}{_records(evaluation)}"
        "</main>\n</body>\n</html>\n"
    )


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
