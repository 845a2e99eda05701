"""Pacemaker pulses: needles that no heart makes."""

import numpy as np
from bottleneck import median

from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.thresholds import Thresholds
from pocketk_agent.signal.pacer_pulses import needles_mv

# Two edges of one pulse, or a pulse in the atrium and one in the ventricle, are one (engineering choice).
_APART_S = 0.25


def looks_paced(view: ClipView, limits: Thresholds) -> bool:
    """Whether needles as high as a good part of the QRS complex come as often as a pacemaker's pulses.

    A recorder that filters or blanks pulses leaves none to be found.

    Args:
        view: clip without much noise.
        limits: thresholds.
    """
    needles = np.abs(needles_mv(view.x_mv, view.fs_hz))
    noise_mv = float(median(needles))
    least_mv = max(limits.pulse_mv, limits.pulse_share * view.qrs_mv, limits.pulse_over_noise * noise_mv)
    at = np.flatnonzero(needles > least_mv)
    pulses = 0 if at.size == 0 else 1 + np.count_nonzero(np.diff(at) > _APART_S * view.fs_hz)
    return bool(pulses >= limits.pulses_per_minute * view.seconds / 60.0)
