"""A first QRS detector: slope energy against a robust threshold.

Good enough to tell a heartbeat from noise for the quality gate; it takes a whole stretch at once and
makes no claim about beat types. The boxcar low-pass is one mains period long, so mains falls into its
first zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

Float64 = NDArray[np.float64]

# A QRS complex lasts 60 to 120 ms; slopes are taken over 20 ms and their energy over 100 ms (the classical
# derivative-square-integrate chain of Pan and Tompkins, IEEE Trans Biomed Eng 1985, with boxcars).
_SLOPE_S, _ENERGY_S = 0.02, 0.10
_BASELINE_S = 0.25
# No heart beats twice within 250 ms (240 per minute).
REFRACTORY_S = 0.25
# Share of the typical peak slope that a beat must reach.
_THRESHOLD = 0.40
# Seconds per window whose highest slope counts as one vote for the typical peak: 1.5 s hold a beat at 40 per minute.
_VOTE_S = 1.5


@dataclass(frozen=True)
class Beats:
    """QRS complexes of a stretch.

    Attributes:
        at: (n,) int, samples of the steepest point of each complex.
        slope: (T,) smoothed slope magnitude, millivolts per 20 ms.
        shaped_mv: (T,) the stretch without baseline and mains.
    """

    at: NDArray[np.intp]
    slope: Float64
    shaped_mv: Float64


def _odd(seconds: float, fs_hz: float) -> int:
    return 2 * int(seconds * fs_hz / 2) + 1


def shape(x_mv: Float64, fs_hz: float, mains_hz: float) -> Float64:
    """Take off baseline (a 0.25 s boxcar, twice) and mains (a boxcar of one mains period)."""
    slow = uniform_filter1d(x_mv, _odd(_BASELINE_S, fs_hz), mode="nearest")
    slow = uniform_filter1d(slow, _odd(_BASELINE_S, fs_hz), mode="nearest")
    return uniform_filter1d(x_mv - slow, max(1, round(fs_hz / mains_hz)), mode="nearest")


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
    return np.sqrt(np.maximum(uniform_filter1d(steps * steps, _odd(energy_s, fs_hz), mode="nearest"), 0.0))


def detect_beats(x_mv: Float64, fs_hz: float, mains_hz: float = 50.0) -> Beats:
    """Find QRS complexes.

    Args:
        x_mv: (T,) finite millivolts, T of at least one second.
        fs_hz: rate.
        mains_hz: 50 or 60.

    Returns:
        The beats, none on a flat stretch.
    """
    shaped = shape(x_mv, fs_hz, mains_hz)
    slope = slope_magnitude(shaped, fs_hz, _SLOPE_S, _ENERGY_S)
    vote = max(1, round(_VOTE_S * fs_hz))
    whole = max(1, len(slope) // vote)
    typical = float(np.median(slope[: whole * vote].reshape(whole, -1).max(axis=1))) if len(slope) >= vote else 0.0
    if typical <= 0.0:
        return Beats(np.zeros(0, np.intp), slope, shaped)
    summit = slope == maximum_filter1d(slope, 2 * round(REFRACTORY_S * fs_hz) + 1)
    at = np.flatnonzero(summit & (slope > _THRESHOLD * typical))
    apart = np.concatenate([[True], np.diff(at) > REFRACTORY_S * fs_hz]) if at.size else np.zeros(0, bool)
    return Beats(at[apart], slope, shaped)
