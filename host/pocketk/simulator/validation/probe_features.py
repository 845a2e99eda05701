"""What could betray that a recording went through the morphing machinery, as numbers of one strip.

Measured with marks of its own and no knowledge of the template: the averaged beat, kinks and high frequencies where
masks and fades lie, how much beats differ from one another in each part of the beat, the spectrum, and whether the
samples lie on a converter's levels.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from pocketk.simulator.sample_step import sample_step
from pocketk_agent.signal.qrs_detector import detect_qrs
from pocketk_agent.signal.resampling import resample, resampled_length

Floats = NDArray[np.float64]

_FS_HZ = 500.0
_BEAT = np.arange(-200, 300)  # samples from R, -0.4 to 0.6 s
# Ends of the parts of a beat, seconds: before P, P, its mask, QRS, its mask, ST, T, its window's end, after it.
_PARTS_S = (-0.40, -0.30, -0.10, -0.04, 0.04, 0.10, 0.18, 0.34, 0.45, 0.60)
_BANDS_HZ = (0.0, 0.5, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 100.0, 150.0, 250.0)
_LEAST_MV = 1e-6


def probe_features(ecg_mv: Floats, fs_hz: float) -> Floats:
    """Measure one strip.

    Args:
        ecg_mv: (T,) finite millivolts.
        fs_hz: rate; other rates than 500 Hz are brought to it.

    Returns:
        (F,) float64, NaN for what needs a beat where none was found; F is the same for every strip.
    """
    step = sample_step(ecg_mv)
    strip = resample(np.asarray(ecg_mv, np.float64), resampled_length(len(ecg_mv), fs_hz, _FS_HZ))
    strip = strip - np.median(strip)
    marks = detect_qrs(strip, _FS_HZ)
    marks = marks[(marks >= -_BEAT[0]) & (marks + _BEAT[-1] < strip.size)]
    whole = np.array([_log(float(np.std(strip))), step * 1e3, float(step > 0.0)])
    return np.concatenate([whole, _spectrum(strip), _of_beats(strip, marks)])


def _log(power: Floats | float) -> Floats:
    return np.log(np.maximum(power, _LEAST_MV))


def _spectrum(strip: Floats) -> Floats:
    """(9,) log power by band, relative to the whole."""
    power = np.abs(np.fft.rfft(strip * np.hanning(strip.size))) ** 2
    hz = np.fft.rfftfreq(strip.size, 1.0 / _FS_HZ)
    bands = np.array([power[(hz >= a) & (hz < b)].sum() for a, b in pairwise(_BANDS_HZ)])
    return np.log10(np.maximum(bands / max(power.sum(), 1e-12), 1e-12))


def _of_beats(strip: Floats, marks: NDArray[np.intp]) -> Floats:
    """Averaged beat (50), its kinks, and the beats' differences from it by part of the beat."""
    n_parts = len(_PARTS_S) - 1
    if marks.size < 2:
        return np.full(50 + 5 * n_parts, np.nan)
    beats = strip[marks[:, None] + _BEAT]
    beats = beats - np.median(beats, axis=1)[:, None]
    mean = np.median(beats, axis=0)
    differences = beats - mean
    fast = differences - gaussian_filter1d(differences, 4.0, axis=1)
    kinks = np.abs(np.diff(mean, 2, prepend=mean[:2]))
    slow_kinks = np.abs(np.diff(gaussian_filter1d(mean, 3.0), 3, prepend=[mean[0]] * 3))
    by_part = [
        _per_part(np.mean(differences**2, axis=0)),
        _per_part(np.mean(fast**2, axis=0)),
        _per_part(np.square(mean - gaussian_filter1d(mean, 4.0))),
        _per_part(kinks, largest=True),
        _per_part(slow_kinks, largest=True),
    ]
    return np.concatenate([mean.reshape(50, -1).mean(axis=1) / max(float(np.std(mean)), _LEAST_MV), *by_part])


def _per_part(values: Floats, *, largest: bool = False) -> Floats:
    """(parts,) log mean, or log maximum, of the values in each part of the beat."""
    edges = np.searchsorted(_BEAT / _FS_HZ, _PARTS_S)
    parts = [values[a:b] for a, b in pairwise(edges)]
    return np.log(np.maximum([part.max() if largest else part.mean() for part in parts], 1e-12))
