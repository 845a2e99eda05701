"""AUROC with DeLong's interval, for samples with one recording a patient.

DeLong, DeLong and Clarke-Pearson, Biometrics 1988, 44:837; the placement values come from mid-ranks in N log N
(Sun and Xu, IEEE Signal Processing Letters 2014, 21:1389).
"""

import math
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike
from scipy.stats import rankdata

from pocketk.evaluation.statistics.checked_arrays import Bools, Floats, checked_groups, checked_labels, checked_scores
from pocketk.evaluation.statistics.estimate import LEVEL, Estimate, caution_of_few, missing, one_class
from pocketk.evaluation.statistics.proportion import normal_quantile

_FEWEST_FOR_VARIANCE = 2


@dataclass(frozen=True)
class _Placements:
    """Share of the other class that each recording is ranked rightly against: (P,) and (Q,); the mean is the AUROC."""

    of_positive: Floats
    of_negative: Floats

    @property
    def auroc(self) -> float:
        return float(self.of_positive.mean())

    def minus(self, other: "_Placements") -> "_Placements":
        return _Placements(self.of_positive - other.of_positive, self.of_negative - other.of_negative)

    def variance(self) -> float:
        parts = (self.of_positive, self.of_negative)
        if min(part.size for part in parts) < _FEWEST_FOR_VARIANCE:
            return math.nan
        return float(sum(part.var(ddof=1) / part.size for part in parts))


def delong_auroc(
    positive: ArrayLike, score: ArrayLike, patient: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """Return the AUROC with DeLong's interval, cut at 0 and 1.

    Args:
        positive: (N,) labels.
        score: (N,) larger for positives.
        patient: (N,) ids; where not given the caller vouches for one recording a patient.
        level: of the interval.

    Returns:
        No value where a class is absent; no interval where a class has one recording or the variance is zero.

    Raises:
        ValueError: repeated patients (use `PatientBootstrap`), NaN labels or scores, or unequal lengths.
    """
    label = _one_each(positive, patient)
    value = checked_scores(score, label.size)
    method = f"DeLong, {100 * level:g} %"
    absent = _absent(label)
    if absent:
        return missing(absent, label.size, int(label.sum()), method)
    placements = _placements(label, value)
    found = _wald(placements.auroc, placements.variance(), label, method, level)
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))


def delong_difference(
    positive: ArrayLike, a: ArrayLike, b: ArrayLike, patient: ArrayLike | None = None, level: float = LEVEL
) -> Estimate:
    """Return AUROC of score ``a`` minus AUROC of score ``b`` on the same recordings, with DeLong's paired interval.

    Args:
        positive: (N,) labels.
        a: (N,) scores, larger for positives.
        b: (N,) scores of the same recordings.
        patient: (N,) ids; where not given the caller vouches for one recording a patient.
        level: of the interval.

    Returns:
        No value where a class is absent; no interval where a class has one recording or the variance is zero.

    Raises:
        ValueError: as `delong_auroc`.
    """
    label = _one_each(positive, patient)
    first, second = checked_scores(a, label.size, "scores a"), checked_scores(b, label.size, "scores b")
    method = f"DeLong, paired, {100 * level:g} %"
    absent = _absent(label)
    if absent:
        return missing(absent, label.size, int(label.sum()), method)
    apart = _placements(label, first).minus(_placements(label, second))
    return _wald(apart.auroc, apart.variance(), label, method, level)


def _one_each(positive: ArrayLike, patient: ArrayLike | None) -> Bools:
    label = checked_labels(positive)
    if patient is not None:
        group = checked_groups(patient, label.size)
        n_patients = int(group.max()) + 1
        if n_patients < label.size:
            raise ValueError(
                f"{label.size} recordings of {n_patients} patients, but DeLong's variance takes recordings for "
                "independent. Use PatientBootstrap, or keep one recording a patient."
            )
    return label


def _absent(label: Bools) -> str:
    n_positive = int(label.sum())
    return one_class(n_positive, label.size - n_positive)


def _placements(label: Bools, value: Floats) -> _Placements:
    high, low = value[label], value[~label]
    together = rankdata(value)
    of_positive = (together[label] - rankdata(high)) / low.size
    of_negative = 1.0 - (together[~label] - rankdata(low)) / high.size
    return _Placements(of_positive, of_negative)


def _wald(value: float, variance: float, label: Bools, method: str, level: float) -> Estimate:
    n, n_positive = label.size, int(label.sum())
    caution = caution_of_few(n_positive, n - n_positive)
    if not variance > 0.0:
        why = "the variance is zero" if variance == 0.0 else "a class has a single recording"
        return Estimate(value, None, None, n, n_positive, method, f"no interval: {why}").with_caution(caution)
    half = normal_quantile(level) * math.sqrt(variance)
    return Estimate(value, value - half, value + half, n, n_positive, method, caution)
