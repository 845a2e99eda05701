"""Whether the probabilities mean what they say, before and after calibration."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pocketk.evaluation.judged_probability import (
    AFTER,
    BEFORE,
    FEWEST_TO_FIT,
    MOVED,
    JudgedProbability,
    judged_probabilities,
)
from pocketk.evaluation.report_figure import BLUE, GREEN, GREY, VERMILION, ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.calibration_measures import CalibrationMeasures, calibration_of
from pocketk.evaluation.statistics.estimate import missing
from pocketk.evaluation.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS = 10
_DRAWN = (BEFORE, AFTER, MOVED)
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
_INTRODUCTION = (
    "Intercept and slope of the logistic recalibration (0 and 1 are perfect); calibration in the large is above 0 "
    "where risk is underestimated. A calibration holds at the prevalence that it was made for: where these recordings "
    "have another, the intercept shows it. The moved line takes that difference away by prior shift on the logit, with "
    "the prevalence counted in these same recordings. The line of the prevalence said to everyone ranks nobody and "
    "has no calibration error: a small error by itself says little. K >= 6.0 is held against everything below, as its "
    "calibration was fitted, and is never above the probability of K > 5.5, as the device shows it. The calibration "
    "error is biased upwards by the noise of its bins. Intervals: resampled patients."
)


def calibration_section(study: Study) -> Section:
    """Calibration of the mean score and, where there is a calibration, of what it gives out."""
    rows = study.scored
    if len(rows) < FEWEST_TO_FIT:
        why = f"Calibration: {len(rows)} scored recordings; at least {FEWEST_TO_FIT} are wanted."
        return Section("calibration", "Calibration", "", not_computed=(why,))
    judged, lacking = judged_probabilities(study)
    found = [(one, _measured(one)) for one in judged]
    lines = tuple(_line(one, measures) for one, measures in found)
    points = tuple(
        (one.name, k + 1, point.mean_probability, point.observed, point.observed.n)
        for one, measures in found
        if not one.same_for_all
        for k, point in enumerate(measures.curve)
    )
    return Section(
        "calibration",
        "Calibration",
        _INTRODUCTION,
        (
            Table("calibration", "Calibration measures", _HEADINGS, lines),
            Table("reliability", "Reliability by bin", _POINTS, points),
        ),
        (_plot([(one.name, measures) for one, measures in found if one.name in _DRAWN]),),
        tuple(lacking),
    )


def _measured(one: JudgedProbability) -> CalibrationMeasures:
    plan = one.rows.plan
    found = calibration_of(one.positive, one.probability, one.rows.patient, BINS, plan.draws_elsewhere, plan.seed)
    if not one.same_for_all:
        return found
    none = missing("the same for everyone: no slope", len(one.rows), int(one.positive.sum()), found.slope.method)
    return replace(found, intercept=none, slope=none)


def _line(judged: JudgedProbability, one: CalibrationMeasures) -> tuple[Cell, ...]:
    return (
        judged.name,
        len(judged.rows),
        int(judged.positive.sum()),
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
        for (name, one), colour, mark in zip(found, (VERMILION, BLUE, GREEN), ("^", "o", "s"), strict=False):
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
