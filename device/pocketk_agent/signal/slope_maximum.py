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
