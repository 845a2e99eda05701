"""The logit and its inverse, safe at both ends."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A score of exactly 0 or 1 has no logit; one part in a million is far outside any operating point.
SCORE_MARGIN = 1e-6


def sigmoid(logit: ArrayLike) -> NDArray[np.float64]:
    """1 / (1 + exp(-x)) of any shape, as (1 + tanh(x / 2)) / 2, which cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * np.asarray(logit, np.float64))


def logit_of(probability: ArrayLike) -> NDArray[np.float64]:
    """ln(p / (1 - p)) of any shape; p is taken as at least 1e-6 away from 0 and 1. NaN stays NaN."""
    inside = np.clip(np.asarray(probability, np.float64), SCORE_MARGIN, 1.0 - SCORE_MARGIN)
    return np.log(inside) - np.log1p(-inside)
