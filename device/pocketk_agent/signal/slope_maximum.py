"""A local maximum of the slope energy: what may be a beat."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SlopeMaximum:
    """A local maximum of the slope energy.

    Attributes:
        at: sample of the maximum, counted from the first of the stream.
        peak: sample where the wave is largest.
        height: slope magnitude, millivolts per `QrsRules.slope_s`.
        sharpness: largest curvature over `height`.
        tail: steepest slope over 50 ms of what follows as a T wave would, over that of the wave itself.
        wave_mv: (n,) the wave round its peak without baseline and mains, at `WAVE_STEP_S`.
    """

    at: int
    peak: int
    height: float
    sharpness: float
    tail: float
    wave_mv: NDArray[np.float64] = field(repr=False)

    def distance(self, other: "SlopeMaximum") -> float:
        """Length of the difference of the two waves over the geometric mean of their lengths; 0 for equal ones."""
        length = float(self.wave_mv @ self.wave_mv) * float(other.wave_mv @ other.wave_mv)
        return float(np.linalg.norm(self.wave_mv - other.wave_mv)) / max(length, 1e-24) ** 0.25
