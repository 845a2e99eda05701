"""Noise and offset of a front end whose inputs are shorted."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from pocketk_agent.front_end_calibration.record import Figure
from pocketk_agent.front_end_calibration.recording import CalibrationRecording
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_calibration.frontend.uncertainty import COVERAGE, repeated

BAND_HZ = (0.5, 40.0)
WINDOW_S = 10.0  # IEC 60601-2-25 states noise as peak to valley over any 10 s
_EDGE_S = 2.0  # left out at both ends, where the filter has no past or no future: its slowest pole decays in 0.5 s


@dataclass(frozen=True, eq=False)
class NoiseFit:
    """What shorted inputs show.

    Attributes:
        offset_counts: mean minus the nominal zero; its n are seconds.
        rms_uv: in 0.5-40 Hz.
        peak_to_peak_uv: in 0.5-40 Hz, the largest of all windows of 10 s.
        noise_uv: (m,) the band-passed signal, for a picture.
    """

    offset_counts: Figure
    rms_uv: Figure
    peak_to_peak_uv: Figure
    noise_uv: NDArray[np.float64]


def fit_noise(recording: CalibrationRecording, zero_counts: int) -> NoiseFit:
    """Measure offset and noise.

    The offset is the mean of one-second means, whose spread holds what is slower than the noise (JCGM 100:2008,
    4.2.3). The noise is measured behind a Butterworth band-pass of order 4, forwards and backwards, as the signal
    chain has it. Its rms has the relative standard error 1 / (2 sqrt(B T)) of band-limited Gaussian noise (Bendat and
    Piersol, Random Data, 4th ed., 8.2.1).

    Args:
        recording: of the shorted inputs.
        zero_counts: nominal count at 0 mV.

    Raises:
        FrontEndFitError: too short, or a converter that stands still.
    """
    fs_hz, counts = recording.nominal_fs_hz, recording.counts.astype(np.float64)
    whole_s = int(recording.seconds)
    if recording.seconds < 2 * _EDGE_S + WINDOW_S:
        raise FrontEndFitError(
            f"The shorted input was recorded for {recording.seconds:.1f} s; {2 * _EDGE_S + WINDOW_S:g} s are needed."
        )
    if np.ptp(counts) == 0.0:
        raise FrontEndFitError("The converter stands still: every sample of the shorted input is the same count.")
    per_second = round(fs_hz)
    seconds = counts[: per_second * (whole_s - 1)].reshape(-1, per_second).mean(axis=1)
    noise_uv = _band_passed(counts - counts.mean(), fs_hz) * recording.lsb_mv * 1e3
    edge = round(_EDGE_S * fs_hz)
    kept = noise_uv[edge:-edge]
    return NoiseFit(repeated(seconds - zero_counts), _rms(kept, fs_hz), _peak_to_peak(kept, fs_hz), kept)


def _band_passed(counts: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    sections = butter(4, BAND_HZ, "bandpass", output="sos", fs=fs_hz)
    return np.asarray(sosfiltfilt(sections, counts))


def _rms(noise_uv: NDArray[np.float64], fs_hz: float) -> Figure:
    rms = float(np.sqrt(np.mean(noise_uv**2)))
    independent = (BAND_HZ[1] - BAND_HZ[0]) * noise_uv.size / fs_hz
    per_second = noise_uv[: noise_uv.size // round(fs_hz) * round(fs_hz)].reshape(-1, round(fs_hz))
    of_seconds = np.sqrt(np.mean(per_second**2, axis=1))
    standard = rms / (2.0 * math.sqrt(independent))
    return Figure(rms, COVERAGE * standard, int(of_seconds.size), float(np.std(of_seconds, ddof=1)))


def _peak_to_peak(noise_uv: NDArray[np.float64], fs_hz: float) -> Figure:
    """The largest over windows of 10 s that begin a second apart; its uncertainty is the spread between them."""
    length, step = round(WINDOW_S * fs_hz), round(fs_hz)
    starts = range(0, noise_uv.size - length + 1, step)
    found = np.array([np.ptp(noise_uv[a : a + length]) for a in starts])
    spread = float(np.std(found, ddof=1)) if found.size > 1 else 0.0
    return Figure(float(found.max()), COVERAGE * spread, int(found.size), spread)
