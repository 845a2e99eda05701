"""Beats of a strip brought onto one fiducial point, to a fraction of a sample.

A detector marks the largest deflection of each beat, to the nearest sample, and in a biphasic complex not always
the same one. A change that is added at such marks would jitter against the beats it belongs to; here every beat is
shifted to where it fits the median beat best.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import make_interp_spline

Floats = NDArray[np.float64]

GRID_HZ = 2000.0  # four points a sample at 500 Hz: linear interpolation between them errs by 0.2 % at 40 Hz
_QRS_S = (-0.07, 0.07)  # what is aligned
_COMPARED_S = (-0.10, 0.40)  # what must be alike: QRS, ST and T, without P, which atrial fibrillation lacks
_REACH_S = 0.04  # a mark on S instead of R is this far off at most
_ROUNDS = 3
_SHARE_IN_STRIP = 0.6  # of the compared stretch, for a beat at the strip's end


@dataclass(frozen=True)
class AlignedBeats:
    """Beats on one fiducial point.

    Attributes:
        at_s: (B,) seconds from the strip's first sample, R peak of each beat.
        likeness: (B,) correlation of each beat with the median beat.
        grid_s: (M,) seconds from the R peak, at `GRID_HZ`.
        beats_mv: (B, M) the filtered beats.
        whole: (B,) bool, True where the whole window lies in the strip.
    """

    at_s: Floats
    likeness: Floats
    grid_s: Floats
    beats_mv: Floats
    whole: NDArray[np.bool_]


def align_beats(
    filtered_mv: Floats, fs_hz: float, marks: NDArray[np.intp], window_s: tuple[float, float]
) -> AlignedBeats:
    """Shift every beat to its best fit with the median beat.

    Args:
        filtered_mv: (T,) band-passed millivolts.
        fs_hz: rate.
        marks: (B,) samples near the R peaks, B of at least one.
        window_s: stretch of a beat that is returned, seconds before (negative) and after its R peak.

    Returns:
        All beats; likeness tells which resemble the median.
    """
    strip = _Strip(filtered_mv, fs_hz)
    at_s = marks / fs_hz
    qrs_s = _grid(_QRS_S)
    typical = np.median(strip.beats(at_s, qrs_s), axis=0)
    for _ in range(_ROUNDS):
        at_s = at_s + _best_shift(strip, at_s, qrs_s, typical)
        typical = np.median(strip.beats(at_s, qrs_s), axis=0)
    near = np.abs(qrs_s) <= _REACH_S
    at_s = at_s + qrs_s[near][np.argmax(np.abs(typical[near] - np.median(typical)))]
    grid_s = _grid(window_s)
    compared_s = _grid((_COMPARED_S[0], min(_COMPARED_S[1], window_s[1])))
    likeness = _likeness(strip.beats(at_s, compared_s), strip.inside(at_s, compared_s))
    whole = np.all(strip.inside(at_s, grid_s), axis=1)
    return AlignedBeats(at_s, likeness, grid_s, strip.beats(at_s, grid_s), np.asarray(whole, np.bool_))


def _grid(window_s: tuple[float, float]) -> Floats:
    return np.arange(round(window_s[0] * GRID_HZ), round(window_s[1] * GRID_HZ) + 1) / GRID_HZ


class _Strip:
    """A strip that can be read between its samples (cubic spline)."""

    def __init__(self, x_mv: Floats, fs_hz: float) -> None:
        self._end_s = (x_mv.size - 1) / fs_hz
        self._spline = make_interp_spline(np.arange(x_mv.size) / fs_hz, x_mv, k=3)

    def beats(self, at_s: Floats, grid_s: Floats) -> Floats:
        """(B, M) the strip around each beat; its end samples are held outside it."""
        return self._spline(np.clip(at_s[:, None] + grid_s[None, :], 0.0, self._end_s))

    def inside(self, at_s: Floats, grid_s: Floats) -> NDArray[np.bool_]:
        """(B, M) whether that time lies in the strip."""
        times = at_s[:, None] + grid_s[None, :]
        return (times >= 0.0) & (times <= self._end_s)


def _best_shift(strip: _Strip, at_s: Floats, qrs_s: Floats, typical: Floats) -> Floats:
    """(B,) seconds by which each beat is late, by normalised correlation with a parabola through its peak."""
    reach = round(_REACH_S * GRID_HZ)
    wide_s = np.arange(round(qrs_s[0] * GRID_HZ) - reach, round(qrs_s[-1] * GRID_HZ) + reach + 1) / GRID_HZ
    wide = strip.beats(at_s, wide_s)
    lagged = np.lib.stride_tricks.sliding_window_view(wide, qrs_s.size, axis=1)
    shape = typical - np.mean(typical)
    total, square = lagged.sum(axis=2), np.einsum("blm,blm->bl", lagged, lagged)
    spread = np.sqrt(np.maximum(square - total * total / qrs_s.size, 1e-18))
    fit = (lagged @ shape) / spread
    best = np.clip(np.argmax(fit, axis=1), 1, fit.shape[1] - 2)
    rows = np.arange(fit.shape[0])
    left, peak, right = fit[rows, best - 1], fit[rows, best], fit[rows, best + 1]
    bend = left - 2.0 * peak + right
    between = np.divide(0.5 * (left - right), bend, out=np.zeros_like(bend), where=bend < 0.0)
    return (best - reach + np.clip(between, -0.5, 0.5)) / GRID_HZ


def _likeness(beats: Floats, known: NDArray[np.bool_]) -> Floats:
    """(B,) correlation with the median beat over what lies in the strip; 0 where too little does."""
    typical = np.broadcast_to(np.median(beats, axis=0), beats.shape)
    own, of_median = _centred(beats, known), _centred(typical, known)
    both = np.sqrt((own**2).sum(axis=1) * (of_median**2).sum(axis=1))
    likeness = np.divide((own * of_median).sum(axis=1), both, out=np.zeros(len(both)), where=both > 0.0)
    return np.where(known.mean(axis=1) >= _SHARE_IN_STRIP, likeness, 0.0)


def _centred(beats: Floats, known: NDArray[np.bool_]) -> Floats:
    """(B, M) each beat less its mean over what is known, 0 elsewhere."""
    mean = np.where(known, beats, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, beats - mean[:, None], 0.0)
