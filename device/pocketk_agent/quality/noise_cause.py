"""Noise that hides the heart, and what it comes from."""

import numpy as np
from bottleneck import median
from numpy.typing import NDArray

from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.mains_noise import mains_mv
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import Thresholds


def find_noise(view: ClipView, limits: Thresholds) -> QualityReason | None:
    """Mains, motion or muscle noise, None where the heart is clear of them.

    Args:
        view: clip with at least one beat.
        limits: thresholds.
    """
    if mains_mv(view.x_mv, view.fs_hz, limits.mains_over_others) > limits.mains_mv:
        return QualityReason.MAINS
    return cause_of_noise(view, limits) if is_noisy(view, limits) else None


def cause_of_noise(view: ClipView, limits: Thresholds) -> QualityReason:
    """Whether noise that is there comes from muscles or from movement, by how fast it is."""
    slow, fast = view.differences
    return QualityReason.MUSCLE_NOISE if fast > limits.muscle_ratio * slow else QualityReason.MOTION


def is_noisy(view: ClipView, limits: Thresholds) -> bool:
    """Whether what lies between the beats, or how they differ, is more than a heart makes."""
    noise, alike, (slow, fast) = view.noise_between(), view.alikeness, view.differences
    if noise > limits.noise_between_beats or alike < limits.min_alikeness:
        return True
    if noise > limits.noise_unlike and alike < limits.alikeness_noisy:
        return True
    if slow > limits.steady_slow and rr_spread(view) < limits.steady_rr:
        return True
    return slow > limits.slow_difference and (noise > limits.slow_noise or fast > limits.slow_fast)


def rr_spread(view: ClipView) -> float:
    """Median deviation of the intervals from their median, over it; infinite with fewer than two."""
    intervals = np.diff(view.at)
    if intervals.size < 2:
        return np.inf
    usual = float(median(intervals))
    return float(median(np.abs(intervals - usual))) / usual


def spoilt_seconds(view: ClipView, limits: Thresholds) -> NDArray[np.bool_]:
    """(s,) for each whole second whether what lies between its beats is too much."""
    n = round(view.fs_hz)
    return np.array([is_spoilt(view, k * n, (k + 1) * n, limits) for k in range(view.x_mv.size // n)])


def is_spoilt(view: ClipView, start: int, stop: int, limits: Thresholds) -> bool:
    """Whether what lies between the beats of a part is too much."""
    return view.noise_between(start, stop) > limits.second_noise
