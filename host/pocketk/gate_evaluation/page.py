"""An evaluation as one self-contained HTML page."""

from collections.abc import Sequence
from html import escape

from pocketk.evaluation_page import document_html
from pocketk.gate_evaluation.evaluation import Evaluation
from pocketk.gate_evaluation.judge import OURS
from pocketk.gate_evaluation.table import GROUP_HEADINGS, HEADINGS, group_cells, summary_cells


def page_html(evaluation: Evaluation) -> str:
    """The page: figures by data set and by group; all text escaped."""
    body = (
        f"{_introduction(evaluation)}<h2>By data set</h2>\n{_table(HEADINGS, summary_cells(evaluation), 2)}"
        f"<h2>By electrode, label and fault</h2>\n{_table(GROUP_HEADINGS, group_cells(evaluation), 3)}"
    )
    return document_html("The quality gate on graded recordings", body)


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
    table = f'<table class="words">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'
    return f'<div class="scroll" tabindex="0">{table}</div>\n'
