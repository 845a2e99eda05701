"""The beat that a strip repeats."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.alignment import FEWEST_BEATS, Alignment
from pocketk_agent.beats.baseline import knot_baseline
from pocketk_agent.beats.view import GRID_HZ, BeatView

Float64 = NDArray[np.float64]

# How much before and after the fiducial is shown: at most this, and never into the neighbouring beats.
_BEFORE_S, _BEFORE_RR = 0.4, 0.6
_AFTER_S, _AFTER_RR, _NEXT_QRS_S = 0.1, 0.75, 0.04


@dataclass(frozen=True)
class MedianBeat:
    """The median of the beats that share the commonest shape, without baseline.

    Attributes:
        raw_mv: (W,) float64 millivolts, not filtered.
        clean_mv: (W,) the same without mains, above 100 Hz attenuated; boundaries are found on it.
        r: sample of the window that lies on the beats' common fiducial.
        beats: (n, W) the single beats, clean and without baseline.
        at: (n,) int, where their fiducials lie in the strip (500 Hz grid).
        rr: median RR interval in samples of the grid.
    """

    raw_mv: Float64
    clean_mv: Float64
    r: int
    beats: Float64
    at: NDArray[np.intp]
    rr: float

    @property
    def n_beats(self) -> int:
        """Number of beats it is the median of."""
        return int(self.at.size)


def median_beat(view: BeatView, alignment: Alignment) -> MedianBeat | None:
    """Lay the aligned beats over each other, or None with fewer than three whole ones.

    Args:
        view: the strip.
        alignment: its beats.
    """
    same = alignment.at[alignment.same]
    if same.size < FEWEST_BEATS:
        return None
    rr = float(np.median(np.diff(alignment.found)))
    before = int(min(_BEFORE_S * GRID_HZ, _BEFORE_RR * rr))
    after = int(min(_AFTER_RR * rr + _AFTER_S * GRID_HZ, rr - _NEXT_QRS_S * GRID_HZ))
    whole = (same >= before) & (same + after < view.clean_mv.size)
    whole[whole] = [not view.bad[r - before : r + after + 1].any() for r in same[whole]]
    if np.count_nonzero(whole) < FEWEST_BEATS:
        return None
    window = same[whole][:, None] + np.arange(-before, after + 1)
    baseline = knot_baseline(view.clean_mv, same)
    clean, raw = (view.clean_mv - baseline)[window], (view.raw_mv - baseline)[window]
    return MedianBeat(np.median(raw, axis=0), np.median(clean, axis=0), before, clean, same[whole], rr)
