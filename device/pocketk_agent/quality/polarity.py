"""Hands swapped: a Lead I that stands on its head."""

import numpy as np
from bottleneck import median

from pocketk_agent.quality.clip_view import BEFORE_S, ClipView
from pocketk_agent.quality.thresholds import Thresholds

# Places of the median beat, seconds from its QRS complex: the level before P and after it, P, QRS and T. Engineering
# choices for a PR of 120 to 240 ms; T ends are left out, since a fast heart's next P lies there.
_LEVEL_UNTIL_S, _PR_S, _P_S, _QRS_HALF_S, _T_S = -0.24, (-0.07, -0.05), (-0.22, -0.075), 0.06, (0.13, 0.36)
_ENDS = 3


def looks_reversed(view: ClipView, limits: Thresholds) -> bool:
    """Whether P, QRS and T of the median beat all point down, as with left and right hand swapped.

    In sinus rhythm P of Lead I points up; a disease that turns QRS or T leaves it so. Without P waves (atrial
    fibrillation) swapped hands cannot be told from an axis, and are not named.

    Args:
        view: clip without much noise.
        limits: thresholds.
    """
    beat, fs_hz, height = view.median_mv, view.fs_hz, view.qrs_mv
    if height <= 0.0 or len(view.beats_mv) < limits.least_beats:
        return False

    def place(seconds: float) -> int:
        return round((BEFORE_S + seconds) * fs_hz)

    level = float(median(np.concatenate([beat[: place(_LEVEL_UNTIL_S)], beat[place(_PR_S[0]) : place(_PR_S[1])]])))
    p = beat[place(_P_S[0]) : place(_P_S[1])]
    p = p - np.linspace(p[:_ENDS].mean(), p[-_ENDS:].mean(), p.size)
    qrs = beat[place(-_QRS_HALF_S) : place(_QRS_HALF_S)] - level
    t = float(np.mean(beat[place(_T_S[0]) : place(_T_S[1])])) - level
    p_down = float(p.mean()) < -limits.p_share * height and p[np.argmax(np.abs(p))] < 0.0
    return p_down and -float(qrs.min()) > limits.qrs_down * max(float(qrs.max()), 0.0) and t < 0.0
