"""One lead as the measurements look at it: raw millivolts on a fixed grid, and the same without mains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_dilation, gaussian_filter1d

from pocketk_agent.signal.arrays import single_lead
from pocketk_agent.signal.block_filter import mains_notch
from pocketk_agent.signal.errors import ShapeError
from pocketk_agent.signal.resampling import check_rate, resample, resampled_length
from pocketk_agent.signal.segments import bridge
from pocketk_agent.signal.variant import check_mains

Float64 = NDArray[np.float64]

# Every boundary is found on this grid, 2 ms apart.
GRID_HZ = 500.0
# Gaussian standard deviation of the display low-pass: -3 dB near 100 Hz (sigma = 0.1325 / f), engineering choice.
_LOW_PASS_S = 0.0013
# No electrode gives 10 V; such a sample is missing.
_IMPOSSIBLE_MV = 1e4
# A missing or bad sample disturbs what the mains notch makes of its surroundings for about this long.
_AROUND_BAD_S = 0.1


@dataclass(frozen=True)
class BeatView:
    """A strip at 500 Hz.

    Attributes:
        raw_mv: (T,) float64 millivolts about the strip's level, gaps bridged by straight lines, nothing filtered.
        clean_mv: (T,) float64 the same without mains and above 100 Hz attenuated; the baseline is left as it is.
        bad: (T,) bool, samples that are missing, bad or next to such.
    """

    raw_mv: Float64
    clean_mv: Float64
    bad: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        """Length of the strip."""
        return self.raw_mv.size / GRID_HZ


def view_of(ecg_mv: ArrayLike, fs_hz: float, mains_hz: float, bad: NDArray[np.bool_] | None = None) -> BeatView:
    """Bring a lead to the grid.

    Args:
        ecg_mv: Lead I in millivolts, any layout that `single_lead` takes; NaN marks missing samples.
        fs_hz: its rate, 100 to 20,000 Hz.
        mains_hz: 50 or 60.
        bad: (T,) bool, samples that are not the heart's (rail, lead-off).

    Returns:
        The view; an all-missing strip is a flat line that is bad everywhere.

    Raises:
        SignalError: rate, mains frequency or layout.
    """
    fs_hz, mains_hz = check_rate(fs_hz), check_mains(mains_hz)
    x: Float64 = single_lead(ecg_mv) if np.size(ecg_mv) else np.full(1, np.nan)
    lost: NDArray[np.bool_] = ~(np.abs(x) < _IMPOSSIBLE_MV)  # true of NaN too
    if bad is not None and np.size(bad):
        if np.shape(bad) != x.shape:
            raise ShapeError(f"The mask of bad samples has shape {np.shape(bad)}, the lead {x.shape}.")
        lost |= np.asarray(bad, bool)
    level = float(np.median(x[~lost])) if not lost.all() else 0.0
    raw = resample(bridge(np.where(lost, level, x) - level, lost), max(1, resampled_length(x.size, fs_hz, GRID_HZ)))
    clean = _clean(raw, mains_hz)
    at = np.minimum((np.arange(raw.size) * (x.size / raw.size)).astype(int), x.size - 1)
    near = lost[at]
    if near.any():
        near = np.asarray(binary_dilation(near, iterations=round(_AROUND_BAD_S * GRID_HZ)), bool)
    return BeatView(raw, clean, near)


def _clean(raw_mv: Float64, mains_hz: float) -> Float64:
    notch = mains_notch(mains_hz)
    quiet = notch.zero_phase(raw_mv) if raw_mv.size > notch.extension else raw_mv
    return gaussian_filter1d(quiet, _LOW_PASS_S * GRID_HZ, mode="nearest")
