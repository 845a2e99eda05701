"""Mains interference: a tone of 50 or 60 Hz, whichever the device was told."""

from functools import lru_cache

import numpy as np
from bottleneck import median
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

_TONES_HZ = (50.0, 60.0)
# What is compared with them: near, but far enough that the window parts them.
_OTHERS_HZ = (35.0, 40.0, 45.0, 55.0, 65.0)


def mains_mv(x_mv: Float64, fs_hz: float, over_others: float = 0.0) -> float:
    """Largest amplitude, in millivolts, of a tone of 50 or 60 Hz in any second of a clip.

    A second under a Hann window, which keeps a tone 0.2 Hz off and drops the heart's broad spectrum. 0 for a clip
    shorter than a second, or sampled too slowly to hold the tone.

    Args:
        x_mv: (n,) finite millivolts.
        fs_hz: rate.
        over_others: seconds do not count whose tone is not this many times as large as those beside it.
    """
    n = round(fs_hz)
    seconds = x_mv[: x_mv.size // n * n].reshape(-1, n)
    seconds = seconds - seconds.mean(axis=1, keepdims=True)
    tones, others = _amplitudes(seconds, n, fs_hz, _TONES_HZ), _amplitudes(seconds, n, fs_hz, _OTHERS_HZ)
    if not tones.size:
        return 0.0
    largest = tones.max(axis=1)
    return float(np.where(largest > over_others * median(others, axis=1), largest, 0.0).max())


def _amplitudes(seconds_mv: Float64, n: int, fs_hz: float, tones_hz: tuple[float, ...]) -> Float64:
    """(s, tones) amplitudes of the tones that the rate can hold."""
    parts = seconds_mv @ _waves(n, fs_hz, tones_hz)
    return np.hypot(parts[:, ::2], parts[:, 1::2])


@lru_cache(maxsize=16)
def _waves(n: int, fs_hz: float, tones_hz: tuple[float, ...]) -> Float64:
    """(n, 2 w) cosine and sine of each tone under the window, scaled to give amplitudes."""
    window, at_s = np.hanning(n), np.arange(n) / fs_hz
    held = [tone_hz for tone_hz in tones_hz if tone_hz < 0.49 * fs_hz]
    columns = [f(2 * np.pi * tone_hz * at_s) * window for tone_hz in held for f in (np.cos, np.sin)]
    return np.stack(columns, axis=1) * (2.0 / window.sum()) if columns else np.zeros((n, 0))
