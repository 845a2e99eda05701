"""The P wave of one beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.bump_search import largest_bump
from pocketk_agent.beats.rules import PWaveRules
from pocketk_agent.beats.slopes import Walk, bumps, foot, slope, smoothed
from pocketk_agent.beats.view import GRID_HZ

# The level at QRS onset is held this long beyond it, so that the filters do not see the QRS.
_HELD = 60
_PEAK_HALF_S = 0.02


@dataclass(frozen=True)
class PWave:
    """Boundaries in samples of the window it was searched in, and its height."""

    onset: float
    peak: float
    offset: float
    height_mv: float


def find_p_wave(x_mv: NDArray[np.float64], qrs_onset: float, rules: PWaveRules) -> PWave | None:
    """The largest bump before QRS onset, or None where there is no room for one.

    Whether a bump is a P wave at all is not decided here: one beat cannot tell it from noise.

    Args:
        x_mv: (W,) one beat's window on the 500 Hz grid.
        qrs_onset: sample, as found.
        rules: numbers.
    """
    end = int(qrs_onset)
    if end < 3 or end > x_mv.size:
        return None
    before = np.concatenate([x_mv[:end], np.full(_HELD, x_mv[end - 3 : end].mean())])
    first, stop = max(0, end - round(rules.before_s * GRID_HZ)), end - round(rules.gap_s * GRID_HZ)
    bump = largest_bump(bumps(before, rules.scale_s), first, stop, rules.negative)
    if bump is None:
        return None
    wave, rise = bump.sign * smoothed(before, rules.smooth_s), bump.sign * slope(before, rules.smooth_s)
    left = max(0, bump.at - round(_PEAK_HALF_S * GRID_HZ))
    peak = left + int(np.argmax(wave[left : min(end, bump.at + round(_PEAK_HALF_S * GRID_HZ) + 1)]))
    half = round(rules.half_s * GRID_HZ)
    onset = foot(rise, Walk(peak, max(0, peak - half)), rules.share_on)
    offset = foot(-rise, Walk(peak, min(end, peak + half)), rules.share_off)
    return PWave(
        onset - rules.shift_on_s * GRID_HZ,
        float(peak),
        min(offset - rules.shift_off_s * GRID_HZ, qrs_onset),
        bump.height_mv,
    )
