"""Noise without end: strips of noise, each faded into the next at equal power."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.noise import render_noise
from pocketk_agent.patient.noise_levels import NoiseLevels

Floats = NDArray[np.float64]

_STRIP_S, _FADE_S = 12.0, 2.0


class NoiseStream:
    """The additive noise of `render_noise` in blocks of any length, in bounded memory.

    A lost contact, dropped samples and errors of the clock are no part of it: a bench asks for those one by one.
    The baseline wanders without a breath of its own.

    Args:
        levels: how much of each component.
        fs_hz: sampling rate.
        rng: generator.
    """

    def __init__(self, levels: NoiseLevels, fs_hz: float, rng: np.random.Generator) -> None:
        self._levels = replace(levels, contact_lost=False, jitter_us=0.0, respiration=None)
        self._fs_hz = fs_hz
        self._rng = rng
        self._fade = round(_FADE_S * fs_hz)
        angle = 0.5 * np.pi * (np.arange(self._fade) + 0.5) / self._fade
        self._rise, self._fall = np.sin(angle), np.cos(angle)
        self._ready_mv: Floats = np.zeros(0)
        self._tail_mv: Floats | None = None

    def block_mv(self, n_samples: int) -> Floats:
        """The next (n_samples,) samples, float64 millivolts."""
        while self._ready_mv.size < n_samples:
            self._ready_mv = np.concatenate((self._ready_mv, self._further_mv()))
        block_mv, self._ready_mv = self._ready_mv[:n_samples], self._ready_mv[n_samples:]
        return block_mv

    def _further_mv(self) -> Floats:
        quiet = np.zeros(round(_STRIP_S * self._fs_hz))
        strip_mv = render_noise(self._levels, quiet, self._fs_hz, self._rng).added_mv
        if self._tail_mv is not None:
            strip_mv[: self._fade] = self._rise * strip_mv[: self._fade] + self._fall * self._tail_mv
        self._tail_mv = strip_mv[-self._fade :].copy()
        return strip_mv[: -self._fade]
