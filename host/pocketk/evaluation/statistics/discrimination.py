"""How well a score ranks positives above negatives: AUROC, average precision and their curves.

`RankedAuroc` and `RankedPrecision` sort once and then take any weights, so that thousands of resamples cost little.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.checked_arrays import Bools, Floats, checked_labels, checked_scores, checked_share
from pocketk.evaluation.statistics.estimate import one_class


@dataclass(frozen=True)
class RocCurve:
    """One point a distinct score, the most demanding first, after the corner where nobody is flagged.

    Attributes:
        false_positive_rate, true_positive_rate: (T,).
        threshold: (T,) flagged from here; infinite in the first corner.
    """

    false_positive_rate: Floats
    true_positive_rate: Floats
    threshold: Floats


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """One point a distinct score, the most demanding first.

    Attributes:
        recall, precision: (T,).
        threshold: (T,) flagged from here.
        prevalence: what a score without information would have for precision.
    """

    recall: Floats
    precision: Floats
    threshold: Floats
    prevalence: float


class RankedAuroc:
    """AUROC of fixed labels and scores under any recording weights; ties count one half (Mann and Whitney 1947)."""

    def __init__(self, positive: Bools, score: Floats) -> None:
        self._positive = np.flatnonzero(positive)
        negative = np.flatnonzero(~positive)
        self._negative = negative[np.argsort(score[negative], kind="stable")]
        ordered = score[self._negative]
        self._below = np.searchsorted(ordered, score[self._positive], "left")
        self._up_to = np.searchsorted(ordered, score[self._positive], "right")

    def __call__(self, weight: Floats) -> float:
        """Return the AUROC under (N,) weights of 0 or more; NaN where a class has none."""
        passed = np.zeros(self._negative.size + 1)
        np.cumsum(weight[self._negative], out=passed[1:])
        of_positive = weight[self._positive]
        pairs = of_positive.sum() * passed[-1]
        if not pairs:
            return math.nan
        return float(of_positive @ (passed[self._below] + passed[self._up_to]) / (2.0 * pairs))


class RankedPrecision:
    """Average precision of fixed labels and scores under any recording weights; tied scores are flagged together."""

    def __init__(self, positive: Bools, score: Floats) -> None:
        self._order = np.argsort(-score, kind="stable")
        self._is_positive = positive[self._order]
        descending = -score[self._order]
        self._last = np.searchsorted(descending, descending[self._is_positive], "right") - 1

    def __call__(self, weight: Floats) -> float:
        """Return the sum of recall steps times precision under (N,) weights; NaN without positives."""
        ordered = weight[self._order]
        of_positive = ordered[self._is_positive]
        total = of_positive.sum()
        if not total:
            return math.nan
        flagged = np.cumsum(ordered)[self._last]
        hits = np.cumsum(ordered * self._is_positive)[self._last]
        # Where nothing is flagged the positive itself has no weight.
        return float(of_positive @ (hits / np.where(flagged > 0.0, flagged, 1.0)) / total)


def auroc(positive: ArrayLike, score: ArrayLike) -> float:
    """Return the share of (positive, negative) pairs that the score ranks rightly, a tie counting one half.

    Args:
        positive: (N,) labels.
        score: (N,) larger for positives.

    Raises:
        ValueError: one class, NaN labels or scores, or unequal lengths.
    """
    label, value = _both_classes(positive, score)
    return RankedAuroc(label, value)(np.ones(label.size))


def average_precision(positive: ArrayLike, score: ArrayLike, prevalence: float | None = None) -> float:
    """Return the area under the precision-recall curve as a sum of steps, without interpolation.

    Args:
        positive: (N,) labels.
        score: (N,) larger for positives.
        prevalence: weigh the classes as if positives were this common; as they are where not given.

    Raises:
        ValueError: one class, NaN labels or scores, unequal lengths, or a prevalence outside 0 to 1.
    """
    label, value = _both_classes(positive, score)
    if prevalence is None:
        return RankedPrecision(label, value)(np.ones(label.size))
    return RankedPrecision(label, value)(prevalence_weights(label, prevalence))


def prevalence_weights(positive: ArrayLike, prevalence: float) -> Floats:
    """Return (N,) weights under which positives have the given share; their mean is 1.

    Raises:
        ValueError: one class, NaN labels, or a prevalence outside 0 to 1.
    """
    label = checked_labels(positive)
    wanted, there = checked_share(prevalence, "prevalence"), float(label.mean())
    _refuse_one_class(label)
    return np.where(label, wanted / there, (1.0 - wanted) / (1.0 - there))


def roc_points(positive: ArrayLike, score: ArrayLike) -> RocCurve:
    """Return every point of the ROC curve.

    Raises:
        ValueError: as `auroc`.
    """
    label, value = _both_classes(positive, score)
    threshold, hits, alarms = _flagged_from(label, value)
    return RocCurve(
        np.r_[0.0, alarms / alarms[-1]], np.r_[0.0, hits / hits[-1]], np.r_[math.inf, threshold].astype(np.float64)
    )


def pr_points(positive: ArrayLike, score: ArrayLike) -> PrecisionRecallCurve:
    """Return every point of the precision-recall curve.

    Raises:
        ValueError: as `auroc`.
    """
    label, value = _both_classes(positive, score)
    threshold, hits, alarms = _flagged_from(label, value)
    return PrecisionRecallCurve(hits / hits[-1], hits / (hits + alarms), threshold, float(label.mean()))


def _flagged_from(label: Bools, value: Floats) -> tuple[Floats, Floats, Floats]:
    """Return distinct scores, the highest first, and the positives and negatives at or above each."""
    order = np.argsort(-value, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(value[order]) != 0.0, True])
    hits = np.cumsum(label[order])[last].astype(np.float64)
    return value[order][last], hits, last + 1.0 - hits


def _both_classes(positive: ArrayLike, score: ArrayLike) -> tuple[Bools, Floats]:
    label = checked_labels(positive)
    value = checked_scores(score, label.size)
    _refuse_one_class(label)
    return label, value


def _refuse_one_class(label: Bools) -> None:
    n_positive = int(label.sum())
    absent = one_class(n_positive, label.size - n_positive)
    if absent:
        raise ValueError(f"{n_positive} of {label.size} recordings are positive: {absent}.")
