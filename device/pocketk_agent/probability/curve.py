"""What every kind of calibration curve can do."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

# Two-sided 95 % of a normal distribution.
Z_95 = 1.959963984540054

Covariance = tuple[tuple[float, ...], ...]


class Curve(ABC):
    """A map from the logit of a score to the logit of a probability that never falls.

    Attributes:
        KIND: name in a manifest.
        N_PARAMETERS: rows of its parameters' covariance; 0 for a curve without parameters.
    """

    KIND: ClassVar[str]
    N_PARAMETERS: ClassVar[int]

    @abstractmethod
    def logit(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logit of the probability, (N,) -> (N,)."""

    @abstractmethod
    def half_widths(
        self, score_logit: NDArray[np.float64], covariance: Covariance | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """How far the 95 % interval of the logit reaches down and up, (N,) each and at least 0.

        Args:
            score_logit: (N,).
            covariance: of the parameters, None where it is not known.

        Returns:
            None where nothing is known of the uncertainty.
        """


class ParametricCurve(Curve):
    """A curve whose uncertainty is that of a few parameters."""

    @abstractmethod
    def gradient(self, score_logit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivative of the logit by each parameter, (N,) -> (N, N_PARAMETERS)."""

    def half_widths(
        self, score_logit: NDArray[np.float64], covariance: Covariance | None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Delta method: variance = gradient' covariance gradient, on the logit scale; the same both ways."""
        if covariance is None:
            return None
        half = Z_95 * standard_error(self.gradient(score_logit), covariance)
        return half, half


def standard_error(gradient: NDArray[np.float64], covariance: Covariance) -> NDArray[np.float64]:
    """Square root of g' C g for each row, (N, P) with (P, P) -> (N,)."""
    variance = np.einsum("ni,ij,nj->n", gradient, np.asarray(covariance, np.float64), gradient)
    return np.sqrt(np.maximum(variance, 0.0))


def check_covariance(covariance: Covariance, size: int) -> None:
    """Check that a covariance is one.

    Raises:
        ValueError: not `size` by `size`, not finite, not symmetric, or not positive semidefinite.
    """
    if len(covariance) != size or any(len(row) != size for row in covariance):
        raise ValueError(f"covariance is not {size} by {size}")
    matrix = np.array(covariance, np.float64)
    if not np.isfinite(matrix).all():
        raise ValueError("covariance holds a number that is not finite")
    matrix /= float(np.max(np.abs(matrix))) or 1.0
    if not np.allclose(matrix, matrix.T, rtol=0.0, atol=1e-9):
        raise ValueError("covariance is not symmetric")
    if float(np.linalg.eigvalsh(matrix).min()) < -1e-9:
        raise ValueError("covariance is not positive semidefinite")
