"""Strips that tests play: every sample its own value, gaps and lead-off where the test wants them."""

import numpy as np

from pocketk_agent.recording_file import NativeCounts, RecordedStrip

FS_HZ = 250.0
LSB_MV = 24e-6


def native_strip(
    n: int = 600, *, missing: tuple[slice, ...] = (), lead_off: slice = slice(0), zero_counts: float = -7.0
) -> RecordedStrip:
    """A strip of 24-bit counts at 250 Hz."""
    counts = np.random.default_rng(n).integers(-(2**23), 2**23, n).astype(np.int32)
    native = NativeCounts(counts, LSB_MV, zero_counts, -8_000_000, 8_000_000, 24)
    ecg_mv = native.to_mv()
    for gap in missing:
        ecg_mv[gap] = np.nan
    off = np.zeros(n, dtype=np.bool_)
    off[lead_off] = True
    return RecordedStrip(ecg_mv, FS_HZ, "I", off, "made up", native)


def millivolt_strip(ecg_mv: np.ndarray, fs_hz: float = FS_HZ, native: NativeCounts | None = None) -> RecordedStrip:
    """A strip of these millivolts, contact all the time."""
    return RecordedStrip(ecg_mv.astype(np.float64), fs_hz, "I", np.zeros(len(ecg_mv), np.bool_), "made up", native)
