"""A comparison with the reference models as one self-contained HTML page."""

from collections.abc import Sequence
from html import escape

from pocketk.evaluation.statistics.estimate import Estimate
from pocketk.evaluation_page import document_html
from pocketk.simulator.reference_models.comparison import LEAK_ABOVE, PairedAurocs
from pocketk.simulator.reference_models.comparison_file import STATEMENT, ReferenceReport
from pocketk.simulator.reference_models.oracle_model import ORACLES

HEADINGS = (
    "source",
    "clips",
    "positive",
    "recordings",
    "positives",
    "network",
    "oracle",
    "averaged beat",
    "network - oracle",
    "network - averaged beat",
    "three clips - one",
    "leak alarm",
)
_RISK_HEADINGS = ("profile", "mean risk rises", "largest fall", "strips each")
_SIGNED = "{:+.3f}"


def page_html(report: ReferenceReport) -> str:
    """The page; all text escaped."""
    rows = [(row_cells(row), row.leak) for row in report.comparison.rows]
    return document_html(
        "A network beside what was drawn",
        f"{_introduction(report)}<h2>AUROC with 95 % intervals over patients</h2>\n{_table(HEADINGS, rows)}"
        f"{_cautions(report)}{_context(report)}{_risk(report)}",
    )


def row_cells(row: PairedAurocs) -> tuple[str, ...]:
    """One row as the cells of `HEADINGS`."""
    three = row.minus_one_clip
    return (
        row.source,
        row.clips,
        row.cut,
        f"{row.model.n:,}",
        f"{row.model.n_positive:,}",
        _text(row.model),
        _text(row.oracle),
        _text(row.beat),
        _text(row.minus_oracle, _SIGNED),
        _text(row.minus_beat, _SIGNED),
        "" if three is None else _text(three, _SIGNED),
        "ALARM" if row.leak else "no" if row.minus_oracle.value is not None else "not known",
    )


def _text(estimate: Estimate, form: str = "{:.3f}") -> str:
    if estimate.value is None:
        return "not computed"
    value = form.format(estimate.value)
    if estimate.low is None or estimate.high is None:
        return value
    return f"{value} ({form.format(estimate.low)} to {form.format(estimate.high)})"


def _introduction(report: ReferenceReport) -> str:
    comparison = report.comparison
    left_out = "; ".join(f"{escape(why)}: {count:,}" for why, count in comparison.n_left_out.items())
    oracles = "".join(f"<li>{escape(source)}: {escape(what)}.</li>\n" for source, what in ORACLES.items())
    named = {**report.inputs, **report.files.in_words()}
    inputs = "".join(f"<li>{escape(name)}: {escape(value)}</li>\n" for name, value in named.items())
    return (
        f"<p><strong>{STATEMENT}</strong> The same recordings of patients whom neither saw, scored by the network, by "
        "gradient boosting on everything that was drawn (the oracle), and by gradient boosting on the averaged beat. "
        f"Positives against K &lt;= 5.5 mmol/L. The alarm is raised where the network lies more than {LEAK_ABOVE:.2f} "
        "above the oracle: then it reads something that potassium did not put there.</p>\n"
        f"<p>What the oracles are told:</p>\n<ul>\n{oracles}</ul>\n<ul>\n{inputs}</ul>\n"
        f"<p>{comparison.n_compared:,} recordings compared, {comparison.draws:,} bootstrap draws, seed "
        f"{comparison.seed}.{f' Left out: {left_out}.' if left_out else ''}</p>\n"
    )


def _cautions(report: ReferenceReport) -> str:
    said: dict[str, None] = {}
    for row in report.comparison.rows:
        for each in (row.model, row.oracle, row.minus_oracle):
            if each.why_not:
                said[f"{row.source}, {row.clips}, {row.cut}: {each.why_not}"] = None
    items = "".join(f"<li>{escape(line)}</li>\n" for line in said)
    return f"<p>Not computed, or not to be quoted:</p>\n<ul>\n{items}</ul>\n" if items else ""


def _context(report: ReferenceReport) -> str:
    found = report.context
    text = (
        "Not computed: fewer than 100 recordings longer than one clip."
        if found is None
        else f"{found.n:,} recordings. Difference of the first clip's logit, filtered alone against filtered in its "
        f"strip, in standard deviations of the logit: median {found.p50_sd:.3f}, 99th percentile {found.p99_sd:.3f}, "
        f"largest {found.largest_sd:.3f}."
    )
    return f"<h2>A clip alone and in its strip</h2>\n<p>{text}</p>\n"


def _risk(report: ReferenceReport) -> str:
    if not report.risk:
        return ""
    grid = report.risk[0].potassium_mmol_l
    headings = (*_RISK_HEADINGS, *(f"K {k:g}" for k in grid))
    rows = [
        (
            (
                curve.profile,
                "yes" if curve.rises else "NO",
                f"{curve.largest_fall:.4f}",
                str(curve.strips),
                *(f"{risk:.3f}" for risk in curve.mean_risk),
            ),
            not curve.rises,
        )
        for curve in report.risk
    ]
    return f"<h2>Mean risk of a fixed patient over potassium</h2>\n{_table(headings, rows)}"


def _table(headings: Sequence[str], rows: Sequence[tuple[Sequence[str], bool]]) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        f'<tr class="{"ours" if marked else ""}">{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>\n'
        for cells, marked in rows
    )
    return (
        f'<div class="scroll" tabindex="0"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>'
        "</div>\n"
    )
