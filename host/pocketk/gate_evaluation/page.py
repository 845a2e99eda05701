"""An evaluation as one self-contained HTML page."""

from collections.abc import Sequence
from html import escape

from pocketk.gate_evaluation.evaluation import Evaluation
from pocketk.gate_evaluation.judge import OURS
from pocketk.gate_evaluation.table import GROUP_HEADINGS, HEADINGS, group_cells, summary_cells

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 76rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
thead th { border-bottom: 2px solid #555; }
tr.ours td { font-weight: 600; background: #eef4fa; }
@media print { body { margin: 0; max-width: none; font-size: 9pt; } .scroll { overflow: visible; }
  tr { break-inside: avoid; } @page { size: A4 landscape; margin: 12mm; } }
"""


def page_html(evaluation: Evaluation) -> str:
    """The page: figures by data set and by group; all text escaped."""
    title = "The quality gate on graded recordings"
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{_introduction(evaluation)}"
        f"<h2>By data set</h2>\n{_table(HEADINGS, summary_cells(evaluation), 2)}"
        f"<h2>By electrode, label and fault</h2>\n{_table(GROUP_HEADINGS, group_cells(evaluation), 3)}"
        "</main>\n</body>\n</html>\n"
    )


def _introduction(evaluation: Evaluation) -> str:
    judges = ", ".join(f"{escape(j.name)} {escape(j.version)}" for j in evaluation.judges)
    absent, missing = ", ".join(map(escape, evaluation.absent)), ", ".join(map(escape, evaluation.missing))
    return (
        "<p>Clips of 10 s. Sensitivity is the share of bad clips that are refused, specificity the share of good ones "
        "that are accepted. Thresholds were chosen on the tuning half; the held-out half, told by a hash of the "
        "subject or record, was only measured on. A recorder's or a heart's own peculiarity (hands swapped, a "
        f"pacemaker, a rate out of range) is no disturbance: the line {OURS!r} leaves it out, as the grades do, the "
        "next one counts it. motion-artefact-dp is a chest lead, whose P may point down. Grades are one person's. "
        "Research demonstration, not for clinical use.</p>\n"
        f"<p>Judges: {judges}.{f' Not installed: {absent}.' if absent else ''}"
        f"{f' Data sets not found: {missing}.' if missing else ''}</p>\n"
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], judge: int) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr class="{"ours" if cells[judge] == OURS else ""}">'
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>\n"
        for cells in rows
    )
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0">{table}</div>\n'
