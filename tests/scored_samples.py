"""Samples of labels and scores for the statistics, and references written straight from their papers."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ScoredSample:
    """(N,) labels, calibrated logits and probabilities, a second poorer score, and patients."""

    positive: NDArray[np.bool_]
    logit: Floats
    probability: Floats
    poorer: Floats
    patient: NDArray[np.str_]


def scored_sample(
    seed: int, n: int = 600, *, centre: float = -1.0, patients: int | None = None, decimals: int | None = None
) -> ScoredSample:
    """Labels drawn from their own probabilities; recordings of a patient share most of the logit.

    Args:
        seed: of the draws.
        n: recordings.
        centre: mean logit.
        patients: how many; as many as recordings where not given.
        decimals: of the scores, so that there are ties.
    """
    rng = np.random.default_rng(seed)
    own = np.arange(n) if patients is None else rng.integers(patients, size=n)
    logit = centre + rng.normal(0.0, 1.2, n if patients is None else patients)[own] + rng.normal(0.0, 0.3, n)
    poorer = logit + rng.normal(0.0, 0.8, n)
    if decimals is not None:
        logit, poorer = np.round(logit, decimals), np.round(poorer, decimals)
    probability = 1.0 / (1.0 + np.exp(-logit))
    return ScoredSample(
        rng.random(n) < probability, logit, probability, poorer, np.array([f"p{one:05d}" for one in own])
    )


def placement_values(positive: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """V10 of each positive and V01 of each negative, by comparing every pair (DeLong 1988, equations 4 and 5)."""
    x, y = score[positive], score[~positive]
    psi = np.where(x[:, None] > y[None, :], 1.0, np.where(x[:, None] == y[None, :], 0.5, 0.0))
    return psi.mean(axis=1), psi.mean(axis=0)


def delong_covariance(positive: NDArray[np.bool_], scores: list[Floats]) -> tuple[Floats, Floats]:
    """AUROCs (K,) and their covariance S = S10/m + S01/n (K, K), as in DeLong 1988."""
    v10, v01 = zip(*(placement_values(positive, score) for score in scores), strict=True)
    m, n = int(positive.sum()), int((~positive).sum())
    aucs = np.array([one.mean() for one in v10])
    s10 = sum(np.outer(row - aucs, row - aucs) for row in np.stack(v10, axis=1)) / (m - 1)
    s01 = sum(np.outer(row - aucs, row - aucs) for row in np.stack(v01, axis=1)) / (n - 1)
    return aucs, np.asarray(s10 / m + s01 / n)


def farthest(found: object, expected: object) -> float:
    """Largest absolute difference; infinite where the shapes differ or one is not a number."""
    a, b = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if a.shape != b.shape or not np.isfinite(a).all() or not np.isfinite(b).all():
        return math.inf
    return float(np.abs(a - b).max())
