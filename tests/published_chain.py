"""The published formulas, transcribed with scipy: the yardstick of our own preprocessing.

Facts from reference: 0.5-40 or 0.67-40 Hz Butterworth of order 4 in (b, a) form and a notch of quality factor 30,
both forward-backward with scipy's defaults; intermediate arrays in float32; running median of int(0.4 fs) + 1
samples with zeros beyond the ends; population z-score with 1e-8.
"""

import numpy as np
from scipy import signal


def published_filter(x_mv: np.ndarray, band_hz: tuple[float, float], mains_hz: float) -> np.ndarray:
    """Notch, band-pass, minus running median, of a strip at 500 Hz, float32 between the steps."""
    b, a = signal.iirnotch(mains_hz, 30, 500)
    notched = signal.filtfilt(b, a, x_mv.astype(np.float32)).astype(np.float32)
    b, a = np.asarray(signal.butter(N=4, Wn=list(band_hz), btype="bandpass", fs=500))
    filtered = signal.filtfilt(b, a, notched).astype(np.float32)
    return filtered - signal.medfilt(filtered, kernel_size=201).astype(np.float32)


def published_clips(x_mv: np.ndarray, fs_hz: float, band_hz: tuple[float, float], mains_hz: float) -> np.ndarray:
    """All whole 10 s clips of a strip of 10 or 30 s, z-scored."""
    x = x_mv.astype(np.float32)
    if fs_hz != 500:
        x = np.asarray(signal.resample(x, round(len(x) * 500 / fs_hz)), np.float32)
    filtered = published_filter(x, band_hz, mains_hz)
    clips = filtered[: len(filtered) // 5000 * 5000].reshape(-1, 5000)
    return np.stack([((c - c.mean()) / (c.std() + 1e-8)).astype(np.float32) for c in clips])


def published_zero_padded(x_mv: np.ndarray, fs_hz: float, mains_hz: float) -> np.ndarray:
    """Three clips of whatever length: centre-cropped, or zero-padded on both sides after filtering."""
    x = np.nan_to_num(x_mv, nan=0.0, posinf=0.0, neginf=0.0).astype(np.float32)
    if fs_hz != 500:
        x = np.asarray(signal.resample(x, round(len(x) * 500 / fs_hz)), np.float32)
    filtered = published_filter(x, (0.5, 40.0), mains_hz)
    if len(filtered) >= 15000:
        start = (len(filtered) - 15000) // 2
        filtered = filtered[start : start + 15000]
    else:
        total = 15000 - len(filtered)
        filtered = np.pad(filtered, (total // 2, total - total // 2))
    return np.stack([((c - c.mean()) / (c.std() + 1e-8)).astype(np.float32) for c in filtered.reshape(3, 5000)])
