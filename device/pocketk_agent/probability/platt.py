"""Platt scaling."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.curve import ParametricCurve


@dataclass(frozen=True)
class Platt(ParametricCurve):
    """logit p = slope * logit(score) + intercept (Platt J, Advances in Large Margin Classifiers, 1999).

    Attributes:
        slope: dimensionless.
        intercept: dimensionless.

    Raises:
        ValueError: a slope that is not positive, or a number that is not finite.
    """

    KIND: ClassVar[str] = "platt"
    N_PARAMETERS: ClassVar[int] = 2
    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.intercept)):
            raise ValueError(f"slope {self.slope} and intercept {self.intercept} must be finite")
        if self.slope <= 0.0:
            raise ValueError(f"slope {self.slope} would turn the score round; expected > 0")

    def logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the probability, (N,) -> (N,)."""
        return self.slope * score_logit + self.intercept

    def gradient(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivative by slope and intercept, (N,) -> (N, 2)."""
        return np.column_stack([score_logit, np.ones_like(score_logit)])
