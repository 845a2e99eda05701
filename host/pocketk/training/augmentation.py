"""What a clip may look like on another day: other noise, another moment.

Noise is the simulator's for a handheld (electrodes, muscles, wander, motion), passed through the very filters that a
device applies and taken in units of a nominal Lead I (110 uV rms), which is one z-unit. It is rendered once into a
bank of long rows; a clip gets a stretch of one row. A change of gain would be undone by the z-score and is left out, as
is a change of polarity, which the gate refuses.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.noise import render_noise
from pocketk_agent.patient.noise_levels import NOMINAL_RMS_UV, draw_noise_levels
from pocketk_agent.signal.preparation import filter_segment
from pocketk_agent.signal.variant import Variant

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

# All engineering choices: light enough that a P wave of 0.1 mV stays visible in most clips.
_BANK_ROWS = 256
_NOISED_SHARE, _MOST_NOISE = 0.5, 0.5
_SHIFTED_SHARE, _MOST_SHIFT_S = 0.5, 0.5
_Z_FLOOR = 1e-8
_BANK_STREAM, _STEP_STREAM = 101, 102


class Augmentation:
    """Changes batches of clips; the same seed, step and rank give the same change.

    Args:
        variant: whose clips and filters.
        seed: of bank and draws.
        strength: factor on the noise, 1 for light; 0 changes nothing.
        mains_hz: 50 or 60.
    """

    def __init__(self, variant: Variant, seed: int, strength: float = 1.0, mains_hz: float = 50.0) -> None:
        self._variant, self._seed, self._strength = variant, seed, strength
        self._bank = _noise_bank(variant, seed, mains_hz) if strength > 0.0 else np.zeros((0, 0), np.float32)

    def apply(self, clips: Floats, step: int, rank: int = 0, twin_of: Places | None = None) -> Floats:
        """Change clips in place and z-score them anew.

        Args:
            clips: (B, 1, N) float32.
            step: from 0.
            rank: of the device whose share of the batch this is.
            twin_of: (T,) the last T clips get the very change of the clips at these places: two versions of one clip
                are to differ in nothing else.

        Returns:
            `clips`.
        """
        if self._strength <= 0.0:
            return clips
        rng = np.random.default_rng([_STEP_STREAM, self._seed, step, rank])
        n, samples = len(clips), clips.shape[2]
        most = round(_MOST_SHIFT_S * self._variant.fs_hz)
        shifts = rng.integers(-most, most + 1, n) * (rng.random(n) < _SHIFTED_SHARE)
        scales = self._strength * _MOST_NOISE * rng.random(n) * (rng.random(n) < _NOISED_SHARE)
        rows = rng.integers(len(self._bank), size=n)
        starts = rng.integers(self._bank.shape[1] - samples + 1, size=n)
        if twin_of is not None and len(twin_of):
            for drawn in (shifts, scales, rows, starts):
                drawn[n - len(twin_of) :] = drawn[twin_of]
        for i in range(n):
            x = clips[i, 0]
            if shifts[i]:
                shift_clip(x, int(shifts[i]))
            if scales[i]:
                x += np.float32(scales[i]) * self._bank[rows[i], starts[i] : starts[i] + samples]
            if shifts[i] or scales[i]:
                x -= x.mean()
                x /= np.sqrt(np.dot(x, x) / samples) + _Z_FLOOR
        return clips


def shift_clip(x: Floats, by: int) -> None:
    """Move a clip to the right (by > 0) or left, in place; the end that opens is filled with its mirror image."""
    n = x.size
    if by > 0:
        mirror = x[1 : by + 1][::-1].copy()
        x[by:] = x[: n - by].copy()
        x[:by] = mirror
    else:
        mirror = x[n + by - 1 : n - 1][::-1].copy()
        x[:by] = x[-by:].copy()
        x[by:] = mirror


@lru_cache(maxsize=1)
def _noise_bank(variant: Variant, seed: int, mains_hz: float) -> Floats:
    """(rows, 2 N) float32 z-units: handheld noise after the device's filters."""
    rng = np.random.default_rng([_BANK_STREAM, seed])
    samples = 2 * variant.clip_samples
    bank = np.empty((_BANK_ROWS, samples), np.float32)
    for row in bank:
        levels = replace(draw_noise_levels(rng, mains_hz), contact_lost=False, jitter_us=0.0)
        noise_mv = render_noise(levels, np.zeros(samples), variant.fs_hz, rng).added_mv
        row[:] = filter_segment(noise_mv, variant, mains_hz) / (NOMINAL_RMS_UV / 1e3)
    bank.setflags(write=False)
    return bank
