"""Logistic recalibration: the intercept and slope that turn given logits into the best calibrated ones.

Cox, Biometrika 1958, 45:562; the names as in Van Calster et al., Journal of Clinical Epidemiology 2016, 74:167.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from pocketk.evaluation.statistics.checked_arrays import Floats

# Probabilities of 0 and 1 have no logit; they are taken for this far from it (engineering choice).
NEAREST_TO_CERTAIN = 1e-9

_MOST_STEPS = 60
_LONGEST_STEP = 2.0  # keeps Newton's method from overshooting far from the solution
# Newton's error falls with its square: after a last step this small, some 1e-12 is left.
_SMALLEST_STEP = 1e-6


def logit_of(probability: ArrayLike) -> Floats:
    """Return (N,) log odds, of probabilities cut at 1e-9 and 1 - 1e-9."""
    p = np.clip(np.asarray(probability, np.float64), NEAREST_TO_CERTAIN, 1.0 - NEAREST_TO_CERTAIN)
    return np.log(p) - np.log1p(-p)


def recalibrate(
    hits: Floats, trials: Floats, logit: Floats, start: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """Fit logit P(positive) = intercept + slope x logit by maximum likelihood.

    Args:
        hits: (N,) positives, for single recordings 0 or 1.
        trials: (N,) recordings, for single ones 1.
        logit: (N,).
        start: of Newton's method.

    Returns:
        Intercept and slope; NaN both where the data do not fix them (one class, equal logits, complete separation).
    """
    if not _both_classes(hits, trials) or np.ptp(logit[trials > 0.0]) == 0.0:
        return math.nan, math.nan
    # Centred and scaled, so that an offset or a factor of the logits changes the answer alone and not the way to it.
    centre = float(trials @ logit / trials.sum())
    scale = math.sqrt(float(trials @ (logit - centre) ** 2 / trials.sum()))
    odds = math.log(float(hits.sum()) / float(trials.sum() - hits.sum()))
    for first in ((start[0] + start[1] * centre, start[1] * scale), (odds, 0.0)):
        found = _newton(hits, trials, (logit - centre) / scale, first)
        if found is not None:
            slope = found[1] / scale
            return found[0] - slope * centre, slope
    return math.nan, math.nan


def _newton(hits: Floats, trials: Floats, logit: Floats, start: tuple[float, float]) -> tuple[float, float] | None:
    """Newton's method from one start; None where it does not arrive."""
    intercept, slope = start
    for _ in range(_MOST_STEPS):
        p = _expit(intercept + slope * logit)
        left, spread = hits - trials * p, trials * p * (1.0 - p)
        g0, g1 = left.sum(), left @ logit
        spread_logit = spread * logit
        h00, h01, h11 = spread.sum(), spread_logit.sum(), spread_logit @ logit
        determinant = h00 * h11 - h01 * h01
        if not determinant > 0.0:
            return None
        step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        longest = max(abs(step0), abs(step1))
        shorter = min(1.0, _LONGEST_STEP / longest) if longest else 1.0
        intercept, slope = intercept + shorter * step0, slope + shorter * step1
        if longest < _SMALLEST_STEP:
            return float(intercept), float(slope)
    return None


def calibration_in_the_large(hits: Floats, trials: Floats, logit: Floats, start: float = 0.0) -> float:
    """Fit logit P(positive) = shift + logit by maximum likelihood: above 0 where risk is underestimated.

    Args:
        hits: (N,) positives, for single recordings 0 or 1.
        trials: (N,) recordings, for single ones 1.
        logit: (N,).
        start: of Newton's method.

    Returns:
        The shift; NaN with one class.
    """
    if not _both_classes(hits, trials):
        return math.nan
    shift, observed = start, float(hits.sum())
    for _ in range(_MOST_STEPS):
        p = _expit(shift + logit)
        spread = float(trials @ (p * (1.0 - p)))
        if not spread > 0.0:
            break
        step = (observed - float(trials @ p)) / spread
        shift += math.copysign(min(abs(step), _LONGEST_STEP), step)
        if abs(step) < _SMALLEST_STEP:
            return shift
    return math.nan


def _expit(logit: Floats) -> Floats:
    with np.errstate(over="ignore"):  # far below 0 the exponential is infinite and the result 0, as it should be
        return 1.0 / (1.0 + np.exp(-logit))


def _both_classes(hits: Floats, trials: Floats) -> bool:
    return 0.0 < float(hits.sum()) < float(trials.sum())
