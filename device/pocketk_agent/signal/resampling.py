"""Fourier resampling, as the published chain does it, with numpy alone."""

import math

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.errors import RateError

# Below 100 Hz the 40 Hz edge of the band is too near the Nyquist frequency; above 20 kHz a rate is
# far more likely a slip (samples for hertz) than an electrocardiograph.
LOWEST_HZ, HIGHEST_HZ = 100.0, 20_000.0


def check_rate(fs_hz: float) -> float:
    """Return the rate as a float.

    Raises:
        RateError: not a finite number of hertz between 100 and 20,000.
    """
    try:
        rate = float(fs_hz)
    except (TypeError, ValueError, OverflowError) as error:
        raise RateError(f"Sampling rate {str(fs_hz)[:40]} is not a number of hertz.") from error
    if not (math.isfinite(rate) and LOWEST_HZ <= rate <= HIGHEST_HZ):
        raise RateError(
            f"Sampling rate {rate:g} Hz is outside {LOWEST_HZ:g} to {HIGHEST_HZ:g} Hz; give the recording's "
            "own rate in samples per second."
        )
    return rate


def resampled_length(n_samples: int, fs_hz: float, target_hz: float) -> int:
    """Number of samples after resampling, rounded as the published chain rounds it."""
    return round(n_samples * target_hz / fs_hz)


def resample(x: NDArray[np.float64], n_out: int) -> NDArray[np.float64]:
    """Resample a strip to `n_out` samples by cutting or padding its spectrum.

    Equal to `scipy.signal.resample` without a window: the Nyquist bin is folded when the rate goes
    down and halved when it goes up.

    Args:
        x: (T,) float64.
        n_out: samples wanted, at least 1.

    Returns:
        (n_out,) float64.
    """
    n_in = len(x)
    if n_in == n_out:
        return x
    spectrum = np.fft.rfft(x)
    shorter = min(n_in, n_out)
    kept = np.zeros(n_out // 2 + 1, np.complex128)
    kept[: shorter // 2 + 1] = spectrum[: shorter // 2 + 1]
    if shorter % 2 == 0:
        kept[shorter // 2] *= 2.0 if n_out < n_in else 0.5
    return np.fft.irfft(kept, n_out) * (n_out / n_in)
