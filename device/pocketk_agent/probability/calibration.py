"""From a score to the probability of one endpoint, with its interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.probability.curve import Z_95, Covariance, Curve, check_covariance, standard_error
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_agent.probability.prior_shift import prior_shift_logit
from pocketk_agent.probability.site import SiteRecalibration


@dataclass(frozen=True)
class Calibration:
    """A fitted curve, moved to the prevalence where it is used, and to a site where one was recalibrated.

    Attributes:
        curve: from the score to the probability in the population that it was fitted on.
        fitted_prevalence: share of positives in that population.
        prevalence: share of positives that the probability is to assume.
        covariance: of the curve's parameters, None where it is not known or the curve has none.
        site: None where no site has recalibrated it.

    Raises:
        ValueError: a prevalence outside 0 to 1, or a covariance that does not fit the curve.
    """

    curve: Curve
    fitted_prevalence: float
    prevalence: float
    covariance: Covariance | None = None
    site: SiteRecalibration | None = None

    def __post_init__(self) -> None:
        prior_shift_logit(self.fitted_prevalence, self.prevalence)
        if self.covariance is not None:
            if not self.curve.N_PARAMETERS:
                raise ValueError(f"a curve of kind {self.curve.KIND!r} has no parameters, so no covariance")
            check_covariance(self.covariance, self.curve.N_PARAMETERS)

    @property
    def assumed_prevalence(self) -> float:
        """Share of positives that the probability assumes: the site's own after a recalibration."""
        return self.prevalence if self.site is None else self.site.prevalence

    def probabilities(self, score: ArrayLike) -> NDArray[np.float64]:
        """Calibrated probabilities of scores between 0 and 1, (N,) -> (N,); a higher score never gives a lower one."""
        released = self._released_logit(logit_of(score))
        return sigmoid(released if self.site is None else self.site.logit(released))

    def intervals(self, score: ArrayLike) -> NDArray[np.float64] | None:
        """Their 95 % intervals, (N,) -> (N, 2), None where the curve's uncertainty is not known.

        They hold what the fit does not know of its parameters. They do not hold the chance of a single recording, nor
        doubt in the prevalence that was asked for.
        """
        score_logit = logit_of(score)
        halves = self.curve.half_widths(score_logit, self.covariance)
        if halves is None:
            return None
        low, high = halves
        middle = self._released_logit(score_logit)
        if self.site is not None:
            # The site's pairs and those of the release are different ones, so that their errors are independent.
            own = Z_95 * standard_error(self.site.gradient(middle), self.site.covariance)
            low, high = (np.hypot(self.site.slope * half, own) for half in halves)
            middle = self.site.logit(middle)
        return np.column_stack([sigmoid(middle - low), sigmoid(middle + high)])

    def probability(self, score: float) -> float:
        """Calibrated probability of one score between 0 and 1."""
        return float(self.probabilities([score])[0])

    def interval(self, score: float) -> tuple[float, float] | None:
        """95 % interval of one score's probability, None where it is not known."""
        both = self.intervals([score])
        return None if both is None else (float(both[0, 0]), float(both[0, 1]))

    def _released_logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.curve.logit(score_logit) + prior_shift_logit(self.fitted_prevalence, self.prevalence)
