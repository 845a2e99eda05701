"""Isotonic calibration."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.curve import Covariance, Curve
from pocketk_agent.probability.logit import logit_of


@dataclass(frozen=True)
class Isotonic(Curve):
    """Straight lines between knots that never fall, level outside (Zadrozny B, Elkan C, KDD 2002).

    Attributes:
        score_logit: (M,) of the knots, rising.
        probability: (M,) at the knots, inside 0 to 1, never falling.
        probability_low: (M,) lower end of the 95 % interval at the knots; never falling, at most `probability`.
        probability_high: (M,) upper end, at least `probability`.

    Raises:
        ValueError: no knot, lists of different lengths, or knots out of order.
    """

    KIND: ClassVar[str] = "isotonic"
    N_PARAMETERS: ClassVar[int] = 0
    score_logit: tuple[float, ...]
    probability: tuple[float, ...]
    probability_low: tuple[float, ...]
    probability_high: tuple[float, ...]

    def __post_init__(self) -> None:
        lists = (self.score_logit, self.probability, self.probability_low, self.probability_high)
        if not self.score_logit or len({len(one) for one in lists}) != 1:
            raise ValueError(f"isotonic knots come in lists of lengths {[len(one) for one in lists]}; expected equal")
        x, p, low, high = (np.array(one, np.float64) for one in lists)
        # Written so that a number that is not one is out of order.
        if not (np.isfinite(x).all() and (x[1:] > x[:-1]).all()):
            raise ValueError("isotonic knots do not rise")
        if not all((one[1:] >= one[:-1]).all() for one in (p, low, high)):
            raise ValueError("isotonic probabilities fall, which would turn the score round")
        if not ((low > 0.0) & (low <= p) & (p <= high) & (high < 1.0)).all():
            raise ValueError("isotonic probabilities leave their interval, or reach 0 or 1")

    def logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the probability, (N,) -> (N,)."""
        return logit_of(np.interp(score_logit, self.score_logit, self.probability))

    def half_widths(
        self, score_logit: NDArray[np.float64], covariance: Covariance | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """From the stored ends of the interval; there is no covariance to ask.

        Raises:
            ValueError: a covariance is given.
        """
        if covariance is not None:
            raise ValueError("An isotonic curve has no parameters, so no covariance.")
        middle = self.logit(score_logit)
        low, high = (
            logit_of(np.interp(score_logit, self.score_logit, ends))
            for ends in (self.probability_low, self.probability_high)
        )
        return np.maximum(middle - low, 0.0), np.maximum(high - middle, 0.0)
