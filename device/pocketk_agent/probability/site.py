"""What a site's own labelled pairs say of a released probability."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.curve import Covariance, check_covariance


@dataclass(frozen=True)
class SiteRecalibration:
    """logit p(site) = slope * logit p + intercept.

    Attributes:
        slope: dimensionless, above 0.
        intercept: dimensionless.
        covariance: of slope and intercept, 2 by 2.
        prevalence: mean probability of the site's pairs after recalibration; what a probability here assumes.
        n_pairs: labelled pairs that it was fitted to.
        n_positive: those with potassium above the endpoint's limit.

    Raises:
        ValueError: a slope that would turn the score round, a covariance that is none, or counts that cannot be.
    """

    slope: float
    intercept: float
    covariance: Covariance
    prevalence: float
    n_pairs: int
    n_positive: int

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and math.isfinite(self.intercept) and self.slope > 0.0):
            raise ValueError(f"site slope {self.slope} and intercept {self.intercept} would turn the score round")
        check_covariance(self.covariance, 2)
        if not 0.0 < self.prevalence < 1.0:
            raise ValueError(f"site prevalence {self.prevalence} is not between 0 and 1")
        if not 0 < self.n_positive < self.n_pairs:
            raise ValueError(f"site recalibration from {self.n_positive} positives among {self.n_pairs} pairs")

    def logit(self, released_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the site's probability from that of the released one, (N,) -> (N,)."""
        return self.slope * released_logit + self.intercept

    def gradient(self, released_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivative by slope and intercept, (N,) -> (N, 2)."""
        return np.column_stack([released_logit, np.ones_like(released_logit)])
