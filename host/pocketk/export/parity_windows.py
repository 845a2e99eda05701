"""Generated clips on which an exported file is compared with its network; drawn shapes, never a patient's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 500.0  # the rate every variant of the large network is trained at
_EPSILON = 1e-8  # added to the standard deviation by the published z-score
# Each wave of a beat: centre (s from the R peak), standard deviation (s), mean and spread of amplitude (mV).
# Textbook durations; the T wave spreads from inverted to tall, so that both signs meet every layer.
_WAVES = (
    (-0.17, 0.025, 0.12, 0.05),
    (-0.03, 0.010, -0.10, 0.05),
    (0.00, 0.011, 1.00, 0.30),
    (0.03, 0.010, -0.20, 0.10),
    (0.28, 0.050, 0.30, 0.40),
)


def parity_windows(n_windows: int, n_channels: int, n_samples: int, seed: int) -> NDArray[np.float32]:
    """Return z-scored ECG-like clips (n_windows, n_channels, n_samples), the same for the same seed.

    Args:
        n_windows: Clips to draw.
        n_channels: Leads; each is drawn on its own.
        n_samples: Samples a clip, at 500 Hz.
        seed: Seed of every random choice.
    """
    rng = np.random.default_rng(seed)
    clips = [[_lead(rng, n_samples) for _ in range(n_channels)] for _ in range(n_windows)]
    windows = np.asarray(clips)
    mean = windows.mean(axis=(1, 2), keepdims=True)
    sd = windows.std(axis=(1, 2), keepdims=True)
    return ((windows - mean) / (sd + _EPSILON)).astype(np.float32)


def _lead(rng: np.random.Generator, n_samples: int) -> NDArray[np.float64]:
    """Draw one lead in mV: beats at 45-130 a minute, 5 % jitter, respiration-like wander, white noise."""
    t = np.arange(n_samples) / RATE_HZ
    period = 60 / rng.uniform(45, 130)
    beats = np.arange(-1, t[-1] + 1, period)
    beats += rng.normal(0, 0.05 * period, beats.size)
    signal = 0.1 * np.sin(2 * np.pi * (rng.uniform(0.1, 0.4) * t + rng.uniform()))
    for centre, width, mean, spread in _WAVES:
        distance = t[:, None] - beats - centre
        signal += rng.normal(mean, spread) * np.exp(-0.5 * (distance / width) ** 2).sum(axis=1)
    return signal + rng.normal(0, rng.uniform(0.005, 0.05), n_samples)
