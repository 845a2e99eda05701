"""A median beat taken apart into P, QRS and T, each able to be moved and stretched on its own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from pocketk.simulator.beat_alignment import GRID_HZ

Floats = NDArray[np.float64]

P_TO_QRS_S, QRS_TO_T_S = -0.055, 0.065  # middles of the logistic masks
_MASK_SCALE_S = 0.006  # engineering choice: a mask is through within about 25 ms
T_RISE_S, T_FALL_S = 0.150, 0.130  # reach of T's cosine window before and after its peak
_FLAT_SHARE = 0.55  # of the window, around the peak, that is not tapered: a full cosine would cut T's flanks
_REACH_IN_HALF_WIDTHS = 2.2  # the window of a T broader than usual
_T_EARLIEST_S, _T_BEFORE_END_S = 0.13, 0.05
_P_REACH_S, _P_LATEST_S = 0.080, -0.075
_ONSET_SHARE, _ONSET_RANGE_S = 0.05, (-0.09, -0.02)
# The waves are slower than this, the noise is not. Polynomials: a plain average would lower a narrow T,
# and what it took off would stay behind when T is moved.
_SMOOTH_T_S, _SMOOTH_P_S, _SMOOTH_ORDER = 0.060, 0.040, 4


@dataclass(frozen=True)
class Wave:
    """One wave of the beat, zero outside its window.

    Attributes:
        mv: (M,) on the beat's grid, above the line between the wave's feet.
        peak_s: time of its peak from R.
        peak_mv: signed height above the line between its feet.
        rise_s, fall_s: half widths at half height before and after the peak.
    """

    mv: Floats
    peak_s: float
    peak_mv: float
    rise_s: float
    fall_s: float


@dataclass(frozen=True)
class BeatRegions:
    """The parts of a beat that potassium changes.

    Attributes:
        grid_s: (M,) seconds from R.
        qrs_mv: (M,) the QRS complex.
        qrs_onset_s: its beginning, seconds from R, negative.
        t_wave: T.
        p_wave: P, None where there is none above the noise.
    """

    grid_s: Floats
    qrs_mv: Floats
    qrs_onset_s: float
    t_wave: Wave
    p_wave: Wave | None


def qrs_part(grid_s: Floats, beat_mv: Floats) -> Floats:
    """(M,) the beat between the two logistic masks."""
    after_p = 1.0 / (1.0 + np.exp(-(grid_s - P_TO_QRS_S) / _MASK_SCALE_S))
    before_t = 1.0 / (1.0 + np.exp((grid_s - QRS_TO_T_S) / _MASK_SCALE_S))
    return beat_mv * after_p * before_t


def qrs_onset(grid_s: Floats, qrs_mv: Floats) -> float:
    """Where the complex first passes 5 % of its largest deflection, seconds from R."""
    passed = np.flatnonzero(np.abs(qrs_mv) > _ONSET_SHARE * np.abs(qrs_mv).max())
    return float(np.clip(grid_s[passed[0]], *_ONSET_RANGE_S)) if passed.size else _ONSET_RANGE_S[1]


def find_t_wave(grid_s: Floats, beat_mv: Floats) -> Wave | None:
    """T, upright or inverted: the largest excursion after the ST segment, None where that is no peak.

    Args:
        grid_s: (M,) seconds from R.
        beat_mv: (M,) de-trended median beat.
    """
    smooth = _smooth(beat_mv, _SMOOTH_T_S)
    inside = np.flatnonzero((grid_s >= _T_EARLIEST_S) & (grid_s <= grid_s[-1] - _T_BEFORE_END_S))
    if inside.size < 3:
        return None
    peak = _inner_peak(smooth - _line(grid_s, smooth, float(grid_s[inside[0]]), float(grid_s[-1])), inside)
    if peak is None:
        return None
    rough_rise, rough_fall = _half_widths(smooth, peak, inside[0], smooth.size - 1)
    reach = (max(T_RISE_S, _REACH_IN_HALF_WIDTHS * rough_rise), max(T_FALL_S, _REACH_IN_HALF_WIDTHS * rough_fall))
    # T may begin in the ST segment, never in the QRS complex.
    return _cut_out(grid_s, smooth, peak, (min(reach[0], grid_s[peak] - QRS_TO_T_S), reach[1]))


def find_p_wave(grid_s: Floats, beat_mv: Floats) -> Wave | None:
    """P: the largest excursion before the QRS complex, None where that is no peak."""
    smooth = _smooth(beat_mv, _SMOOTH_P_S)
    inside = np.flatnonzero((grid_s >= grid_s[0] + 0.03) & (grid_s <= _P_LATEST_S))
    if inside.size < 3:
        return None
    peak = _inner_peak(smooth - _line(grid_s, smooth, float(grid_s[0]), _P_LATEST_S), inside)
    if peak is None:
        return None
    return _cut_out(grid_s, smooth, peak, (_P_REACH_S, min(_P_REACH_S, P_TO_QRS_S - grid_s[peak] + 0.01)))


def _smooth(beat_mv: Floats, span_s: float) -> Floats:
    """(M,) a fourth-order polynomial through every span (Savitzky and Golay, Anal Chem 36:1627, 1964)."""
    return np.asarray(savgol_filter(beat_mv, 2 * round(span_s * GRID_HZ / 2) + 1, _SMOOTH_ORDER), np.float64)


def _line(grid_s: Floats, beat_mv: Floats, from_s: float, to_s: float) -> Floats:
    """(M,) straight line through the beat's levels (20 ms means) at two times."""
    levels = [float(beat_mv[np.abs(grid_s - at) <= 0.010].mean()) for at in (from_s, to_s)]
    return levels[0] + (levels[1] - levels[0]) * (grid_s - from_s) / (to_s - from_s)


def _inner_peak(above_mv: Floats, inside: NDArray[np.intp]) -> int | None:
    """Where the largest excursion is, None where it lies at the edge of the searched stretch."""
    best = int(inside[np.argmax(np.abs(above_mv[inside]))])
    return best if inside[0] < best < inside[-1] else None


def _half_widths(wave_mv: Floats, peak: int, first: int, last: int) -> tuple[float, float]:
    """Seconds from the peak to half its height on either side, at most to the ends of the stretch."""
    relative = wave_mv / wave_mv[peak] if wave_mv[peak] != 0.0 else np.ones_like(wave_mv)
    before = np.flatnonzero(relative[first:peak] < 0.5)
    after = np.flatnonzero(relative[peak : last + 1] < 0.5)
    rise = peak - (first + before[-1]) if before.size else peak - first
    fall = after[0] if after.size else last - peak
    return float(max(rise, 1) / GRID_HZ), float(max(fall, 1) / GRID_HZ)


def _cut_out(grid_s: Floats, beat_mv: Floats, peak: int, reach_s: tuple[float, float]) -> Wave:
    """The wave above the line between its feet, tapered to zero at the ends of its window."""
    at = float(grid_s[peak])
    feet = max(at - reach_s[0], float(grid_s[0])), min(at + reach_s[1], float(grid_s[-1]))
    above = beat_mv - _line(grid_s, beat_mv, *feet)
    distance = np.where(grid_s < at, (at - grid_s) / (at - feet[0]), (grid_s - at) / (feet[1] - at))
    taper = 0.5 * (1.0 + np.cos(np.pi * np.clip((distance - _FLAT_SHARE) / (1.0 - _FLAT_SHARE), 0.0, 1.0)))
    wave = above * taper
    rise, fall = _half_widths(wave, peak, 0, wave.size - 1)
    return Wave(wave, at, float(wave[peak]), rise, fall)
