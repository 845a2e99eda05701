"""Onset and end of one QRS complex."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.rules import QrsBoundaryRules
from pocketk_agent.beats.slopes import Walk, last_above, slope
from pocketk_agent.beats.view import GRID_HZ

# The steepest slope of a QRS lies this near to its largest deflection.
_NEAR_PEAK_S = 0.06


def find_qrs_bounds(x_mv: NDArray[np.float64], r: int, rules: QrsBoundaryRules) -> tuple[float, float] | None:
    """Onset and end of the complex at sample `r`, None on a flat line or at a window's edge.

    The complex lasts from the peak outwards for as long as the slope stays above a share of the steepest
    (the derivative threshold of Laguna, Jane and Caminal, Computers and Biomedical Research 1994).

    Args:
        x_mv: (W,) one beat's window on the 500 Hz grid.
        r: sample of the largest deflection.
        rules: numbers.
    """
    steep = np.abs(slope(x_mv, rules.slope_s))
    near = steep[max(0, r - round(_NEAR_PEAK_S * GRID_HZ)) : r + round(_NEAR_PEAK_S * GRID_HZ) + 1]
    first = max(0, r - round(rules.before_s * GRID_HZ))
    last = min(steep.size - 1, r + round(rules.after_s * GRID_HZ))
    if near.size == 0 or not near.max() > 0.0 or not first < r < last:
        return None
    top, noise = float(near.max()), rules.noise * float(np.median(steep))
    floor, silence = min(noise, rules.noise_most * top), round(rules.silence_s * GRID_HZ)
    onset = last_above(steep, Walk(r, first), max(rules.share_on * top, floor), silence)
    offset = last_above(steep, Walk(r, last), max(rules.share_off * top, floor), silence)
    return onset - rules.shift_on_s * GRID_HZ, offset - rules.shift_off_s * GRID_HZ
