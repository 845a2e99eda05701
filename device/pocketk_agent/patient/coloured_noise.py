"""Gaussian noise of a given spectrum, shaped in the frequency domain."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ELECTRODE_FROM_HZ = 0.5
_EMG_BAND_HZ = (20.0, 150.0)
_WANDER_BAND_HZ = (0.05, 0.5)
_MOTION_CORNER_HZ, _MOTION_TOP_HZ = 1.0, 15.0


def fast_length(n: int) -> int:
    """The least length from n on that has no prime factor above 5: quick to transform."""
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 1


def _frozen(spectrum: Floats, length: int) -> Floats:
    """Scaled so that unit Gaussians in real and imaginary part give noise of rms 1; not writable, since shared."""
    power = 2.0 * np.sum(spectrum[1:] ** 2) * 2.0 / length**2
    shaped = spectrum / np.sqrt(power) if power > 0.0 else spectrum
    shaped.setflags(write=False)
    return shaped


@lru_cache(maxsize=64)
def electrode_spectrum(length: int, fs_hz: float) -> Floats:
    """1/f power from 0.5 Hz up, (length // 2 + 1,)."""
    hz = np.fft.rfftfreq(length, 1.0 / fs_hz)
    return _frozen(np.where(hz >= ELECTRODE_FROM_HZ, 1.0 / np.sqrt(np.maximum(hz, ELECTRODE_FROM_HZ)), 0.0), length)


@lru_cache(maxsize=64)
def wander_spectrum(length: int, fs_hz: float) -> Floats:
    """1/f**2 power within 0.05 to 0.5 Hz, (length // 2 + 1,)."""
    hz = np.fft.rfftfreq(length, 1.0 / fs_hz)
    low, high = _WANDER_BAND_HZ
    # Half a step of tolerance: the lowest line of a 20 s transform lies on the edge.
    inside = (hz >= low - 0.5 * hz[1]) & (hz <= high) & (hz > 0.0)
    return _frozen(np.where(inside, 1.0 / np.maximum(hz, hz[1]), 0.0), length)


@lru_cache(maxsize=64)
def emg_spectrum(length: int, fs_hz: float) -> Floats:
    """Flat within 20 to 150 Hz with edges of first order, (length // 2 + 1,)."""
    hz = np.fft.rfftfreq(length, 1.0 / fs_hz)
    low, high = _EMG_BAND_HZ
    return _frozen((hz / low) ** 2 / (1.0 + (hz / low) ** 2) / (1.0 + (hz / high) ** 4), length)


@lru_cache(maxsize=64)
def motion_spectrum(length: int, fs_hz: float) -> Floats:
    """Electrode motion: most of its power about 1 Hz, falling as 1/f**3 to 15 Hz, (length // 2 + 1,).

    It overlaps P, QRS and T, as the noise `em` of Moody's noise stress test does (Comput Cardiol 11:381, 1984);
    the exponent is an engineering choice.
    """
    hz = np.fft.rfftfreq(length, 1.0 / fs_hz)
    corner = hz / _MOTION_CORNER_HZ
    shaped = corner / (1.0 + corner**2) ** 1.25
    return _frozen(np.where(hz <= _MOTION_TOP_HZ, shaped, 0.0), length)


def shaped_noise(parts: list[tuple[float, Floats]], length: int, n: int, rng: np.random.Generator) -> Floats:
    """The sum of independent Gaussian noises, drawn at once.

    Args:
        parts: rms and spectrum of each.
        length: of the transform, at least n; the noise repeats after it.
        n: samples wanted.
        rng: generator.

    Returns:
        (n,) float64 in the unit of the rms.
    """
    if len(parts) == 1:
        shape = parts[0][0] * parts[0][1]
    else:
        shape = np.sqrt(sum((rms * spectrum) ** 2 for rms, spectrum in parts))
    # Above the last line that has power there is nothing to draw.
    top = int(np.flatnonzero(shape)[-1]) + 1 if shape.any() else 0
    lines = np.zeros(length // 2 + 1, np.complex128)
    lines[:top] = rng.standard_normal(2 * top).view(np.complex128) * shape[:top]
    return np.fft.irfft(lines, length)[:n]
