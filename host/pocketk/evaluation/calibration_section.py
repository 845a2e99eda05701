"""Whether the probabilities mean what they say, before and after calibration."""

from typing import TYPE_CHECKING

from pocketk.evaluation.report_figure import BLUE, GREY, VERMILION, ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.calibration_measures import CalibrationMeasures, calibration_of
from pocketk.evaluation.study import Float64, Study, StudyRows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 10
_FEWEST_TO_FIT = 30
_HEADINGS = (
    "probability",
    "recordings",
    "positive",
    "intercept",
    "slope",
    "calibration in the large",
    f"ECE, {BINS} equal-mass bins",
    "Brier",
    "Brier of the prevalence alone",
    "mean probability",
)
_POINTS = ("probability", "bin", "mean probability", "observed share", "recordings")


def calibration_section(study: Study) -> Section:
    """Calibration of the mean score and, where there is a calibration, of the probability."""
    rows = study.scored
    if len(rows) < _FEWEST_TO_FIT:
        why = f"Calibration: {len(rows)} scored recordings; at least {_FEWEST_TO_FIT} are wanted."
        return Section("calibration", "Calibration", "", not_computed=(why,))
    kinds = [("before: mean of the clips' sigmoids", rows.score)]
    lacking: tuple[str, ...] = ()
    if study.plan.frozen.calibration is not None:
        kinds.append(("after calibration", rows.probability))
    else:
        lacking = ("Calibration afterwards: the model brings none, so its score is taken for a probability as it is.",)
    found = [(name, _measured(rows, values)) for name, values in kinds]
    lines = tuple(_line(name, rows, one) for name, one in found)
    points = tuple(
        (name, k + 1, point.mean_probability, point.observed, point.observed.n)
        for name, one in found
        for k, point in enumerate(one.curve)
    )
    return Section(
        "calibration",
        "Calibration",
        "Intercept and slope of the logistic recalibration (0 and 1 are perfect); calibration in the large is above 0 "
        "where risk is underestimated. A calibration holds at the prevalence that it was made for: where these "
        "recordings have another, the intercept shows it. The calibration error is biased upwards by the noise of its "
        "bins. Intervals: resampled patients.",
        (
            Table("calibration", "Calibration measures", _HEADINGS, lines),
            Table("reliability", "Reliability by bin", _POINTS, points),
        ),
        (_plot(found),),
        lacking,
    )


def _measured(rows: StudyRows, values: Float64) -> CalibrationMeasures:
    plan = rows.plan
    return calibration_of(rows.positive, values, rows.patient, BINS, plan.draws_elsewhere, plan.seed)


def _line(name: str, rows: StudyRows, one: CalibrationMeasures) -> tuple[Cell, ...]:
    return (
        name,
        len(rows),
        rows.n_positive,
        one.intercept,
        one.slope,
        one.in_the_large,
        one.ece,
        one.brier,
        one.brier_without_model,
        one.mean_probability,
    )


def _plot(found: list[tuple[str, CalibrationMeasures]]) -> ReportFigure:
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        top = 0.02
        for (name, one), colour, mark in zip(found, (VERMILION, BLUE), ("^", "o"), strict=False):
            x = [point.mean_probability for point in one.curve]
            y = [point.observed.value or 0.0 for point in one.curve]
            low = [point.observed.low or 0.0 for point in one.curve]
            high = [point.observed.high or 0.0 for point in one.curve]
            axes.vlines(x, low, high, color=colour, linewidth=0.8)
            axes.plot(x, y, color=colour, marker=mark, markersize=4, linewidth=0.8, label=name)
            top = max([top, *x, *high])
        axes.plot([0, top], [0, top], color=GREY, linewidth=0.7, linestyle=":")
        axes.set(xlabel="mean probability of the bin", ylabel="observed share with K > 5.5")
        axes.legend(frameon=False, loc="upper left")

    words = "Reliability: observed share of positives over mean probability, with Wilson's intervals"
    return ReportFigure("reliability", f"{words}. Dotted: perfect.", words, drawn(draw, (6.0, 4.0)))
