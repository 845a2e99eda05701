"""How far two ways of computing a score differ in AUROC, on the same recordings, with a patient bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TAILS_PERCENT = (2.5, 97.5)


@dataclass(frozen=True)
class AurocDifference:
    """AUROC of the candidate minus that of the reference.

    Attributes:
        reference: AUROC of the reference.
        candidate: AUROC of the candidate.
        low, high: 95 % percentile interval of candidate minus reference over resampled patients.
        n: recordings.
        n_positive: of them positive.
        draws: resamples; those without both classes are left out.
    """

    reference: float
    candidate: float
    low: float
    high: float
    n: int
    n_positive: int
    draws: int

    @property
    def value(self) -> float:
        """Candidate minus reference."""
        return self.candidate - self.reference


class WeightedAuroc:
    """AUROC of fixed (N,) scores under changing weights; ties count half (Hanley and McNeil, Radiology 1982)."""

    def __init__(self, positive: NDArray[np.bool_], score: Floats) -> None:
        self._order = np.argsort(score, kind="stable")
        ranked = score[self._order]
        self._tie = np.cumsum(np.r_[0, ranked[1:] != ranked[:-1]])
        self._positive = positive[self._order]

    def __call__(self, weight: Floats) -> float:
        """AUROC under (N,) weights of at least 0; NaN where a class weighs nothing."""
        ordered = weight[self._order]
        ups = np.bincount(self._tie, np.where(self._positive, ordered, 0.0))
        downs = np.bincount(self._tie, np.where(self._positive, 0.0, ordered))
        below = np.cumsum(downs) - downs
        pairs = ups.sum() * downs.sum()
        return float(ups @ (below + 0.5 * downs) / pairs) if pairs else float("nan")


def auroc_difference(
    positive: NDArray[np.bool_],
    reference: Floats,
    candidate: Floats,
    patient: NDArray[np.int64],
    *,
    draws: int,
    rng: np.random.Generator,
) -> AurocDifference:
    """Compare two scores of the same recordings; patients are resampled with all their recordings.

    A one-stage cluster bootstrap with percentile interval (Davison and Hinkley, Bootstrap Methods and their
    Application, 1997, section 3.8); both scores see the same resamples, so the interval is that of the difference.

    Args:
        positive: (N,) bool.
        reference: (N,) larger for positives.
        candidate: (N,) likewise.
        patient: (N,) numbers from 0 without a gap.
        draws: resamples.
        rng: draws them.

    Raises:
        ValueError: a class is absent.
    """
    if positive.all() or not positive.any():
        raise ValueError("An AUROC needs recordings of both classes.")
    first, second = WeightedAuroc(positive, reference), WeightedAuroc(positive, candidate)
    patients, ones = int(patient.max()) + 1, np.ones(len(positive))
    found = np.empty(draws)
    for draw in range(draws):
        times = np.bincount(rng.integers(patients, size=patients), minlength=patients).astype(np.float64)[patient]
        found[draw] = second(times) - first(times)
    kept = found[~np.isnan(found)]
    low, high = np.percentile(kept, _TAILS_PERCENT)
    return AurocDifference(
        first(ones), second(ones), float(low), float(high), len(positive), int(positive.sum()), len(kept)
    )
