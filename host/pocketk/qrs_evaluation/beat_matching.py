"""Beats found against beats marked, as ANSI/AAMI EC57 counts them: a match lies within 150 ms, each beat once."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 0.150


@dataclass(frozen=True)
class BeatCount:
    """True positives, misses and extra detections; adds up over records."""

    hits: int = 0
    misses: int = 0
    extras: int = 0

    def __add__(self, other: "BeatCount") -> "BeatCount":
        return BeatCount(self.hits + other.hits, self.misses + other.misses, self.extras + other.extras)

    @property
    def marked(self) -> int:
        """Marked beats that count."""
        return self.hits + self.misses

    @property
    def sensitivity(self) -> float:
        """Share of the marked beats that were found; NaN where none is marked."""
        return self.hits / self.marked if self.marked else math.nan

    @property
    def positive_predictivity(self) -> float:
        """Share of the found beats that are marked; 0 where nothing was found."""
        return self.hits / (self.hits + self.extras) if self.hits else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two; NaN where nothing is marked and nothing found."""
        beats = 2 * self.hits + self.misses + self.extras
        return 2 * self.hits / beats if beats else math.nan


def match_beats(
    marked: NDArray[np.integer], found: NDArray[np.integer], fs_hz: float, stretch: tuple[float, float] | None = None
) -> BeatCount:
    """Pair marked and found beats, the nearest pairs first.

    Args:
        marked: (n,) samples.
        found: (m,) samples.
        fs_hz: rate.
        stretch: first and last sample between which a data set's marks are complete; what has no partner outside
            of it counts neither as missed nor as extra, and hits are counted by the mark. The whole record where
            not given.
    """
    first, last = (-math.inf, math.inf) if stretch is None else stretch
    marked, found = np.sort(marked), np.sort(found)
    taken_marked, taken_found = np.zeros(marked.size, bool), np.zeros(found.size, bool)
    for _, i, j in sorted(_pairs_within(marked, found, WINDOW_S * fs_hz)):
        if not (taken_marked[i] or taken_found[j]):
            taken_marked[i] = taken_found[j] = True
    marks_count = (marked >= first) & (marked <= last)
    finds_count = (found >= first) & (found <= last)
    return BeatCount(
        int((taken_marked & marks_count).sum()),
        int((~taken_marked & marks_count).sum()),
        int((~taken_found & finds_count).sum()),
    )


def _pairs_within(
    marked: NDArray[np.integer], found: NDArray[np.integer], window: float
) -> list[tuple[float, int, int]]:
    """Distance and places of every pair that is close enough; both sorted."""
    starts = np.searchsorted(found, marked - window, side="left")
    stops = np.searchsorted(found, marked + window, side="right")
    return [
        (abs(float(marked[i]) - float(found[j])), i, j)
        for i in range(marked.size)
        for j in range(int(starts[i]), int(stops[i]))
    ]
