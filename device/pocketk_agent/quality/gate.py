"""The quality gate: is there a heartbeat in this stretch that one may score? It never raises."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.noise_cause import find_noise, spoilt_seconds
from pocketk_agent.quality.pacing import looks_paced
from pocketk_agent.quality.polarity import looks_reversed
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.rhythm import find_rhythm_fault
from pocketk_agent.quality.sample_flags import SampleFlags, flag_samples
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS, Thresholds

__all__ = ["SampleFlags", "flag_samples", "judge_clip"]

Float64 = NDArray[np.float64]

# A value beyond this is no voltage of a body, and its square would overflow.
LARGEST_MV = 1e6
# With fewer beats nothing can be said of what lies between them.
_FEWEST_BEATS = 2


def judge_clip(
    x_mv: Float64, fs_hz: float, mains_hz: float = 50.0, limits: Thresholds = DEFAULT_THRESHOLDS
) -> tuple[QualityReason, ...]:
    """Say why a clip without flagged samples is not fit to be scored; empty when it is.

    Args:
        x_mv: (n,) millivolts, some seconds of finite samples.
        fs_hz: rate.
        mains_hz: 50 or 60.
        limits: thresholds.

    Returns:
        Reasons, most disabling first. A clip without a readable heartbeat has one; a readable one may be paced and
        upside down at once.
    """
    if x_mv.size < fs_hz or not np.isfinite(x_mv).all():
        return (QualityReason.GAP,)
    if np.abs(x_mv).max() > LARGEST_MV:
        return (QualityReason.NOISE,)
    return judge_view(ClipView.of(x_mv, fs_hz, mains_hz), limits)


def judge_view(view: ClipView, limits: Thresholds = DEFAULT_THRESHOLDS) -> tuple[QualityReason, ...]:
    """The same for a clip that was looked at already.

    Args:
        view: clip.
        limits: thresholds.
    """
    reason = _disturbance(view, limits)
    if reason is not None:
        return (reason,)
    found = {QualityReason.POLARITY_REVERSED: looks_reversed, QualityReason.PACED: looks_paced}
    return tuple(reason for reason, looks in found.items() if looks(view, limits))


def _disturbance(view: ClipView, limits: Thresholds) -> QualityReason | None:
    """Why no heartbeat can be read, the cause before its consequence; None where one can."""
    fault = find_rhythm_fault(view, limits)
    beatless = fault is QualityReason.NO_QRS and view.at.size < _FEWEST_BEATS
    beats_alike = fault is QualityReason.RATE_OUT_OF_RANGE and view.alikeness > limits.rate_alikeness
    if beatless or beats_alike:
        return fault
    named = find_noise(view, limits) or fault
    if named is not None:
        return named
    if view.qrs_mv < limits.low_qrs_mv:
        return QualityReason.LOW_AMPLITUDE
    spoilt = spoilt_seconds(view, limits).mean() > 1.0 - limits.min_good_share
    return QualityReason.TOO_FEW_GOOD_SECONDS if spoilt else None
