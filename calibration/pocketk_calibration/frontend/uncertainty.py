"""Uncertainty of a measured quantity, as the Guide to the Expression of Uncertainty in Measurement has it."""

import math

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end_calibration.record import Figure

COVERAGE = 2.0  # k of the expanded uncertainty, about 95 % of a normal distribution (JCGM 100:2008, 6.3.3)


def standard_of_interval(half_width: float) -> float:
    """Standard uncertainty of a quantity that lies anywhere within +-half_width (JCGM 100:2008, 4.3.7)."""
    return half_width / math.sqrt(3.0)


def repeated(values: NDArray[np.float64], other_standard: float = 0.0) -> Figure:
    """Mean of repeated determinations with its expanded uncertainty.

    Type A is s / sqrt(n) (JCGM 100:2008, 4.2.3); it adds in squares to what other sources contribute (5.1.2).

    Args:
        values: (n,) independent determinations, n >= 2.
        other_standard: standard uncertainty from other sources, in the same unit.

    Raises:
        ValueError: fewer than two, or not finite.
    """
    if values.size < 2 or not np.isfinite(values).all():
        raise ValueError("A spread needs at least two finite determinations.")
    spread = float(np.std(values, ddof=1))
    standard = math.hypot(spread / math.sqrt(values.size), other_standard)
    return Figure(float(np.mean(values)), COVERAGE * standard, int(values.size), spread)
