"""Beta calibration."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.curve import ParametricCurve


@dataclass(frozen=True)
class Beta(ParametricCurve):
    """logit p = a ln(score) - b ln(1 - score) + c (Kull M et al., AISTATS 2017, equation 5).

    Attributes:
        a: at least 0.
        b: at least 0, and not 0 together with `a`.
        c: intercept.

    Raises:
        ValueError: coefficients with which a higher score could mean a lower probability, or none at all.
    """

    KIND: ClassVar[str] = "beta"
    N_PARAMETERS: ClassVar[int] = 3
    a: float
    b: float
    c: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.a, self.b, self.c))):
            raise ValueError(f"a {self.a}, b {self.b} and c {self.c} must be finite")
        if min(self.a, self.b) < 0.0 or max(self.a, self.b) == 0.0:
            raise ValueError(f"a {self.a} and b {self.b} would turn the score round; expected >= 0, not both 0")

    def logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the probability, (N,) -> (N,)."""
        return self.gradient(score_logit) @ np.array([self.a, self.b, self.c])

    def gradient(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """ln(score), -ln(1 - score) and 1, which are the derivatives, (N,) -> (N, 3)."""
        return np.column_stack([*beta_features(score_logit).T, np.ones_like(score_logit)])


def beta_features(score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """ln(score) and -ln(1 - score) from the score's logit, without cancellation, (N,) -> (N, 2)."""
    return np.column_stack([-np.logaddexp(0.0, -score_logit), np.logaddexp(0.0, score_logit)])
