"""Several recordings of one group (a patient, or a patient's visit): how alike they are, and what m of them tell."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution

from pocketk.evaluation.statistics.checked_arrays import (
    Bools,
    Floats,
    Ints,
    checked_groups,
    checked_labels,
    checked_positive_whole,
    checked_scores,
    checked_share,
)
from pocketk.evaluation.statistics.estimate import LEVEL, Estimate, missing

_FEWEST_GROUPS = 2


def intraclass_correlation(value: ArrayLike, group: ArrayLike, level: float = LEVEL) -> Estimate:
    """Return the share of a value's variance that lies between groups: ICC(1,1), one-way random effects.

    Shrout and Fleiss, Psychological Bulletin 1979, 86:420, with their exact F interval where all groups are of one
    size. Groups of unequal size enter with the mean size n0 of Searle, Linear Models, 1971, chapter 11, and the
    interval is then approximate. The estimate can be below 0.

    Args:
        value: (N,), for example logits.
        group: (N,) ids.
        level: of the interval.

    Returns:
        No value with a single group, no repeated group, or no variance; ``n`` counts recordings.

    Raises:
        ValueError: NaN, a missing id, or unequal lengths.
    """
    size = np.asarray(value).size
    x, code = checked_scores(value, size, "values"), checked_groups(group, size, "groups")
    checked_share(level, "level")
    members = np.bincount(code).astype(np.float64)
    k = members.size
    method = f"one-way ANOVA, F, {k} groups, {100 * level:g} %"
    if k < _FEWEST_GROUPS or size == k:
        return missing("needs two groups, and one with two recordings", size, 0, method)
    between, within = _mean_squares(x, code, members)
    if between == within == 0.0:
        return missing("the values do not vary", size, 0, method)
    n0 = (size - float((members**2).sum()) / size) / (k - 1)
    icc = (between - within) / (between + (n0 - 1.0) * within)
    if within == 0.0:
        return Estimate(icc, None, None, size, 0, method, "no interval: groups do not vary within")
    ratio, tail = between / within, 0.5 - level / 2
    low = ratio / float(f_distribution.isf(tail, k - 1, size - k))
    high = ratio * float(f_distribution.isf(tail, size - k, k - 1))
    return Estimate(icc, (low - 1.0) / (low + n0 - 1.0), (high - 1.0) / (high + n0 - 1.0), size, 0, method)


def variance_share_of_mean(icc: float, m: int) -> float:
    """Return the variance of a mean of m recordings over that of one: ICC + (1 - ICC) / m.

    Raises:
        ValueError: an ICC that is not finite or above 1, or m below 1.
    """
    if not (math.isfinite(icc) and icc <= 1.0):
        raise ValueError(f"ICC is {icc}; give a number up to 1.")
    return icc + (1.0 - icc) / checked_positive_whole(m, "m")


def first_of_each(group: ArrayLike, order: ArrayLike, m: int) -> Ints:
    """Return (G, m) indices of the first m recordings of each group that has as many, by rising ``order``.

    Args:
        group: (N,) ids.
        order: (N,) finite, for example seconds; ties keep the order of the rows.
        m: recordings a group.

    Raises:
        ValueError: NaN, a missing id, unequal lengths, or m below 1.
    """
    size = np.asarray(group).size
    code = checked_groups(group, size, "groups")
    at = checked_scores(order, size, "times")
    wanted = checked_positive_whole(m, "m")
    sequence = np.lexsort((at, code))
    members = np.bincount(code)
    begins = (np.cumsum(members) - members)[members >= wanted]
    return sequence[begins[:, None] + np.arange(wanted)].astype(np.int64)


def same_label(positive: ArrayLike, index: NDArray[np.integer]) -> Bools:
    """Return (G,) which groups of (G, m) indices have one label throughout; only those have a label as a group.

    Raises:
        ValueError: NaN labels.
    """
    picked = checked_labels(positive)[index]
    return (picked == picked[:, :1]).all(axis=1)


def mean_logit(logit: ArrayLike, index: NDArray[np.integer]) -> Floats:
    """Return (G,) mean logits of (G, m) indices.

    Raises:
        ValueError: logits that are not finite.
    """
    return checked_scores(logit, np.asarray(logit).size, "logits")[index].mean(axis=1)


def k_of_m(flagged: ArrayLike, index: NDArray[np.integer], k: int) -> Bools:
    """Return (G,) which groups of (G, m) indices have k or more flagged recordings.

    Raises:
        ValueError: flags that are not true or false, or k outside 1 to m.
    """
    m = index.shape[1]
    if checked_positive_whole(k, "k") > m:
        raise ValueError(f"k is {k} of {m} recordings; give at most {m}.")
    return checked_labels(flagged)[index].sum(axis=1) >= k


def _mean_squares(x: Floats, code: Ints, members: Floats) -> tuple[float, float]:
    mean = np.bincount(code, x) / members
    between = float(members @ (mean - x.mean()) ** 2) / (members.size - 1)
    within = float(((x - mean[code]) ** 2).sum()) / (x.size - members.size)
    return between, within
