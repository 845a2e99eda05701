"""Do probabilities mean what they say: recalibration intercept and slope, calibration error, Brier score, curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.checked_arrays import (
    Bools,
    Floats,
    Ints,
    checked_labels,
    checked_positive_whole,
    checked_probabilities,
)
from pocketk.evaluation.statistics.estimate import Estimate, missing, one_class
from pocketk.evaluation.statistics.proportion import proportion
from pocketk.evaluation.statistics.recalibration import calibration_in_the_large, logit_of, recalibrate

# Resamples are fitted on logits rounded to this grid, the value itself is not. The rounding adds a variance of
# 0.005^2 / 12 to the logits, which moves a slope by 2e-6 of itself where their SD is 1 (engineering choice).
_GRID_LOGIT = 0.005


@dataclass(frozen=True)
class ReliabilityPoint:
    """One bin of the reliability curve.

    Attributes:
        mean_probability: of its recordings.
        observed: share of positives, with Wilson's interval; its n is the recordings of the bin.
    """

    mean_probability: float
    observed: Estimate


@dataclass(frozen=True)
class CalibrationMeasures:
    """Calibration of one sample.

    Attributes:
        intercept, slope: of logit P = intercept + slope x logit p; 0 and 1 are perfect.
        in_the_large: of logit P = in_the_large + logit p; above 0 where risk is underestimated.
        ece: mean distance of observed share and mean probability over the bins, weighted by recordings. It is biased
            upwards by the noise of the bins, and its resamples twice over, so that its interval lies too high.
        brier: mean squared distance of probability and label.
        brier_without_model: Brier score of saying the observed share to everyone.
        mean_probability: predicted.
        observed_share: of positives.
        bins: that hold a recording; ties can leave fewer than were asked for.
        curve: one point a bin, the lowest probability first.
    """

    intercept: Estimate
    slope: Estimate
    in_the_large: Estimate
    ece: Estimate
    brier: Estimate
    brier_without_model: float
    mean_probability: float
    observed_share: float
    bins: int
    curve: tuple[ReliabilityPoint, ...]


def calibration_of(
    positive: ArrayLike, probability: ArrayLike, patient: ArrayLike, bins: int = 10, draws: int = 2000, seed: int = 0
) -> CalibrationMeasures:
    """Measure calibration, with patient-bootstrap intervals.

    Args:
        positive: (N,) labels.
        probability: (N,).
        patient: (N,) ids.
        bins: of about equal numbers of recordings; equal probabilities share one.
        draws: resamples.
        seed: of the resamples.

    Returns:
        What needs an absent class has no value; the Brier score, the calibration error and the curve stay.

    Raises:
        ValueError: NaN labels or probabilities, a probability outside 0 to 1, unequal lengths, or no bin.
    """
    label = checked_labels(positive)
    p = checked_probabilities(probability, label.size)
    bootstrap = PatientBootstrap(patient, draws, seed)
    if bootstrap.n != label.size:
        raise ValueError(f"{bootstrap.n} patients for {label.size} recordings; give one for each.")
    intercept, slope, large = _recalibrations(label, logit_of(p), bootstrap)
    numbers = equal_mass_bins(p, checked_positive_whole(bins, "bins"))
    ece, brier = _errors(label, p, numbers, bootstrap)
    share = float(label.mean())
    curve = _curve(label, p, numbers)
    return CalibrationMeasures(
        intercept, slope, large, ece, brier, share * (1.0 - share), float(p.mean()), share, len(curve), curve
    )


def equal_mass_bins(probability: Floats, bins: int) -> Ints:
    """Return (N,) bin numbers 0..B-1, B at most ``bins``, between equally spaced percentiles of the probabilities.

    The edges are those of scikit-learn's ``calibration_curve`` with quantiles; equal probabilities share a bin, so that
    the order of the recordings does not matter.
    """
    edges = np.percentile(probability, np.linspace(0.0, 100.0, bins + 1)[1:-1])
    return np.unique(np.searchsorted(edges, probability), return_inverse=True)[1].reshape(-1).astype(np.int64)


def _recalibrations(label: Bools, logit: Floats, bootstrap: PatientBootstrap) -> tuple[Estimate, Estimate, Estimate]:
    n_positive = int(label.sum())
    absent = one_class(n_positive, label.size - n_positive)
    if absent:
        none = missing(absent, label.size, n_positive, bootstrap.method)
        return none, none, none
    ones, hits = np.ones(label.size), label.astype(np.float64)
    start = recalibrate(hits, ones, logit)
    large = calibration_in_the_large(hits, ones, logit)
    grid, step = np.unique(np.round(logit / _GRID_LOGIT), return_inverse=True)
    drawn = np.full((bootstrap.draws, 3), np.nan)
    for draw, weight in enumerate(bootstrap.weights()):
        trials = np.bincount(step, weight, grid.size).astype(np.float64)
        hits = np.bincount(step[label], weight[label], grid.size).astype(np.float64)
        if np.isfinite(start[0]):
            drawn[draw, :2] = recalibrate(hits, trials, grid * _GRID_LOGIT, start)
        drawn[draw, 2] = calibration_in_the_large(hits, trials, grid * _GRID_LOGIT, large)
    values = (*start, large)
    intercept, slope, shift = (bootstrap.estimate(values[i], drawn[:, i], label) for i in range(3))
    return intercept, slope, shift


def _errors(label: Bools, p: Floats, numbers: Ints, bootstrap: PatientBootstrap) -> tuple[Estimate, Estimate]:
    """Calibration error over fixed bins, and Brier score."""
    in_bin = numbers[:, None] == np.arange(int(numbers.max()) + 1)
    squared = (p - label) ** 2
    columns = np.column_stack([in_bin * (p - label)[:, None], squared, np.ones(p.size)])

    def ece_and_brier(sums: Floats) -> tuple[Floats, Floats]:
        return np.abs(sums[:, :-2]).sum(axis=1) / sums[:, -1], sums[:, -2] / sums[:, -1]

    value = ece_and_brier(columns.sum(axis=0)[None])
    drawn = ece_and_brier(bootstrap.sums(columns))
    ece, brier = (bootstrap.estimate(float(value[i][0]), drawn[i], label) for i in range(2))
    return ece, brier


def _curve(label: Bools, p: Floats, numbers: Ints) -> tuple[ReliabilityPoint, ...]:
    points = []
    for number in range(int(numbers.max()) + 1):
        here = numbers == number
        hits, n = int(label[here].sum()), int(here.sum())
        points.append(ReliabilityPoint(float(p[here].mean()), proportion(hits, n, hits, "recordings")))
    return tuple(points)
