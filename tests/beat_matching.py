"""Beats found against beats marked, as ANSI/AAMI EC57 counts them: a match lies within 150 ms, each beat once."""

from dataclasses import dataclass

import numpy as np

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
    def sensitivity(self) -> float:
        """Share of the marked beats that were found."""
        return self.hits / (self.hits + self.misses)

    @property
    def positive_predictivity(self) -> float:
        """Share of the found beats that are marked."""
        return self.hits / (self.hits + self.extras) if self.hits else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.hits / (2 * self.hits + self.misses + self.extras)


def match_beats(marked: np.ndarray, found: np.ndarray, fs_hz: float, ends_marked: bool = True) -> BeatCount:
    """Pair marked and found beats in order of time, the nearer of two candidates first.

    Args:
        marked: (n,) samples.
        found: (m,) samples.
        fs_hz: rate.
        ends_marked: False where the first and last beats of a record carry no mark (ludb): what was found beyond
            the marked stretch is then not counted.
    """
    window = WINDOW_S * fs_hz
    marked, found = np.sort(marked), np.sort(found)
    if not ends_marked:
        found = found[(found >= marked[0] - window) & (found <= marked[-1] + window)]
    distance = np.abs(marked[:, None] - found[None, :]) if found.size else np.zeros((marked.size, 0))
    taken_marked, taken_found = np.zeros(marked.size, bool), np.zeros(found.size, bool)
    for flat in np.argsort(distance, axis=None, kind="stable"):
        i, j = divmod(int(flat), found.size)
        if distance[i, j] > window:
            break
        if not (taken_marked[i] or taken_found[j]):
            taken_marked[i] = taken_found[j] = True
    hits = int(taken_marked.sum())
    return BeatCount(hits, marked.size - hits, found.size - hits)
