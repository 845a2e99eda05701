"""P, QRS and T of one beat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.boundaries import Boundaries
from pocketk_agent.beats.p_wave import find_p_wave
from pocketk_agent.beats.qrs_bounds import find_qrs_bounds
from pocketk_agent.beats.rules import DelineationRules
from pocketk_agent.beats.t_wave import find_t_wave


@dataclass(frozen=True)
class DelineatedBeat:
    """What was found in one beat's window.

    Attributes:
        boundaries: samples of the window.
        p_height_mv: height of the bump taken for P, 0 where none.
        t_height_mv: height of the bump taken for T, 0 where none.
        t_tangent_offset: T's end by the tangent method, samples.
    """

    boundaries: Boundaries
    p_height_mv: float = 0.0
    t_height_mv: float = 0.0
    t_tangent_offset: float | None = None


def delineate_beat(x_mv: NDArray[np.float64], r: int, rr: float, rules: DelineationRules) -> DelineatedBeat | None:
    """Delineate the beat at sample `r`.

    Args:
        x_mv: (W,) its window on the 500 Hz grid, from after the last T wave to before the next QRS.
        r: sample of its largest deflection within the window.
        rr: samples to the next beat.
        rules: numbers.

    Returns:
        None where there is no QRS to measure from (flat line, window's edge).
    """
    qrs = find_qrs_bounds(x_mv, r, rules.qrs)
    if qrs is None:
        return None
    p = find_p_wave(x_mv, qrs[0], rules.p)
    t = find_t_wave(x_mv, r, qrs[1], rr, rules.t)
    boundaries = Boundaries(
        p_onset=p and p.onset,
        p_peak=p and p.peak,
        p_offset=p and p.offset,
        qrs_onset=qrs[0],
        r_peak=float(r),
        qrs_offset=qrs[1],
        t_peak=t and t.peak,
        t_offset=t and t.offset,
    )
    return DelineatedBeat(boundaries, p.height_mv if p else 0.0, t.height_mv if t else 0.0, t and t.tangent_offset)
