"""Windows of raw counts for the bit-exactness tests: beats, and signals that drive the chain to its limits."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.nano.nano_chain import StatedScale

SAMPLES = 5500  # 1 s to settle and the window's 10 s


def stated(lsb_pv: int, bits: int) -> StatedScale:
    """The front end that `conformance/run_nano.py` makes of the same numbers."""
    half = 1 << (bits - 1)
    return StatedScale(500_000, lsb_pv, 0, -half, half - 1, bits)


def windows(rng: np.random.Generator, n: int, lsb_pv: int, bits: int) -> NDArray[np.int32]:
    """(n, 5500) counts: beats of many sizes with wander, mains and noise, every fourth at the limits instead."""
    half = 1 << (bits - 1)
    per_mv = 1e9 / lsb_pv
    counts = np.stack([_beats(rng, min(300.0, half / per_mv / 2)) * per_mv for _ in range(n)])
    for i in range(3, n, 4):
        counts[i] = _extreme(rng, i // 4 % 4, half)
    return np.clip(np.rint(counts), -(2**31), 2**31 - 1).astype(np.int32)


def _beats(rng: np.random.Generator, offset_mv: float) -> NDArray[np.float64]:
    """One strip in millivolts: Gaussian waves at a random rate, an offset, drift, 50 Hz and white noise."""
    t = np.arange(SAMPLES) / 500
    beat_s = 60 / rng.uniform(40, 180)
    phase = (t + rng.uniform(0, 1)) % beat_s
    strip = np.full(SAMPLES, rng.uniform(-offset_mv, offset_mv))
    for at, width, height in (
        (0.16, 0.02, 0.15),
        (0.28, 0.01, rng.uniform(-1, 3)),
        (0.5, 0.05, rng.uniform(-0.3, 1.5)),
    ):
        strip += height * np.exp(-0.5 * ((phase - at * min(1, beat_s)) / width) ** 2)
    strip += rng.uniform(0, 1) * np.sin(2 * np.pi * rng.uniform(0.05, 0.5) * t)
    strip += rng.uniform(0, 0.3) * np.sin(2 * np.pi * 50 * t)
    return strip + rng.uniform(0, 0.2) * rng.normal(size=SAMPLES)


def _extreme(rng: np.random.Generator, kind: int, half: int) -> NDArray[np.float64]:
    if kind == 0:  # anything that an int32 holds
        return rng.integers(-(2**31), 2**31, SAMPLES).astype(float)
    if kind == 1:  # from rail to rail
        return rng.choice([-half, half - 1], SAMPLES).astype(float)
    if kind == 2:  # a square wave at a frequency that the sections ring at
        return np.where(np.sin(2 * np.pi * rng.uniform(30, 60) * np.arange(SAMPLES) / 500) > 0, half - 1, -half)
    return rng.integers(-half // 64 - 1, half // 64 + 1, SAMPLES).astype(float)
