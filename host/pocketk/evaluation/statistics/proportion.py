"""A proportion with Wilson's score interval."""

import math

from scipy.special import ndtri

from pocketk.evaluation.statistics.checked_arrays import checked_share
from pocketk.evaluation.statistics.estimate import LEVEL, Estimate, missing


def wilson_interval(successes: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """Return the score interval of ``successes`` out of ``n`` (Wilson, JASA 1927, 22:209).

    Raises:
        ValueError: n below 1, successes outside 0 to n, or a level outside 0 to 1.
    """
    if not (n >= 1 and 0 <= successes <= n):
        raise ValueError(f"{successes} of {n} is no proportion; give n from 1 and successes from 0 to n.")
    z = normal_quantile(level)
    share = successes / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    below = 0.0 if successes == 0 else (centre - half) / (1 + z * z / n)
    above = 1.0 if successes == n else (centre + half) / (1 + z * z / n)
    return below, above


def proportion(successes: int, n: int, n_positive: int, name: str, *, level: float = LEVEL) -> Estimate:
    """Return ``successes`` out of ``n`` as an estimate; without a value where n is 0.

    Args:
        successes: from 0 to n.
        n: denominator.
        n_positive: positive recordings of the sample.
        name: of the denominator in the plural, for the reason where it is empty.
        level: of the interval.
    """
    method = f"Wilson, {100 * level:g} %"
    if n == 0:
        return missing(f"no {name}", 0, n_positive, method)
    return Estimate(successes / n, *wilson_interval(successes, n, level), n, n_positive, method)


def normal_quantile(level: float) -> float:
    """Return the two-sided standard normal quantile of a confidence level: 1.96 for 0.95.

    Raises:
        ValueError: a level outside 0 to 1.
    """
    return float(ndtri(0.5 + checked_share(level, "level") / 2))
