"""Smoothed slopes and bumps of a wave, and where a slope dies away."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pocketk_agent.beats.view import GRID_HZ

Float64 = NDArray[np.float64]

# A Gaussian wave of standard deviation s, looked at with the second derivative of a Gaussian of the same s, gives
# amplitude * 2**-1.5; this brings its height back.
_BUMP_GAIN = 2.0**1.5


def smoothed(x_mv: Float64, scale_s: float) -> Float64:
    """(T,) the signal under a Gaussian of that standard deviation in seconds."""
    return gaussian_filter1d(x_mv, scale_s * GRID_HZ, mode="nearest")


def slope(x_mv: Float64, scale_s: float) -> Float64:
    """(T,) its derivative under that Gaussian, millivolts per sample."""
    return gaussian_filter1d(x_mv, scale_s * GRID_HZ, order=1, mode="nearest")


def bumps(x_mv: Float64, scale_s: float) -> Float64:
    """(T,) about the height in millivolts of a wave of that scale at each sample; level and drift count for nothing.

    Minus the second derivative of a Gaussian, the wavelet of the classical delineators (Martinez et al., IEEE
    Trans Biomed Eng 2004, use the first derivative of a spline of the same kind).
    """
    samples = scale_s * GRID_HZ
    return -_BUMP_GAIN * samples**2 * gaussian_filter1d(x_mv, samples, order=2, mode="nearest")


@dataclass(frozen=True)
class Walk:
    """A walk along samples: from `start` to `stop`, both included, in either direction."""

    start: int
    stop: int

    @property
    def step(self) -> int:
        """+1 or -1."""
        return 1 if self.stop >= self.start else -1

    def samples(self) -> NDArray[np.intp]:
        """(n,) the samples in order."""
        return np.arange(self.start, self.stop + self.step, self.step)


def last_above(level: Float64, walk: Walk, threshold: float, silence: int) -> float:
    """Where the first run of `level` above a threshold ends, runs closer than `silence` samples counting as one.

    Returns:
        The crossing between samples; the start of the walk where nothing is above.
    """
    at = walk.samples()
    over = np.flatnonzero(level[at] > threshold)
    if over.size == 0:
        return float(walk.start)
    breaks = np.flatnonzero(np.diff(over) > silence)
    last = int(at[over[breaks[0]] if breaks.size else over[-1]])
    return _crossing(level, last, walk.step, threshold)


def foot(rise: Float64, walk: Walk, share: float) -> float:
    """Where a slope, past its steepest point, first falls below a share of it (Laguna et al., CinC 1990).

    Args:
        rise: (T,) slope, positive where the walk goes down the wave.
        walk: from the wave's peak outwards.
        share: of the steepest slope.
    """
    at = walk.samples()
    steepest = int(np.argmax(rise[at]))
    threshold = share * float(rise[at[steepest]])
    under = np.flatnonzero(rise[at[steepest:]] < threshold)
    if under.size == 0 or threshold <= 0.0:
        return float(at[-1])
    return _crossing(rise, int(at[steepest + under[0]]) - walk.step, walk.step, threshold)


def _crossing(level: Float64, before: int, step: int, threshold: float) -> float:
    after = before + step
    if not (0 <= after < level.size and level[before] > threshold >= level[after]):
        return float(before)
    return float(before + step * (level[before] - threshold) / (level[before] - level[after]))
