"""Scores whose true probability is known."""

import numpy as np
from numpy.typing import NDArray

TRUE_SLOPE, TRUE_INTERCEPT = 1.3, -2.0


def labelled_scores(
    n: int, seed: int = 1, slope: float = TRUE_SLOPE, intercept: float = TRUE_INTERCEPT
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(n,) logits of scores and (n,) labels drawn with logit P = slope * logit + intercept."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0.0, 1.5, n)
    return logit, rng.random(n) < 1.0 / (1.0 + np.exp(-(slope * logit + intercept)))
