"""What dry electrodes, muscles, mains, motion and a lost contact add to a heartbeat; none of it knows potassium."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.coloured_noise import (
    electrode_spectrum,
    emg_spectrum,
    fast_length,
    motion_spectrum,
    shaped_noise,
    wander_spectrum,
)
from pocketk_agent.patient.noise_levels import NOMINAL_RMS_UV, NoiseLevels

Floats = NDArray[np.float64]

# Drift as slow as 0.05 Hz needs a transform of 20 s.
_DRIFT_TRANSFORM_S = 20.0
# Of the baseline's power the breath has half.
_RESPIRATORY_SHARE = 0.5
_BURST_S, _BURST_GAIN, _BURST_EDGE_S = (0.2, 2.0), (1.5, 4.0), 0.05
_MOTION_S = (1.0, 4.0)
_STEP_UV, _STEP_DECAY_S = 300.0, 1.5
_MAINS_THIRD, _MAINS_FIFTH = 0.25, 0.12
_LOST_S = (0.3, 3.0)
# Half of the lost contacts run to the rail, half decay from a step; the front end notices half of either.
_RAILED_SHARE, _NOTICED_SHARE = 0.5, 0.5
_LOST_STEP_MV = (2.0, 20.0)


@dataclass(frozen=True)
class Noise:
    """What is added to a strip.

    Attributes:
        added_mv: (T,) float64 millivolts.
        rail: (T,) int8: 1 where the input is driven to the upper rail, -1 to the lower, else 0.
        lead_off: (T,) bool, True where the front end notices that there is no contact.
    """

    added_mv: Floats
    rail: NDArray[np.int8]
    lead_off: NDArray[np.bool_]


def render_noise(levels: NoiseLevels, clean_mv: Floats, fs_hz: float, rng: np.random.Generator) -> Noise:
    """Draw every component of the noise of one strip.

    Args:
        levels: how much of each.
        clean_mv: (T,) the strip without noise; only its length and, for the jitter of the clock, its slope are used.
        fs_hz: sampling rate.
        rng: generator.

    Returns:
        Arrays of shape (T,).

    Raises:
        ValueError: the strip is not one-dimensional or empty.
    """
    if clean_mv.ndim != 1 or clean_mv.size == 0:
        raise ValueError(f"A strip of shape {clean_mv.shape}; expected (T,) with at least one sample.")
    n = clean_mv.size
    t_s = np.arange(n) / fs_hz
    added_uv = _slow_uv(levels, t_s, fs_hz, rng)
    if levels.emg_uv > 0.0:
        added_uv += _emg_uv(levels, t_s, fs_hz, rng)
    if levels.mains_uv > 0.0:
        added_uv += _mains_uv(levels, t_s, fs_hz, rng)
    if levels.motion_snr_db is not None:
        added_uv += _motion_uv(levels.motion_snr_db, t_s, fs_hz, rng)
    added_mv = added_uv / 1e3
    if levels.jitter_us > 0.0 and n > 1:
        # A sample taken a little late reads a little further along the slope.
        added_mv += np.gradient(clean_mv) * rng.normal(0.0, levels.jitter_us * 1e-6 * fs_hz, n)
    rail, lead_off = np.zeros(n, np.int8), np.zeros(n, np.bool_)
    if levels.contact_lost:
        _lose_contact(added_mv, rail, lead_off, fs_hz, rng)
    return Noise(added_mv, rail, lead_off)


def _slow_uv(levels: NoiseLevels, t_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """Electrodes, wander, breath and steps of the baseline."""
    n = t_s.size
    length = fast_length(max(n + n // 4, math.ceil(_DRIFT_TRANSFORM_S * fs_hz)))
    breath = levels.respiration
    wander_share = 1.0 if breath is None else 1.0 - _RESPIRATORY_SHARE
    parts = [
        (levels.electrode_uv, electrode_spectrum(length, fs_hz)),
        (levels.baseline_uv * math.sqrt(wander_share), wander_spectrum(length, fs_hz)),
    ]
    parts = [part for part in parts if part[0] > 0.0]
    slow_uv = shaped_noise(parts, length, n, rng) if parts else np.zeros(n)
    if breath is not None and levels.baseline_uv > 0.0:
        slow_uv += levels.baseline_uv * math.sqrt(2.0 * _RESPIRATORY_SHARE) * breath.at(t_s)
    for _ in range(int(rng.poisson(levels.baseline_steps_per_s * n / fs_hz))):
        at = int(rng.integers(n))
        slow_uv[at:] += rng.normal(0.0, _STEP_UV) * np.exp(-(t_s[at:] - t_s[at]) / _STEP_DECAY_S)
    return slow_uv


def _emg_uv(levels: NoiseLevels, t_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    length = fast_length(t_s.size)
    emg_uv = shaped_noise([(levels.emg_uv, emg_spectrum(length, fs_hz))], length, t_s.size, rng)
    for _ in range(int(rng.poisson(levels.emg_bursts_per_s * t_s.size / fs_hz))):
        gain = float(rng.uniform(*_BURST_GAIN))
        _scale(emg_uv, gain, _span(t_s.size, fs_hz, _BURST_S, rng), fs_hz)
    return emg_uv


def _mains_uv(levels: NoiseLevels, t_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """Fundamental, third and fifth, at a frequency that wanders by some hundredths of a hertz."""
    angles = rng.uniform(0.0, 2.0 * np.pi, 4)
    wander = 0.3 * np.sin(2.0 * np.pi * 0.07 * t_s + angles[3])
    phase = 2.0 * np.pi * levels.mains_hz * t_s + wander
    mains = np.sin(phase + angles[0])
    for order, share in ((3, _MAINS_THIRD), (5, _MAINS_FIFTH)):
        # What lies above half the sampling rate is taken out in front of the converter.
        if order * levels.mains_hz < 0.5 * fs_hz:
            mains += share * np.sin(order * phase + angles[order // 2])
    return levels.mains_uv * mains


def _motion_uv(snr_db: float, t_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """One to three spells of motion."""
    n = t_s.size
    length = fast_length(n + n // 4)
    moved_uv = shaped_noise(
        [(NOMINAL_RMS_UV * 10.0 ** (-snr_db / 20.0), motion_spectrum(length, fs_hz))], length, n, rng
    )
    envelope = np.zeros(n)
    for _ in range(int(rng.integers(1, 4))):
        start, stop = _span(n, fs_hz, _MOTION_S, rng)
        envelope[start:stop] = np.maximum(envelope[start:stop], np.hanning(stop - start + 2)[1:-1])
    # A Hann window has a mean square of 3/8; with it the spell as a whole has the SNR asked for.
    return moved_uv * envelope * math.sqrt(8.0 / 3.0)


def _lose_contact(
    added_mv: Floats, rail: NDArray[np.int8], lead_off: NDArray[np.bool_], fs_hz: float, rng: np.random.Generator
) -> None:
    """To a rail, or a step that decays; in place."""
    start, stop = _span(added_mv.size, fs_hz, _LOST_S, rng)
    sign = 1 if rng.random() < 0.5 else -1
    if rng.random() < _RAILED_SHARE:
        rail[start:stop] = sign
    else:
        decay = np.exp(-3.0 * np.arange(stop - start) / max(1, stop - start))
        added_mv[start:stop] += sign * float(rng.uniform(*_LOST_STEP_MV)) * decay
    if rng.random() < _NOTICED_SHARE:
        lead_off[start:stop] = True


def _span(n: int, fs_hz: float, seconds: tuple[float, float], rng: np.random.Generator) -> tuple[int, int]:
    """Start and stop of a spell of a drawn length somewhere in n samples, cut at the strip's end."""
    length = max(1, round(float(rng.uniform(*seconds)) * fs_hz))
    start = int(rng.integers(max(1, n - min(length, n) // 2)))
    return start, min(n, start + length)


def _scale(x: Floats, gain: float, span: tuple[int, int], fs_hz: float) -> None:
    """Multiply a span with ramped edges; in place."""
    start, stop = span
    at = np.arange(stop - start)
    edge = np.minimum(at + 1, stop - start - at) / max(1.0, _BURST_EDGE_S * fs_hz)
    x[start:stop] *= 1.0 + (gain - 1.0) * np.minimum(1.0, edge)
