"""Net benefit of flagging by a probability, beside flagging everyone and nobody.

Vickers and Elkin, Medical Decision Making 2006, 26:565: NB(t) = TP/n - FP/n x t/(1-t), where t is the probability of
disease from which one would act.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.checked_arrays import Bools, Floats, checked_labels, checked_probabilities
from pocketk.evaluation.statistics.estimate import Estimate

# From 1 in 200 to 1 in 5 in steps of half a point: the range in which a blood test would be ordered.
THRESHOLDS: tuple[float, ...] = tuple(k / 200 for k in range(1, 41))


@dataclass(frozen=True)
class DecisionPoint:
    """Net benefits at one threshold, true positives per recording.

    Attributes:
        threshold: probability from which one would act.
        model: flagged where the probability is at or above the threshold.
        treat_all: everyone flagged. Flagging nobody has a net benefit of 0.
        gain: model minus the better of flagging everyone and nobody, on the same resamples.
    """

    threshold: float
    model: Estimate
    treat_all: Estimate
    gain: Estimate


@dataclass(frozen=True)
class DecisionCurve:
    """Net benefits over the thresholds.

    Attributes:
        points: one a threshold, in the order given.
        prevalence: of the sample.
    """

    points: tuple[DecisionPoint, ...]
    prevalence: float


def decision_curve(
    positive: ArrayLike,
    probability: ArrayLike,
    bootstrap: PatientBootstrap,
    thresholds: tuple[float, ...] = THRESHOLDS,
) -> DecisionCurve:
    """Return the decision curve with patient-bootstrap intervals.

    Args:
        positive: (N,) labels.
        probability: (N,) calibrated.
        bootstrap: of these N recordings.
        thresholds: each above 0 and below 1.

    Raises:
        ValueError: NaN labels or probabilities, unequal lengths, no threshold, or one outside 0 to 1.
    """
    label = checked_labels(positive)
    p = checked_probabilities(probability, label.size)
    t = np.asarray(thresholds, np.float64)
    if not t.size or not ((t > 0.0) & (t < 1.0)).all():
        raise ValueError(f"thresholds are {thresholds}; give shares above 0 and below 1.")
    columns = _contributions(label, p, t)
    value = _benefits(columns.sum(axis=0)[None], t)
    drawn = _benefits(bootstrap.sums(columns), t)

    def at(kind: int, i: int) -> Estimate:
        return bootstrap.estimate(float(value[kind][0, i]), drawn[kind][:, i], label)

    points = tuple(DecisionPoint(float(t[i]), at(0, i), at(1, i), at(2, i)) for i in range(t.size))
    return DecisionCurve(points, float(label.mean()))


def _contributions(label: Bools, p: Floats, t: Floats) -> Floats:
    """Return (N, 2T+2) of 0 and 1: true and false positives at each threshold, then positives and negatives."""
    flagged = p[:, None] >= t
    parts = (flagged & label[:, None], flagged & ~label[:, None], label[:, None], ~label[:, None])
    return np.column_stack(parts).astype(np.float64)


def _benefits(sums: Floats, t: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (D, T) net benefits of the model, of flagging everyone, and the gain, of (D, 2T+2) sums."""
    positives, negatives = sums[:, -2:-1], sums[:, -1:]
    n, cost = positives + negatives, t / (1.0 - t)
    model = sums[:, : t.size] / n - sums[:, t.size : -2] / n * cost
    everyone = positives / n - negatives / n * cost
    return model, everyone, model - np.maximum(everyone, 0.0)
