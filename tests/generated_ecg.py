"""Electrocardiograms made by the golden-vector generator, for tests that need a heartbeat and no real one."""

import numpy as np

from pocketk.bundle.golden_signal import ADS1292R, TWELVE_BIT, GeneratedStrip, generate
from pocketk_agent.front_end import FrontEnd

__all__ = ["ADS1292R", "TWELVE_BIT", "ecg_counts", "ecg_mv"]


def ecg_counts(
    seconds: float, front_end: FrontEnd = ADS1292R, rate_bpm: float = 72.0, seed: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Counts (T,) int32 and lead-off (T,) bool of a clean strip."""
    return generate(GeneratedStrip("test", front_end, seconds, rate_bpm, seed))


def ecg_mv(seconds: float, fs_hz: float = 500.0, rate_bpm: float = 72.0, seed: int = 1) -> np.ndarray:
    """Millivolts (T,) of a clean strip at any rate."""
    front_end = FrontEnd(**{**vars(ADS1292R), "fs_hz": fs_hz})
    return front_end.to_mv(ecg_counts(seconds, front_end, rate_bpm, seed)[0])
