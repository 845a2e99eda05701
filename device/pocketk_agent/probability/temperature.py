"""Temperature scaling."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.curve import ParametricCurve


@dataclass(frozen=True)
class Temperature(ParametricCurve):
    """logit p = logit(score) / temperature (Guo C et al., ICML 2017, section 4.2).

    Attributes:
        temperature: above 1 where the score was too sure; dimensionless.

    Raises:
        ValueError: a temperature that is not a positive number.
    """

    KIND: ClassVar[str] = "temperature"
    N_PARAMETERS: ClassVar[int] = 1
    temperature: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0.0):
            raise ValueError(f"temperature {self.temperature} would turn the score round or flatten it; expected > 0")

    def logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the probability, (N,) -> (N,)."""
        return score_logit / self.temperature

    def gradient(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivative by the temperature, (N,) -> (N, 1)."""
        return (-score_logit / self.temperature**2)[:, None]
