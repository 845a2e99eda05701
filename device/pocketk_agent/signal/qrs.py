"""Slope energy: where a signal is as steep as a QRS complex.

The classical derivative-square-integrate chain of Pan and Tompkins, IEEE Trans Biomed Eng 1985, with boxcars. The
low-pass is one mains period long, so mains falls into its first zero.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.moving_window import moving_mean

Float64 = NDArray[np.float64]

_BASELINE_S = 0.25


def _odd(seconds: float, fs_hz: float) -> int:
    return 2 * int(seconds * fs_hz / 2) + 1


def shape(x_mv: Float64, fs_hz: float, mains_hz: float) -> Float64:
    """Take off baseline (a 0.25 s boxcar, twice) and mains (a boxcar of one mains period)."""
    slow = moving_mean(x_mv, _odd(_BASELINE_S, fs_hz))
    slow = moving_mean(slow, _odd(_BASELINE_S, fs_hz))
    return moving_mean(x_mv - slow, max(1, round(fs_hz / mains_hz)))


def slope_magnitude(shaped: Float64, fs_hz: float, slope_s: float, energy_s: float) -> Float64:
    """Root of the boxcar-averaged squared slope, (T,) millivolts per `slope_s`.

    Args:
        shaped: (T,) millivolts without baseline and mains.
        fs_hz: rate.
        slope_s: span over which a slope is taken.
        energy_s: width of the boxcar.
    """
    lag = max(1, round(slope_s * fs_hz))
    steps = np.zeros_like(shaped)
    if shaped.size > lag:
        steps[lag // 2 : lag // 2 + shaped.size - lag] = shaped[lag:] - shaped[:-lag]
    return np.sqrt(np.maximum(moving_mean(steps * steps, _odd(energy_s, fs_hz)), 0.0))
