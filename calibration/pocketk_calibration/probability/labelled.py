"""Scores with their labels, checked once for every fit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Below that a fit says more about its few positives than about the model (engineering choice).
LEAST_OF_EACH = 5


@dataclass(frozen=True)
class Labelled:
    """What calibrations are fitted to.

    Attributes:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        weight: (N,) at least 0, mean 1 over the rows.
        patient: (N,) whole numbers from 0, one for each patient.
        plain: True where every row weighs the same and is a patient of its own.
    """

    logit: NDArray[np.float64]
    positive: NDArray[np.bool_]
    weight: NDArray[np.float64]
    patient: NDArray[np.int64]
    plain: bool

    @property
    def n_patients(self) -> int:
        """How many patients."""
        return int(self.patient.max()) + 1

    @property
    def prevalence(self) -> float:
        """Weighted share of positives."""
        return float(np.average(self.positive, weights=self.weight))

    def rows(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> "Labelled":
        """Some of the rows; patients are numbered anew."""
        patient = np.unique(self.patient[chosen], return_inverse=True)[1]
        return Labelled(self.logit[chosen], self.positive[chosen], self.weight[chosen], patient, self.plain)


def labelled(
    logit: ArrayLike, positive: ArrayLike, weight: ArrayLike | None = None, patient: ArrayLike | None = None
) -> Labelled:
    """Check scores and labels.

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool, or 0 and 1.
        weight: (N,) at least 0; all alike where not given.
        patient: (N,) whose recording each row is; each of another patient where not given.

    Raises:
        ValueError: lengths that differ, no rows, NaN, scores that are all alike, labels that are neither true nor
            false, a negative weight, or fewer than 5 positives or negatives.
    """
    x, given = np.asarray(logit, np.float64), np.asarray(positive)
    if x.ndim != 1 or given.shape != x.shape or x.size == 0:
        raise ValueError(f"Scores have shape {x.shape} and labels {given.shape}; expected two equal lists, not empty.")
    if not np.isfinite(x).all():
        raise ValueError(
            f"{np.count_nonzero(~np.isfinite(x))} of {x.size} scores are not finite; leave those rows out."
        )
    if not np.isin(given, (0, 1)).all():
        raise ValueError("Labels must be true or false; leave rows without a label out.")
    if np.ptp(x) == 0.0:
        raise ValueError(f"Every score is {x[0]:.3g}: there is nothing to tell positives by. Check the scores.")
    y = given.astype(bool)
    w = np.ones_like(x) if weight is None else np.asarray(weight, np.float64)
    if w.shape != x.shape or not np.isfinite(w).all() or (w < 0.0).any() or w.sum() <= 0.0:
        raise ValueError(f"Weights must be {x.size} finite numbers of at least 0, not all 0.")
    n_positive = np.count_nonzero(y & (w > 0.0))
    n_negative = np.count_nonzero(~y & (w > 0.0))
    if min(n_positive, n_negative) < LEAST_OF_EACH:
        raise ValueError(
            f"{n_positive} positives and {n_negative} negatives; a fit needs at least {LEAST_OF_EACH} of each. "
            "Add labelled recordings."
        )
    return Labelled(x, y, w * (w.size / w.sum()), _patients(patient, x.size), weight is None and patient is None)


def _patients(patient: ArrayLike | None, n: int) -> NDArray[np.int64]:
    if patient is None:
        return np.arange(n)
    names = np.asarray(patient)
    if names.shape != (n,):
        raise ValueError(f"Patients have shape {names.shape}; expected one for each of {n} rows.")
    return np.unique(names, return_inverse=True)[1].astype(np.int64)
