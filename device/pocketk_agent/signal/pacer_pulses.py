"""Pacemaker pulses taken out of a signal before beats are looked for."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from pocketk_agent.signal.qrs_rules import QrsRules

Float64 = NDArray[np.float64]

# Below this rate a QRS complex is itself as short as the running median.
_SLOWEST_HZ = 250.0


def needles_mv(x_mv: Float64, fs_hz: float, median_s: float = QrsRules.pulse_s) -> Float64:
    """(n,) what a running median takes away: pulses, and a little of a sharp QRS; zeros below 250 Hz.

    Args:
        x_mv: (n,) finite millivolts.
        fs_hz: rate.
        median_s: width of the median.
    """
    if fs_hz < _SLOWEST_HZ or not x_mv.size:
        return np.zeros_like(x_mv)
    return x_mv - median_filter(x_mv, 2 * max(1, round(median_s * fs_hz / 2)) + 1, mode="nearest")


def without_pulses(x_mv: Float64, fs_hz: float, rules: QrsRules) -> Float64:
    """The signal with each needle replaced by the running median that is high beside the rest of the signal.

    Args:
        x_mv: (n,) finite millivolts, about a second or two.
        fs_hz: rate.
        rules: numbers of the detector.
    """
    needles = needles_mv(x_mv, fs_hz, rules.pulse_s)
    rest = x_mv - needles
    height_mv = float(np.ptp(rest)) if rest.size else 0.0
    return np.where(np.abs(needles) > rules.pulse_share * height_mv, rest, x_mv)
