"""Test signals in millivolts, as a generator that is exact but for a stated error would put them on the electrodes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]
Form = Callable[[Float64], Float64]


@dataclass(frozen=True)
class SignalGenerator:
    """Draws test signals at the sampling instants of a front end.

    Signals are functions of continuous time taken at those instants. Corners and peaks are moved to the nearest
    sample, so that sampling takes nothing off them: at 500 Hz a beat moves by 1 ms at most.

    Attributes:
        fs_hz: sampling rate.
        gain: 1 for an exact generator; any other value is a deliberate error.
    """

    fs_hz: float
    gain: float = 1.0

    def exact(self) -> "SignalGenerator":
        """The same generator without its error."""
        return SignalGenerator(self.fs_hz)

    def times_s(self, seconds: float) -> Float64:
        """(T,) sampling instants."""
        return np.arange(round(seconds * self.fs_hz)) / self.fs_hz

    def flat(self, seconds: float) -> Float64:
        """(T,) zero millivolts: a shorted input."""
        return np.zeros(round(seconds * self.fs_hz))

    def triangle(self, seconds: float, peak_mv: float, slope_mv_per_s: float) -> Float64:
        """(T,) triangle wave between -peak and peak that begins at zero, rising."""
        quarter_s = self._on_grid(peak_mv / slope_mv_per_s)
        phase = (self.times_s(seconds) / quarter_s + 1.0) % 4.0
        return self.gain * peak_mv * (1.0 - np.abs(phase - 2.0))

    def sine(self, seconds: float, peak_mv: float, frequency_hz: float) -> Float64:
        """(T,) sine wave that begins at zero."""
        return self.gain * peak_mv * np.sin(2.0 * np.pi * frequency_hz * self.times_s(seconds))

    def pulses(self, seconds: float, starts_s: Sequence[float], height_mv: float, width_s: float) -> Float64:
        """(T,) rectangular pulses."""
        x = self.flat(seconds)
        for start_s in starts_s:
            first = round(start_s * self.fs_hz)
            x[first : first + round(width_s * self.fs_hz)] = self.gain * height_mv
        return x

    def triangles(self, seconds: float, peaks_s: Sequence[float], height_mv: float, width_s: float) -> Float64:
        """(T,) triangular QRS complexes, `width_s` wide at their base."""
        return self._waves(seconds, peaks_s, width_s, height_mv, lambda u: 1.0 - np.abs(u))

    def half_sines(self, seconds: float, peaks_s: Sequence[float], height_mv: float, width_s: float) -> Float64:
        """(T,) T waves, each half a sine of `width_s`."""
        return self._waves(seconds, peaks_s, width_s, height_mv, lambda u: np.cos(0.5 * np.pi * u))

    def biphasic(self, seconds: float, middles_s: Sequence[float], height_mv: float, width_s: float) -> Float64:
        """(T,) one whole sine of `width_s` each: broad ventricular beats, first up, then down."""
        return self._waves(seconds, middles_s, width_s, -height_mv, lambda u: np.sin(np.pi * u))

    def pacer_pulses(self, seconds: float, starts_s: Sequence[float], height_mv: float, width_s: float) -> Float64:
        """(T,) pacemaker pulses after the front end's third-order sinc decimation filter.

        A pulse shorter than a sample does not vanish between two: the converter spreads its area over three samples
        (impulse response: three boxcars of one sample period convolved; Texas Instruments SBAS459, "Digital
        decimation filter").
        """
        x, t = self.flat(seconds), self.times_s(seconds)
        for start_s in starts_s:
            near = slice(max(0, int((start_s - 0.01) * self.fs_hz)), int((start_s + width_s + 0.02) * self.fs_hz))
            u = (t[near] - start_s) * self.fs_hz
            x[near] += self.gain * height_mv * (_sinc3_step(u) - _sinc3_step(u - width_s * self.fs_hz))
        return x

    def _on_grid(self, time_s: float) -> float:
        return round(time_s * self.fs_hz) / self.fs_hz

    def _waves(self, seconds: float, at_s: Sequence[float], width_s: float, height_mv: float, form: Form) -> Float64:
        x, t, half_s = self.flat(seconds), self.times_s(seconds), 0.5 * width_s
        for centre_s in at_s:
            u = (t - self._on_grid(centre_s)) / half_s
            inside = np.abs(u) < 1.0
            x[inside] += self.gain * height_mv * form(u[inside])
        return x


def _sinc3_step(u: Float64) -> Float64:
    """Answer of a third-order sinc filter to a unit step, u sample periods after it, (n,) from 0 to 1."""
    u = np.clip(u, 0.0, 3.0)
    middle = 0.5 + (u - 1.5) * (0.75 - (u - 1.5) ** 2 / 3.0)
    return np.where(u < 1.0, u**3 / 6.0, np.where(u < 2.0, middle, 1.0 - (3.0 - u) ** 3 / 6.0))
