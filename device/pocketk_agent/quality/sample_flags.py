"""What is wrong with single samples: lost, without contact, at a rail, or without life."""

from dataclasses import dataclass

import numpy as np
from bottleneck import median
from numpy.typing import NDArray

from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS, Thresholds
from pocketk_agent.signal.moving_window import moving_max, moving_min
from pocketk_agent.signal.segments import true_spans

Mask = NDArray[np.bool_]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class SampleFlags:
    """What is wrong with single samples of a strip; masks of shape (T,)."""

    missing: Mask
    lead_off: Mask
    saturated: Mask
    flat: Mask

    @property
    def bad(self) -> Mask:
        """Present, but not the heart's: to be bridged, never scored."""
        return (self.lead_off | self.saturated | self.flat) & ~self.missing

    def by_reason(self) -> dict[QualityReason, Mask]:
        """The masks by reason code."""
        return {
            QualityReason.GAP: self.missing,
            QualityReason.LEAD_OFF: self.lead_off,
            QualityReason.FLAT: self.flat,
            QualityReason.SATURATED: self.saturated,
        }


def _flat(x_mv: Float64, fs_hz: float, limits: Thresholds) -> Mask:
    width = max(1, round(limits.flat_window_s * fs_hz))
    spread = moving_max(x_mv, width) - moving_min(x_mv, width)
    # A window with too small a spread condemns all of its samples, not only the one in its middle.
    still = spread < limits.flat_mv
    if still.any():
        still = moving_max(still.astype(np.float64), width).astype(bool)
    return still | _runs(np.concatenate([[False], np.diff(x_mv) == 0.0]), round(limits.held_s * fs_hz))


def _runs(same: Mask, shortest: int) -> Mask:
    """The runs of True that are at least that long."""
    kept = np.zeros(same.size, bool)
    for span in true_spans(same):
        if span.length >= shortest:
            kept[span.start : span.stop] = True
    return kept


def _stuck(x_mv: Float64, fs_hz: float, limits: Thresholds) -> Mask:
    """Runs at the strip's own extreme values that no heart makes: an undeclared rail."""
    shortest = max(2, round(limits.stuck_s * fs_hz))
    return _runs(x_mv == x_mv.min(), shortest) | _runs(x_mv == x_mv.max(), shortest)


def flag_samples(
    x_mv: Float64,
    fs_hz: float,
    lead_off: Mask | None = None,
    saturated: Mask | None = None,
    limits: Thresholds = DEFAULT_THRESHOLDS,
) -> SampleFlags:
    """Say of every sample what is wrong with it.

    Args:
        x_mv: (T,) millivolts, NaN or infinite where a sample is missing.
        fs_hz: rate.
        lead_off: (T,) from the front end, None if it cannot tell.
        saturated: (T,) from the front end's rails, None if it has none.
        limits: thresholds.
    """
    missing = ~np.isfinite(x_mv)
    none = np.zeros(x_mv.size, bool)
    off = none if lead_off is None else lead_off & ~missing
    # Without contact the input floats to a rail: that is the same fault, named once.
    rail = none if saturated is None else saturated & ~missing & ~off
    if missing.all():
        return SampleFlags(missing, off, rail, none)
    filled = np.where(missing, median(x_mv[~missing]), x_mv)
    flat = _flat(filled, fs_hz, limits) & ~missing & ~off & ~rail
    return SampleFlags(missing, off, (rail | _stuck(filled, fs_hz, limits)) & ~missing & ~flat & ~off, flat)
