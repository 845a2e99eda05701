"""How precise an AUROC of a given number of recordings can be, before any is collected."""

import math

from pocketk.evaluation.statistics.checked_arrays import checked_positive_whole, checked_share
from pocketk.evaluation.statistics.estimate import LEVEL
from pocketk.evaluation.statistics.proportion import normal_quantile


def hanley_mcneil_standard_error(auroc: float, n_positive: int, n_negative: int) -> float:
    """Return the standard error of an AUROC (Hanley and McNeil, Radiology 1982, 143:29).

    Q1 and Q2 are those of negative exponential scores, the paper's conservative choice.

    Raises:
        ValueError: an AUROC outside 0 to 1, or an empty class.
    """
    area = checked_share(auroc, "AUROC")
    p, q = checked_positive_whole(n_positive, "n_positive"), checked_positive_whole(n_negative, "n_negative")
    q1, q2 = area / (2.0 - area), 2.0 * area**2 / (1.0 + area)
    variance = (area * (1.0 - area) + (p - 1) * (q1 - area**2) + (q - 1) * (q2 - area**2)) / (p * q)
    return math.sqrt(variance)


def positives_needed(auroc: float, half_width: float, negatives_per_positive: float, level: float = LEVEL) -> int:
    """Return the fewest positives whose interval is at most ``auroc`` +- ``half_width``, by Hanley and McNeil.

    Args:
        auroc: expected.
        half_width: of the interval, above 0.
        negatives_per_positive: at least 1 negative is assumed.
        level: of the interval.

    Raises:
        ValueError: a number that is no share, or a ratio of 0 or less.
    """
    wanted = checked_share(half_width, "half_width") / normal_quantile(level)
    if not (math.isfinite(negatives_per_positive) and negatives_per_positive > 0.0):
        raise ValueError(f"negatives_per_positive is {negatives_per_positive}; give a number above 0.")

    def enough(n: int) -> bool:
        negatives = max(1, round(n * negatives_per_positive))
        return hanley_mcneil_standard_error(auroc, n, negatives) <= wanted

    high = 1
    while not enough(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
