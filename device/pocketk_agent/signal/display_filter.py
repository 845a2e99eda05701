"""What the screen shows of a stream: a causal 0.05-40 Hz filter, sample by sample.

The network never sees its output, and the screen never sees the network's zero-phase chain, which would need samples
that have not come yet.
"""

import math

import numpy as np
from numpy.typing import NDArray

# The diagnostic low end of IEC 60601-2-25, below which ST segment and T wave keep their form, and the upper end of the
# network's own band.
LOW_HZ, HIGH_HZ = 0.05, 40.0
# Two equal real poles behind each other are 3 dB down at this share of the frequency of each: sqrt(sqrt(2) - 1).
_TWO_POLES = math.sqrt(math.sqrt(2.0) - 1.0)
# Where a stream is so slow that 40 Hz lies beyond half its rate.
_HIGHEST_SHARE = 0.45


class DisplayFilter:
    """A single-pole high-pass and a critically damped low-pass of order 2 behind it, with their state.

    A Butterworth low-pass would overshoot by 4 % behind every steep edge: with what the high-pass leaves behind a 3 mV,
    100 ms pulse that is an undershoot of 0.13 mV, where a monitor may have 0.1 mV.
    Both are the bilinear transform of the analogue filter, corner frequencies prewarped (Oppenheim and Schafer,
    Discrete-Time Signal Processing, 7.1).

    Args:
        fs_hz: sampling rate.
    """

    def __init__(self, fs_hz: float) -> None:
        low = math.tan(math.pi * LOW_HZ / fs_hz)
        self._gain, self._pole = 1.0 / (1.0 + low), (1.0 - low) / (1.0 + low)
        high = math.tan(math.pi * min(HIGH_HZ / fs_hz, _HIGHEST_SHARE)) / _TWO_POLES
        scale = 1.0 / (1.0 + high) ** 2
        self._b = high * high * scale
        self._a1 = 2.0 * (high * high - 1.0) * scale
        self._a2 = (1.0 - high) ** 2 * scale
        self.restart()

    def restart(self) -> None:
        """The next sample is taken as the level that has always been there: the trace begins at zero."""
        self._x1: float | None = None
        self._y1 = self._z1 = self._z2 = 0.0

    def feed(self, x_mv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Filter the next samples.

        Args:
            x_mv: (n,) finite millivolts.

        Returns:
            (n,) float64 millivolts about zero.
        """
        out = np.empty(len(x_mv))
        if not len(x_mv):
            return out
        x1 = float(x_mv[0]) if self._x1 is None else self._x1
        y1, z1, z2 = self._y1, self._z1, self._z2
        gain, pole, b, a1, a2 = self._gain, self._pole, self._b, self._a1, self._a2
        for i, x in enumerate(x_mv.tolist()):
            y1 = gain * (x - x1) + pole * y1
            x1 = x
            # Direct form II transposed, b1 = 2 b and b2 = b.
            low = b * y1 + z1
            z1 = 2.0 * b * y1 - a1 * low + z2
            z2 = b * y1 - a2 * low
            out[i] = low
        self._x1, self._y1, self._z1, self._z2 = x1, y1, z1, z2
        return out
