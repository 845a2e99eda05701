"""How well the score ranks: AUROC and AUPRC for three endpoints, by how many clips are used."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pocketk.evaluation.predictions import REGRESSION_ENDING, clip_means, outputs_in
from pocketk.evaluation.report_figure import BLUE, GREEN, GREY, VERMILION, ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.delong import delong_auroc
from pocketk.evaluation.statistics.discrimination import pr_points, roc_points
from pocketk.evaluation.statistics.estimate import one_class
from pocketk.evaluation.study import Float64, Mask, Study, StudyRows
from pocketk_agent.bundle.manifest import TIER_OUTPUT

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Endpoint:
    """What counts as positive; the negatives are always K <= 5.5 mmol/L.

    Attributes:
        name: for people.
        from_mmol_l: lowest positive potassium.
        strict: above it rather than from it on.
    """

    name: str
    from_mmol_l: float
    strict: bool = False

    def positive(self, k_mmol_l: Float64) -> Mask:
        """(N,) of (N,) potassium."""
        return k_mmol_l > self.from_mmol_l if self.strict else k_mmol_l >= self.from_mmol_l


ENDPOINTS = (Endpoint("K > 5.5", 5.5, strict=True), Endpoint("K >= 6.0", 6.0), Endpoint("K >= 6.5", 6.5))
PRIMARY_SCORE = "mean of up to 3 clips"
_HEADINGS = (
    "endpoint",
    "score",
    "recordings",
    "positive",
    "prevalence",
    "AUROC, patient bootstrap",
    "AUROC, DeLong",
    "AUPRC",
)


def scores_of(rows: StudyRows) -> dict[str, Float64]:
    """(N,) of every way to score a recording; NaN where a way gives nothing for it."""
    scores = {
        PRIMARY_SCORE: rows.score,
        "first clip": rows.column("first_logit"),
        "first clip, filtered alone": rows.column("alone_logit"),
    }
    for output in outputs_in(rows.frame):
        if output != TIER_OUTPUT:
            what = "potassium estimate" if output.endswith(REGRESSION_ENDING) else "mean of clips"
            scores[f"output {output}, {what}"] = clip_means(rows.frame, output)
    return scores


def discrimination_section(study: Study) -> Section:
    """AUROC and AUPRC with intervals, for each endpoint and score, and the curves."""
    rows, lines, lacking = study.scored, [], []
    for endpoint in ENDPOINTS:
        positive = endpoint.positive(rows.k_mmol_l)
        keep = positive | ~rows.positive
        some, label = rows.where(keep), positive[keep]
        why = one_class(int(label.sum()), int((~label).sum()))
        if why:
            lacking.append(f"{endpoint.name} against K <= 5.5: {why}.")
            continue
        for name, score in scores_of(some).items():
            lines.append(_line(endpoint, name, some, label, score))
    tables = (Table("discrimination", "AUROC and AUPRC with 95 % intervals", _HEADINGS, tuple(lines)),)
    more, missing = _clip_gain(rows)
    return Section(
        "discrimination",
        "Discrimination",
        "K >= 6.0 and K >= 6.5 are held against K <= 5.5; what lies between is left out. The bootstrap draws patients "
        "with all their recordings. DeLong's interval is given only where no patient repeats. The level of AUPRC "
        "without information is the prevalence in the same line.",
        (*tables, *more),
        _curves(rows),
        (*lacking, *missing),
    )


def _line(endpoint: Endpoint, name: str, rows: StudyRows, label: Mask, score: Float64) -> tuple[Cell, ...]:
    there = np.isfinite(score)
    rows, label, score = rows.where(there), label[there], score[there]
    n, n_positive = len(rows), int(label.sum())
    why = one_class(n_positive, n - n_positive)
    if why:
        return (endpoint.name, name, n, n_positive, None, f"not computed: {why}", None, None)
    resampled = rows.bootstrap(None if name == PRIMARY_SCORE else rows.plan.draws_elsewhere)
    return (
        endpoint.name,
        name,
        n,
        n_positive,
        n_positive / n,
        resampled.auroc(label, score),
        delong_auroc(label, score) if rows.one_each else "patients repeat",
        resampled.average_precision(label, score),
    )


def _clip_gain(rows: StudyRows) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """What three clips gain over one on the recordings that have three, and the clip alone against in its strip."""
    whole = rows.where(rows.column("n_clips") >= 3)
    if not len(whole) or one_class(whole.n_positive, len(whole) - whole.n_positive):
        return (), ("Three clips against one: no recordings with three clips of both classes.",)
    gain = whole.bootstrap(whole.plan.draws_elsewhere).auroc_difference(
        whole.positive, whole.score, whole.column("first_logit")
    )
    first, alone = whole.column("first_logit"), whole.column("alone_logit")
    apart = np.abs(first - alone)[np.isfinite(alone)] / max(float(first.std()), 1e-12)
    p99 = float(np.percentile(apart, 99)) if apart.size else None
    lines: tuple[tuple[Cell, ...], ...] = (
        ("AUROC of three clips less that of the first", len(whole), gain),
        (
            "first clip alone against in its strip: 99th percentile of the difference, in SD of the logit",
            len(whole),
            p99,
        ),
    )
    return (Table("clips", "Recordings with three clips", ("figure", "recordings", "value"), lines),), ()


def _curves(rows: StudyRows) -> tuple[ReportFigure, ...]:
    drawable = []
    for endpoint in ENDPOINTS:
        positive = endpoint.positive(rows.k_mmol_l)
        keep = positive | ~rows.positive
        if not one_class(int(positive[keep].sum()), int((~positive[keep]).sum())):
            drawable.append((endpoint.name, positive[keep], rows.score[keep]))
    if not drawable:
        return ()

    def draw(figure: "Figure") -> None:
        left, right = figure.subplots(1, 2)
        for (name, label, score), colour in zip(drawable, (BLUE, VERMILION, GREEN), strict=False):
            roc, pr = roc_points(label, score), pr_points(label, score)
            left.plot(roc.false_positive_rate, roc.true_positive_rate, color=colour, label=name, linewidth=1.2)
            right.plot(pr.recall, pr.precision, color=colour, label=name, linewidth=1.2)
            right.axhline(pr.prevalence, color=colour, linewidth=0.7, linestyle=":")
        left.plot([0, 1], [0, 1], color=GREY, linewidth=0.7, linestyle=":")
        left.set(xlabel="1 - specificity", ylabel="sensitivity", title="ROC", xlim=(0, 1), ylim=(0, 1))
        right.set(xlabel="sensitivity", ylabel="positive predictive value", title="Precision and recall", ylim=(0, 1))
        left.legend(frameon=False, loc="lower right")

    data = drawn(draw, (9.0, 4.0))
    words = "ROC and precision-recall curves of the score for " + ", ".join(name for name, _, _ in drawable)
    return (ReportFigure("roc", f"{words}. Dotted: without information.", words, data),)
