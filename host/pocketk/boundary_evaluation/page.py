"""An evaluation as one self-contained HTML page."""

from html import escape

from pocketk.boundary_evaluation.delineator import OPENECG_CAUTION, OURS
from pocketk.boundary_evaluation.evaluation import HALVES, BoundaryEvaluation, BoundarySummary
from pocketk.boundary_evaluation.table import HEADINGS, summary_cells
from pocketk.evaluation_page import document_html


def page_html(evaluation: BoundaryEvaluation) -> str:
    """The page: one table for each half of the records; all text escaped."""
    tables = "".join(_half(evaluation, half) for half in HALVES)
    return document_html("Boundaries of P, QRS and T on lead I of ludb", f"{_introduction(evaluation)}{tables}")


def _introduction(evaluation: BoundaryEvaluation) -> str:
    ran = ", ".join(f"{escape(one.name)} {escape(one.version)}" for one in evaluation.delineators)
    absent = ", ".join(map(escape, evaluation.absent))
    return (
        "<p>Error is found minus marked, over all marks found within 150 ms, each find serving one mark; found is "
        "the share of marks found, P+ the share of finds between the first and the last marked beat that are "
        "marked. CSE 2 SD is twice the standard deviation of readers about their consensus (CSE Working Party, "
        "European Heart Journal 1985), ticked where the error's standard deviation is no larger. Our numbers were "
        "chosen on the even-numbered records (tuning); the odd-numbered ones were held out. "
        f"{OPENECG_CAUTION} Research demonstration, not for clinical use.</p>\n"
        f"<p>Delineators: {ran}.{f' Not installed: {absent}.' if absent else ''}</p>\n"
    )


def _half(evaluation: BoundaryEvaluation, half: str) -> str:
    rows = [row for row in evaluation.summaries() if row.half == half]
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in HEADINGS[1:])
    body, before = [], None
    for row in rows:
        body.append(_row(row, opens=before not in (None, row.boundary.name)))
        before = row.boundary.name
    return (
        f"<h2>Records: {half}</h2>\n"
        f'<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{''.join(body)}</tbody></table></div>\n"
    )


def _row(row: BoundarySummary, *, opens: bool) -> str:
    kind = f"{'opens' if opens else ''} {'ours' if row.delineator == OURS else ''}".strip()
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in summary_cells(row)[1:])
    return f'<tr class="{kind}">{cells}</tr>\n'
