"""Do two ways of computing the same probabilities agree: float and int8, host and device."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.checked_arrays import checked_groups, checked_probabilities
from pocketk.evaluation.statistics.estimate import LEVEL, Estimate, missing
from pocketk.evaluation.statistics.proportion import normal_quantile


@dataclass(frozen=True)
class Agreement:
    """One way of computing beside another, on the same recordings.

    Attributes:
        n: recordings.
        largest_difference: of probability, absolute.
        mean_difference: of probability, absolute.
        flips: recordings that another tier was given.
        kappa: Cohen's, of the tiers.
    """

    n: int
    largest_difference: float
    mean_difference: float
    flips: int
    kappa: Estimate


def agreement_of(reference: ArrayLike, other: ArrayLike, thresholds: tuple[float, ...]) -> Agreement:
    """Compare (N,) probabilities of the same recordings.

    Args:
        reference: (N,) probabilities.
        other: (N,) probabilities.
        thresholds: rising; a recording's tier is how many of them its probability reaches.

    Raises:
        ValueError: no recordings, NaN, unequal lengths, or thresholds that do not rise.
    """
    size = np.asarray(reference).size
    a, b = checked_probabilities(reference, size), checked_probabilities(other, size, "other probabilities")
    bounds = np.asarray(thresholds, np.float64)
    if not bounds.size or not np.isfinite(bounds).all() or (np.diff(bounds) <= 0.0).any():
        raise ValueError(f"thresholds are {thresholds}; give one or more, rising.")
    tier_a, tier_b = (np.searchsorted(bounds, one, "right") for one in (a, b))
    apart = np.abs(a - b)
    flips = int((tier_a != tier_b).sum())
    return Agreement(size, float(apart.max()), float(apart.mean()), flips, cohen_kappa(tier_a, tier_b))


def cohen_kappa(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Estimate:
    """Return Cohen's unweighted kappa of two (N,) ratings, cut at -1 and 1.

    The interval uses the large-sample variance of Fleiss, Cohen and Everitt, Psychological Bulletin 1969, 72:323.

    Returns:
        No value where both raters gave everyone the same one rating; no interval where they agree on all.

    Raises:
        ValueError: no ratings, a missing one, or unequal lengths.
    """
    first, second = np.asarray(a), np.asarray(b)
    if first.size != second.size:
        raise ValueError(f"{first.size} ratings beside {second.size}; give both for the same recordings.")
    n = first.size
    code = checked_groups(np.r_[first, second], 2 * n, "ratings")
    k = int(code.max()) + 1
    table = np.zeros((k, k))
    np.add.at(table, (code[:n], code[n:]), 1.0 / n)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    method = f"Fleiss, Cohen and Everitt, {100 * level:g} %"
    if k == 1:
        return missing("everyone has the same rating", n, 0, method)
    kappa = (observed - expected) / (1.0 - expected)
    kept = 1.0 - kappa
    on = float((np.diag(table) * (1.0 - (rows + columns) * kept) ** 2).sum())
    crossed = table * (columns[:, None] + rows[None, :]) ** 2
    off = kept**2 * float(crossed.sum() - np.trace(crossed))
    variance = (on + off - (kappa - expected * kept) ** 2) / ((1.0 - expected) ** 2 * n)
    if off == 0.0:
        return Estimate(kappa, None, None, n, 0, method, "no interval: the ratings agree on all")
    half = normal_quantile(level) * math.sqrt(max(variance, 0.0))
    return Estimate(kappa, max(kappa - half, -1.0), min(kappa + half, 1.0), n, 0, method)
