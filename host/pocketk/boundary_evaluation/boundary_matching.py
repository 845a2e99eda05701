"""Boundaries found against boundaries marked: a match lies within 150 ms, each boundary once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float64 = NDArray[np.float64]

# The window of ANSI/AAMI EC57 for beats, used here for every boundary.
WINDOW_S = 0.150


@dataclass(frozen=True)
class BoundaryMatch:
    """What became of one boundary in one record.

    Attributes:
        errors_ms: (n,) found minus marked, for the marks that were found.
        n_marked: marks.
        n_extra: found between the first and the last marked beat, and matched by no mark.
    """

    errors_ms: tuple[float, ...]
    n_marked: int
    n_extra: int


def match_boundary(marked_s: Float64, found_s: Float64, from_s: float, to_s: float) -> BoundaryMatch:
    """Pair marks and finds, the nearest pair first.

    Args:
        marked_s: (n,) seconds.
        found_s: (m,) seconds.
        from_s: beginning of the first marked beat.
        to_s: end of the last one.
    """
    marked, found = np.sort(marked_s), np.sort(found_s)
    distance = np.abs(marked[:, None] - found[None, :])
    pairs: list[tuple[int, int]] = []
    free_marked, free_found = np.ones(marked.size, bool), np.ones(found.size, bool)
    for flat in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(flat), found.size)
        if distance[i, j] > WINDOW_S:
            break
        if free_marked[i] and free_found[j]:
            free_marked[i] = free_found[j] = False
            pairs.append((i, j))
    # Beyond the marked beats nothing is marked (first and last beats of a ludb record), so nothing there is an extra.
    inside = (found >= from_s) & (found <= to_s)
    errors = tuple(float(1000.0 * (found[j] - marked[i])) for i, j in sorted(pairs))
    return BoundaryMatch(errors, int(marked.size), int(np.count_nonzero(inside & free_found)))
