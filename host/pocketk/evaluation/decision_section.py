"""Whether acting on the probability would do more good than acting on everybody or nobody."""

from typing import TYPE_CHECKING

from pocketk.evaluation.report_figure import BLUE, GREY, VERMILION, ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Table
from pocketk.evaluation.statistics.decision_curve import DecisionCurve, decision_curve
from pocketk.evaluation.statistics.estimate import one_class
from pocketk.evaluation.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEADINGS = ("threshold", "net benefit", "net benefit of flagging all", "gain over the better of all and nobody")


def decision_section(study: Study) -> Section:
    """The decision curve from 0.5 to 20 %."""
    rows, title = study.scored, "Decision curve"
    why = one_class(rows.n_positive, len(rows) - rows.n_positive)
    if why:
        return Section("decision_curve", title, "", not_computed=(f"Decision curve: {why}.",))
    curve = decision_curve(rows.positive, rows.probability, rows.bootstrap(rows.plan.draws_elsewhere))
    lines = tuple((point.threshold, point.model, point.treat_all, point.gain) for point in curve.points)
    caution = (
        ()
        if study.plan.frozen.calibration is not None
        else ("A decision curve of an uncalibrated score shows little but that.",)
    )
    return Section(
        "decision_curve",
        title,
        "Net benefit is the share of true positives less that of false positives weighted by the odds of the threshold "
        "(Vickers and Elkin 2006), at the prevalence of these recordings. Flagging nobody has 0. Intervals: resampled "
        "patients.",
        (Table("decision-curve", "Net benefit by threshold", _HEADINGS, lines),),
        (_plot(curve),),
        caution,
    )


def _plot(curve: DecisionCurve) -> ReportFigure:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        t = [point.threshold for point in curve.points]
        model = [point.model.value or 0.0 for point in curve.points]
        low = [
            value if point.model.low is None else point.model.low
            for point, value in zip(curve.points, model, strict=True)
        ]
        high = [
            value if point.model.high is None else point.model.high
            for point, value in zip(curve.points, model, strict=True)
        ]
        axes.fill_between(t, low, high, color=BLUE, alpha=0.2)
        axes.plot(t, model, color=BLUE, label="by probability")
        axes.plot(
            t, [point.treat_all.value or 0.0 for point in curve.points], color=VERMILION, linestyle="--", label="all"
        )
        axes.axhline(0.0, color=GREY, linewidth=0.8, label="nobody")
        top = max([*high, curve.prevalence])
        axes.set(xlabel="threshold probability", ylabel="net benefit", ylim=(-0.3 * top, 1.1 * top))
        axes.legend(frameon=False)

    words = "Net benefit over the threshold: flagging by probability, all, nobody"
    return ReportFigure("decision-curve", f"{words}.", words, drawn(draw, (6.0, 3.6)))
