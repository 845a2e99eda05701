"""Is there a rhythm that one may score?"""

import numpy as np

from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import Thresholds


def find_rhythm_fault(view: ClipView, limits: Thresholds) -> QualityReason | None:
    """No reliable QRS, or a rate out of range; None where the rhythm is one.

    Args:
        view: clip.
        limits: thresholds.
    """
    if view.at.size < max(2.0, limits.min_beats * view.seconds / 10.0):
        return QualityReason.NO_QRS
    pauses = np.diff(np.concatenate([[0], view.at, [view.x_mv.size]])) / view.fs_hz
    if pauses.max() > limits.max_rr_s:
        return QualityReason.NO_QRS
    rate_bpm = 60.0 / float(np.mean(np.diff(view.at)) / view.fs_hz)
    inside = limits.slowest_bpm <= rate_bpm <= limits.fastest_bpm
    return None if inside else QualityReason.RATE_OUT_OF_RANGE
