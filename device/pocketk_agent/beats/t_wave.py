"""The T wave of one beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.bump_search import largest_bump
from pocketk_agent.beats.rules import TWaveRules
from pocketk_agent.beats.slopes import bumps, slope, smoothed
from pocketk_agent.beats.view import GRID_HZ

Float64 = NDArray[np.float64]

# The level at the end of QRS is held this long before it, so that the filters do not see the QRS.
_HELD = 100
_PEAK_HALF_S = 0.04
_SMALLEST_WINDOW = 25


@dataclass(frozen=True)
class TWave:
    """Boundaries in samples of the window it was searched in, and its height.

    Attributes:
        peak: largest deflection.
        offset: its end, where the trapezium of Vazquez-Seisdedos et al. is largest.
        tangent_offset: where the steepest tangent of its fall meets the level after it (Lepeschkin and
            Surawicz, Circulation 1952), the second opinion on the end; None where it misses the window.
        height_mv: positive whichever way it points.
        sign: +1 or -1.
    """

    peak: float
    offset: float
    tangent_offset: float | None
    height_mv: float
    sign: float


def find_t_wave(x_mv: Float64, r: int, qrs_offset: float, rr: float, rules: TWaveRules) -> TWave | None:
    """The largest bump after QRS, or None where there is no room for one.

    Args:
        x_mv: (W,) one beat's window on the 500 Hz grid, ending before the next QRS.
        r: sample of the beat's largest deflection.
        qrs_offset: sample, as found.
        rr: samples to the next beat.
        rules: numbers.
    """
    start = max(0, int(qrs_offset))
    first, stop = start + round(rules.after_s * GRID_HZ), min(x_mv.size, r + int(rules.latest_rr * rr))
    if stop - first < _SMALLEST_WINDOW:
        return None
    origin = start - _HELD
    after = np.concatenate([np.full(_HELD, x_mv[start : start + 3].mean()), x_mv[start:]])
    bump = largest_bump(bumps(after, rules.scale_s), first - origin, stop - origin, rules.negative)
    if bump is None:
        return None
    wave = bump.sign * smoothed(after, rules.smooth_s)
    left = max(first - origin, bump.at - round(_PEAK_HALF_S * GRID_HZ))
    peak = left + int(np.argmax(wave[left : bump.at + round(_PEAK_HALF_S * GRID_HZ) + 1]))
    end = _end(wave, peak, rules)
    if end is None:
        return None
    offset, tangent = end
    tangent = None if tangent is None else tangent + origin
    moved = offset + origin - rules.shift_off_s * GRID_HZ
    return TWave(float(peak + origin), moved, tangent, bump.height_mv, bump.sign)


def _end(wave: Float64, peak: int, rules: TWaveRules) -> tuple[float, float | None] | None:
    """End of an upright wave by trapezium and by tangent, or None where the window ends on its fall."""
    fall = slope(wave, rules.smooth_s)[peak : peak + round(rules.half_s * GRID_HZ)]
    if fall.size < 5:
        return None
    steepest = peak + int(np.argmin(fall))
    reference = min(steepest + round(rules.area_s * GRID_HZ), wave.size - 1)
    at = np.arange(steepest, reference)
    if at.size < 3:
        return None
    # Vazquez-Seisdedos CR et al., Biomedical Engineering Online 2011;10:43: of the trapezia over the points of
    # the fall, the one that touches T's end is the largest.
    area = (wave[steepest] - wave[at]) * (2 * reference - at - steepest)
    end = float(at[np.argmax(area)])
    gradient = float(fall.min())
    level = float(np.median(wave[int(end) : int(end) + 10]))
    tangent = steepest + (level - float(wave[steepest])) / gradient if gradient < 0.0 else np.inf
    return end, (float(tangent) if peak < tangent < wave.size else None)
