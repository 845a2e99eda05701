"""How frequent positives are where nobody measured potassium."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_agent.probability.prior_shift import prior_shift_logit

__all__ = ["PrevalenceEstimate", "estimate_prevalence", "prior_shift_logit"]

_MOST_STEPS = 10_000


@dataclass(frozen=True)
class PrevalenceEstimate:
    """A prevalence guessed from unlabelled probabilities.

    Attributes:
        prevalence: of positives among them.
        steps: that it took.
        n: probabilities.
    """

    prevalence: float
    steps: int
    n: int


def estimate_prevalence(
    probability: ArrayLike, fitted_prevalence: float, tolerance: float = 1e-8
) -> PrevalenceEstimate:
    """Maximum likelihood of an unknown prevalence by expectation maximisation (Saerens M et al., 2002, section 2.2).

    It believes that the probabilities are well calibrated and that only the share of positives differs; a score that
    drifted for any other reason shows up as a wrong prevalence. Labelled pairs are the better way.

    Args:
        probability: (N,) calibrated probabilities of unlabelled recordings, as fitted.
        fitted_prevalence: share of positives that they assume.
        tolerance: change of the prevalence at which it stops.

    Raises:
        ValueError: no probabilities, one outside 0 to 1, or no convergence.
    """
    p = np.asarray(probability, np.float64)
    if p.ndim != 1 or p.size == 0 or not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("Expected a list of probabilities between 0 and 1, not empty.")
    prior_shift_logit(fitted_prevalence, 0.5)
    x, now = logit_of(p), fitted_prevalence
    for step in range(1, _MOST_STEPS + 1):
        following = float(sigmoid(x + prior_shift_logit(fitted_prevalence, now)).mean())
        if abs(following - now) <= tolerance * now:
            return PrevalenceEstimate(following, step, p.size)
        now = following
    raise ValueError(f"The prevalence did not settle in {_MOST_STEPS} steps; its last value was {now:.3g}.")
