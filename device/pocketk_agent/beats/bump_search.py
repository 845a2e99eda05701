"""The largest bump of a stretch: where a P or a T wave is looked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Bump:
    """A wave found.

    Attributes:
        at: sample.
        height_mv: its height, positive whichever way it points.
        sign: +1 or -1.
    """

    at: int
    height_mv: float
    sign: float


def largest_bump(height_mv: NDArray[np.float64], first: int, stop: int, negative: float) -> Bump | None:
    """The largest local extreme between two samples; at the edge of the stretch only where there is no other.

    Args:
        height_mv: (T,) from `slopes.bumps`.
        first: first sample of the stretch.
        stop: one past its last.
        negative: weight of negative bumps against positive ones.

    Returns:
        None where the stretch is shorter than 3 samples or has no local maximum.
    """
    within = height_mv[first : max(first, stop)]
    if within.size < 3:
        return None
    weight = np.where(within > 0.0, within, -negative * within)
    tops = np.flatnonzero((weight[1:-1] >= weight[:-2]) & (weight[1:-1] > weight[2:])) + 1
    if tops.size == 0:
        return None
    k = int(tops[np.argmax(weight[tops])])
    return Bump(first + k, abs(float(within[k])), 1.0 if within[k] > 0.0 else -1.0)
