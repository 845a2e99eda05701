"""What a microcontroller's clip may look like on another day: other noise, another moment, another amplitude.

The same noise and shifts as in `augmentation`, in steps of the int8 input. Nothing is z-scored there, so a gain is
drawn as well: how tall a heart's beats are in Lead I says nothing of its potassium.
"""

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pocketk.training.augmentation import shift_clip
from pocketk.training.nano_clip import ADS1292R_GAIN_6, COUNTS_HZ, LARGEST_STEP, NANO_HZ, NANO_SAMPLES
from pocketk_agent.nano.nano_chain import run_nano_chain
from pocketk_agent.patient.noise import render_noise
from pocketk_agent.patient.noise_levels import draw_noise_levels

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

# All engineering choices, those of noise and shifts as in `augmentation`. The gain covers the +-20 % of a front end's
# tolerance with some to spare.
_BANK_ROWS = 256
_NOISED_SHARE, _MOST_NOISE = 0.5, 0.5
_SHIFTED_SHARE, _MOST_SHIFT_S = 0.5, 0.5
_MOST_GAIN = 1.4
_BANK_STREAM, _STEP_STREAM = 201, 202
# The bank is rendered larger than life and scaled down again, so that rounding to steps is not all that is left of it.
_ENLARGED = 4.0


class NanoAugmentation:
    """Changes batches of clips; the same seed, step and rank give the same change.

    Args:
        seed: of bank and draws.
        strength: factor on the noise, 1 for light; 0 changes nothing at all.
        mains_hz: 50 or 60.
    """

    def __init__(self, seed: int, strength: float = 1.0, mains_hz: float = 50.0) -> None:
        self._seed, self._strength = seed, strength
        self._bank = _noise_bank(seed, mains_hz) if strength > 0.0 else np.zeros((0, 0), np.float32)

    def apply(self, clips: Floats, step: int, rank: int = 0, twin_of: Places | None = None) -> Floats:
        """Change clips in place, to whole steps again.

        Args:
            clips: (B, 1, 1250) float32, whole values from -127 to 127.
            step: from 0.
            rank: of the device whose share of the batch this is.
            twin_of: (T,) the last T clips get the very change of the clips at these places.

        Returns:
            `clips`.
        """
        if self._strength <= 0.0:
            return clips
        rng, n = np.random.default_rng([_STEP_STREAM, self._seed, step, rank]), len(clips)
        most = round(_MOST_SHIFT_S * NANO_HZ)
        shifts = rng.integers(-most, most + 1, n) * (rng.random(n) < _SHIFTED_SHARE)
        scales = self._strength * _MOST_NOISE * rng.random(n) * (rng.random(n) < _NOISED_SHARE)
        gains = np.exp(rng.uniform(-math.log(_MOST_GAIN), math.log(_MOST_GAIN), n))
        rows = rng.integers(len(self._bank), size=n)
        starts = rng.integers(self._bank.shape[1] - NANO_SAMPLES + 1, size=n)
        if twin_of is not None and len(twin_of):
            for drawn in (shifts, scales, gains, rows, starts):
                drawn[n - len(twin_of) :] = drawn[twin_of]
        for i in range(n):
            x = clips[i, 0]
            if shifts[i]:
                shift_clip(x, int(shifts[i]))
            if scales[i]:
                x += np.float32(scales[i]) * self._bank[rows[i], starts[i] : starts[i] + NANO_SAMPLES]
            x *= np.float32(gains[i])
        np.rint(clips, out=clips)
        return np.clip(clips, -LARGEST_STEP, LARGEST_STEP, out=clips)


@lru_cache(maxsize=1)
def _noise_bank(seed: int, mains_hz: float) -> Floats:
    """(rows, 2 x 1250) float32 steps: handheld noise after the microcontroller's chain."""
    rng = np.random.default_rng([_BANK_STREAM, seed])
    samples = round(2 * NANO_SAMPLES * COUNTS_HZ / NANO_HZ)
    noise_mv = np.empty((_BANK_ROWS, samples))
    for row in noise_mv:
        levels = replace(draw_noise_levels(rng, mains_hz), contact_lost=False, jitter_us=0.0)
        row[:] = render_noise(levels, np.zeros(samples), COUNTS_HZ, rng).added_mv
    counts = np.rint(noise_mv * (_ENLARGED * 1e9 / ADS1292R_GAIN_6.lsb_pv)).astype(np.int32)
    bank = (run_nano_chain(counts, ADS1292R_GAIN_6, round(mains_hz)).steps / _ENLARGED).astype(np.float32)
    bank.setflags(write=False)
    return bank
