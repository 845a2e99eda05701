"""Pacemaker pulses: needles that no heart makes, found by running median and taken out before beats are looked for."""

import math

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.moving_window import moving_median, repeat_ends
from pocketk_agent.signal.qrs_rules import QrsRules

Float64 = NDArray[np.float64]

# Below this rate a QRS complex is itself as short as the running median, and as a pulse.
_SLOWEST_HZ = 250.0
_MEDIAN_S = 0.010
# A third-order sinc decimation filter spreads a pulse over three samples more than it lasts (Texas Instruments SBAS459,
# "Digital decimation filter"): its impulse response is three boxcars of one sample, convolved.
_FILTER_SAMPLES = 3


def needles_mv(x_mv: Float64, fs_hz: float, median_s: float = _MEDIAN_S) -> Float64:
    """(n,) what a running median takes away: pulses, and a little of a sharp QRS; zeros below 250 Hz.

    Args:
        x_mv: (n,) finite millivolts.
        fs_hz: rate.
        median_s: width of the median.
    """
    if fs_hz < _SLOWEST_HZ or not x_mv.size:
        return np.zeros_like(x_mv)
    return x_mv - moving_median(x_mv, 2 * max(1, round(median_s * fs_hz / 2)) + 1)


def without_pulses(x_mv: Float64, fs_hz: float, rules: QrsRules) -> Float64:
    """(n,) the signal with each pulse replaced by the mean of what lies on both sides of it; as it is below 250 Hz.

    A sample belongs to a pulse if it stands out, to the same side, from those a pulse's length before and after it,
    by many times as much as the signal changes over that length on either side and from one side to the other. On
    the tip of a triangular QRS complex the two are equal. A pulse with a tail, as a high-pass or a recharging
    pacemaker leaves one, loses its needle and keeps the tail.

    Args:
        x_mv: (n,) finite millivolts.
        fs_hz: rate.
        rules: numbers of the detector.
    """
    reach = min(math.ceil(rules.pulse_s * fs_hz) + _FILTER_SAMPLES, int(rules.pulse_reach_s * fs_hz))
    if reach < _FILTER_SAMPLES or not x_mv.size:
        return x_mv
    padded = repeat_ends(x_mv, 2 * reach, 2 * reach)
    far_left, left, middle, right, far_right = (padded[k * reach :][: x_mv.size] for k in range(5))
    over_left, over_right = middle - left, middle - right
    height = np.minimum(np.abs(over_left), np.abs(over_right))
    rough = np.maximum(np.abs(left - far_left), np.abs(far_right - right))
    rough = np.maximum(rough, np.abs(right - left))
    stands_out = height > np.maximum(rules.pulse_mv, rules.pulse_over_rough * rough)
    return np.where(stands_out & ((over_left > 0.0) == (over_right > 0.0)), 0.5 * (left + right), x_mv)
