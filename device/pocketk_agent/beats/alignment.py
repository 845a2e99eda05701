"""Beats of one shape laid over each other."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pocketk_agent.beats.view import GRID_HZ, BeatView

Float64 = NDArray[np.float64]

# Beats are compared over QRS and its surroundings, and moved by at most this much; engineering choices.
_HALF, _MOST = round(0.08 * GRID_HZ), round(0.03 * GRID_HZ)
# A beat belongs to the median beat when its correlation is at least this.
SAME_SHAPE = 0.85
FEWEST_BEATS = 3
# The second pass compares with the median of the first, not with a single beat.
_PASSES = 2


@dataclass(frozen=True)
class Alignment:
    """Which beats share the commonest shape, and where they lie.

    Attributes:
        found: (n,) int, QRS complexes as the detector gave them.
        at: (n,) int, the same sample of each beat's shape.
        correlation: (n,) with the commonest shape, -1 where a beat lies at the strip's edge or on bad samples.
    """

    found: NDArray[np.intp]
    at: NDArray[np.intp]
    correlation: Float64

    @property
    def same(self) -> NDArray[np.bool_]:
        """(n,) whether a beat has the commonest shape."""
        return self.correlation >= SAME_SHAPE


def align_beats(view: BeatView, found: NDArray[np.intp]) -> Alignment:
    """Lay the beats over the commonest of them by cross-correlation of their QRS complexes.

    Args:
        view: strip on the 500 Hz grid.
        found: (n,) samples of the QRS complexes on that grid.

    Returns:
        The alignment; with fewer than `FEWEST_BEATS` usable beats no beat has the commonest shape.
    """
    reach = _HALF + _MOST
    whole = (found >= reach) & (found + reach < view.clean_mv.size)
    whole[whole] = [not view.bad[r - reach : r + reach + 1].any() for r in found[whole]]
    at, correlation = found.copy(), np.full(found.size, -1.0)
    if np.count_nonzero(whole) < FEWEST_BEATS:
        return Alignment(found, at, correlation)
    beats = np.flatnonzero(whole)
    shape = _commonest(np.stack([view.clean_mv[r - _HALF : r + _HALF + 1] for r in found[beats]]))
    for _ in range(_PASSES):
        for i in beats:
            windows = _unit(sliding_window_view(view.clean_mv[found[i] - reach : found[i] + reach + 1], 2 * _HALF + 1))
            match = windows @ shape
            best = int(np.argmax(match))
            at[i], correlation[i] = found[i] + best - _MOST, match[best]
        same = correlation >= SAME_SHAPE
        if np.count_nonzero(same) < FEWEST_BEATS:
            return Alignment(found, at, np.where(whole, np.minimum(correlation, 0.0), -1.0))
        shape = _unit(np.median([view.clean_mv[r - _HALF : r + _HALF + 1] for r in at[same]], axis=0)[None])[0]
    return Alignment(found, at, correlation)


def _commonest(windows: Float64) -> Float64:
    unit = _unit(windows)
    return unit[int(np.argmax(np.median(unit @ unit.T, axis=1)))]


def _unit(windows: Float64) -> Float64:
    """(n, W) each row without its mean and of length 1; a flat row stays zero."""
    level = windows - windows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(level, axis=1, keepdims=True)
    return np.divide(level, length, out=np.zeros_like(level), where=length > 0.0)
