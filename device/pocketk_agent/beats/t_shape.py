"""Height, width and steepness of the T wave in millivolts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from pocketk_agent.beats.boundaries import Boundaries
from pocketk_agent.beats.view import GRID_HZ

Float64 = NDArray[np.float64]

# One mains period at 50 Hz: mains falls into the boxcar's first zero (at 60 Hz a fifth of it is left).
_SMOOTH = round(0.02 * GRID_HZ) + 1
# Slopes are differences over 20 ms of the smoothed wave.
_SLOPE = round(0.01 * GRID_HZ)
# The limb of T begins where the wave was last below this share of its height.
_FOOT_SHARE = 0.1
# The isoelectric level is the median of this long before QRS onset.
_LEVEL_S = 0.02


@dataclass(frozen=True)
class TShape:
    """T above the level before QRS; inverted waves have a negative amplitude.

    Attributes:
        amplitude_mv: largest deflection.
        width_ms: full width at half of that height, None where T does not cross it on both sides.
        rise_mv_per_s: steepest slope before the peak, in the direction of the wave, so positive for an upright T.
        fall_mv_per_s: steepest slope after it, so negative for an upright T.
    """

    amplitude_mv: float
    width_ms: float | None
    rise_mv_per_s: float
    fall_mv_per_s: float


def t_shape(x_mv: Float64, marks: Boundaries) -> TShape | None:
    """Measure the T wave of one beat.

    Args:
        x_mv: (W,) millivolts without baseline on the 500 Hz grid; raw ones keep the wave's true height.
        marks: the beat's boundaries in samples of `x_mv`.

    Returns:
        None where the beat has no T wave or QRS begins outside the window.
    """
    if marks.t_peak is None or marks.t_offset is None or marks.qrs_onset is None or marks.qrs_offset is None:
        return None
    onset, peak = int(marks.qrs_onset), round(marks.t_peak)
    before = x_mv[max(0, onset - round(_LEVEL_S * GRID_HZ)) : onset]
    first, last = max(_SLOPE, int(marks.qrs_offset)), min(x_mv.size - 1 - _SLOPE, int(marks.t_offset) + 2 * _SLOPE)
    if before.size == 0 or not first < peak < last:
        return None
    wave = uniform_filter1d(x_mv - float(np.median(before)), _SMOOTH, mode="nearest")
    height = float(wave[peak])
    sign = -1.0 if height < 0.0 else 1.0
    slopes = sign * (wave[2 * _SLOPE :] - wave[: -2 * _SLOPE]) * (GRID_HZ / (2 * _SLOPE))
    # Only the limb of T: the last of QRS may be steeper, and lies before the wave was last near its foot.
    below = np.flatnonzero(sign * wave[first:peak] < _FOOT_SHARE * abs(height))
    foot = first + int(below[-1]) if below.size else first
    rise = slopes[foot - _SLOPE : peak - _SLOPE + 1].max()
    fall = slopes[peak - _SLOPE : last - _SLOPE + 1].min()
    return TShape(height, _width_ms(sign * wave, first, peak, last), sign * float(rise), sign * float(fall))


def _width_ms(wave: Float64, first: int, peak: int, last: int) -> float | None:
    half = wave[peak] / 2.0
    left = np.flatnonzero(wave[first:peak] < half)
    right = np.flatnonzero(wave[peak : last + 1] < half)
    if left.size == 0 or right.size == 0 or not half > 0.0:
        return None
    a, b = first + int(left[-1]), peak + int(right[0])
    begin = a + (half - wave[a]) / (wave[a + 1] - wave[a])
    end = b - (half - wave[b]) / (wave[b - 1] - wave[b])
    return float((end - begin) * 1000.0 / GRID_HZ)
