"""The baseline through the isoelectric points before each QRS."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.view import GRID_HZ

Float64 = NDArray[np.float64]

# The level is read between these times before the beat's fiducial, within the PR segment (Meyer and Keiser,
# Computers and Biomedical Research 1977, lay a cubic spline through such knots).
_KNOT_FROM_S, _KNOT_TO_S = 0.07, 0.05


def knot_baseline(x_mv: Float64, at: NDArray[np.intp]) -> Float64:
    """(T,) a smooth line through the level before each beat, level beyond the first and the last.

    Args:
        x_mv: (T,) on the 500 Hz grid.
        at: (n,) samples of the beats, in order.
    """
    first, last = round(_KNOT_FROM_S * GRID_HZ), round(_KNOT_TO_S * GRID_HZ)
    at = at[at >= first]
    if at.size == 0:
        return np.full(x_mv.size, float(np.median(x_mv)) if x_mv.size else 0.0)
    knots = np.unique(at - (first + last) // 2)
    half = (first - last) // 2
    levels = np.array([np.median(x_mv[max(0, k - half) : k + half + 1]) for k in knots])
    return _cubic(np.arange(x_mv.size, dtype=np.float64), knots.astype(np.float64), levels)


def _cubic(x: Float64, knots: Float64, levels: Float64) -> Float64:
    """Cubic Hermite interpolation with central-difference slopes."""
    if knots.size < 3:
        return np.interp(x, knots, levels)
    slopes = np.gradient(levels, knots)
    inside = np.clip(x, knots[0], knots[-1])
    i = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, knots.size - 2)
    span = knots[i + 1] - knots[i]
    t = (inside - knots[i]) / span
    return (
        (1 + 2 * t) * (1 - t) ** 2 * levels[i]
        + t * (1 - t) ** 2 * span * slopes[i]
        + t**2 * (3 - 2 * t) * levels[i + 1]
        + t**2 * (t - 1) * span * slopes[i + 1]
    )
