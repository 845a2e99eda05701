"""Gaps, bridged samples, and where clips may lie."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A rail that ends 0.1 s before a clip moves it by 2.6 z, a bridged gap 2 s away by nothing (measured on 33
# hand-held strips); 1 s is the distance that the architecture fixes.
CLEARANCE_S = 1.0
# Clips may come from any good part of the first minute.
SEARCH_S = 60.0


@dataclass(frozen=True)
class Span:
    """Samples start (included) to stop (excluded)."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.stop - self.start


def true_spans(mask: NDArray[np.bool_]) -> list[Span]:
    """The runs of True in a mask, in order."""
    if not mask.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [Span(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def bridge(x: NDArray[np.float64], bad: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Replace bad samples by a straight line between their good neighbours.

    At an end without a neighbour the nearest good value is held; a segment with no good sample becomes zero.
    """
    if not bad.any():
        return x
    good = np.flatnonzero(~bad)
    if good.size == 0:
        return np.zeros_like(x)
    bridged = x.copy()
    at = np.flatnonzero(bad)
    bridged[at] = np.interp(at, good, x[good])
    return bridged


def clip_starts(usable: list[Span], clip_samples: int, at_most: int) -> list[int]:
    """Starts of the earliest non-overlapping clips that lie whole inside usable spans."""
    starts: list[int] = []
    for span in usable:
        for start in range(span.start, span.stop - clip_samples + 1, clip_samples):
            if len(starts) == at_most:
                return starts
            starts.append(start)
    return starts


def usable_spans(n_samples: int, bridged: list[Span], clearance: int) -> list[Span]:
    """What is left of a segment when every bridged span is cut out with its clearance on both sides."""
    spans, start = [], 0
    for hole in bridged:
        if hole.start - clearance > start:
            spans.append(Span(start, hole.start - clearance))
        start = max(start, hole.stop + clearance)
    if start < n_samples:
        spans.append(Span(start, n_samples))
    return spans
