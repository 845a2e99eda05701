"""Breathing: it moves the heart rate, the amplitude of the beats and the baseline together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A resting adult takes 9 to 21 breaths a minute.
SLOWEST_HZ, FASTEST_HZ = 0.15, 0.35


@dataclass(frozen=True)
class Respiration:
    """A steady breath.

    Attributes:
        rate_hz: breaths per second.
        phase_rad: phase at time 0.
    """

    rate_hz: float
    phase_rad: float

    def at(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Depth of breath from -1 to 1 at times in seconds, same shape."""
        return np.sin(2.0 * np.pi * self.rate_hz * t_s + self.phase_rad)


def draw_respiration(rng: np.random.Generator) -> Respiration:
    """A breath of 0.15 to 0.35 Hz at a random phase."""
    return Respiration(float(rng.uniform(SLOWEST_HZ, FASTEST_HZ)), float(rng.uniform(0.0, 2.0 * np.pi)))
