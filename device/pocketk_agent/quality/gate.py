"""The first quality gate: is there a heartbeat in this stretch that one may score? It never raises."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS, Thresholds
from pocketk_agent.signal.qrs import Beats, detect_beats
from pocketk_agent.signal.qrs_detector import QrsDetector
from pocketk_agent.signal.segments import true_spans

Mask = NDArray[np.bool_]
Float64 = NDArray[np.float64]
Places = NDArray[np.intp]

# Half-width of the QRS window that is compared between beats, and of the one that is left out between them.
_QRS_HALF_S, _BEAT_HALF_S = 0.06, 0.15


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
    spread = maximum_filter1d(x_mv, width, mode="nearest") - minimum_filter1d(x_mv, width, mode="nearest")
    # A window with too small a spread condemns all of its samples, not only the one in its middle.
    still = spread < limits.flat_mv
    if still.any():
        still = maximum_filter1d(still.astype(np.int8), width, mode="constant").astype(bool)
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
    filled = np.where(missing, np.median(x_mv[~missing]), x_mv)
    flat = _flat(filled, fs_hz, limits) & ~missing & ~off & ~rail
    return SampleFlags(missing, off, (rail | _stuck(filled, fs_hz, limits)) & ~missing & ~flat & ~off, flat)


def _alikeness(beats: Beats, at: Places, fs_hz: float) -> float:
    """Mean correlation of the QRS complexes with their median complex."""
    half = max(1, round(_QRS_HALF_S * fs_hz))
    inside = at[(at >= half) & (at < beats.shaped_mv.size - half)]
    if inside.size == 0:
        return 0.0
    shapes = beats.shaped_mv[inside[:, None] + np.arange(-half, half + 1)]
    shapes = shapes - shapes.mean(axis=1, keepdims=True)
    typical = np.median(shapes, axis=0)
    norms = np.linalg.norm(shapes, axis=1) * np.linalg.norm(typical)
    return float(np.mean((shapes @ typical) / np.maximum(norms, 1e-12)))


def _without_t_waves(beats: Beats, x_mv: Float64, fs_hz: float, mains_hz: float) -> tuple[Places, Places]:
    """Samples of the beats, and of the T waves that are tall enough for beats, as in hyperkalaemia.

    Where there are such T waves they have set the level of `detect_beats`, and the QRS detector's beats count.
    """
    detector = QrsDetector(fs_hz, mains_hz)
    found = sorted([*detector.feed(x_mv), *detector.finish()])
    t_waves = np.array(detector.tall_t_waves, np.intp)
    return np.array(found, np.intp) if t_waves.size else beats.at, t_waves


def _noise_between(beats: Beats, at: Places, t_waves: Places, fs_hz: float) -> float:
    """Root-mean-square slope between the beats, tall T waves apart, over the typical slope of a beat."""
    half = round(_BEAT_HALF_S * fs_hz)
    between = np.ones(beats.slope.size, bool)
    for k in np.concatenate([at, t_waves]):
        between[max(0, k - half) : k + half] = False
    if np.count_nonzero(between) < half:
        return 0.0
    return float(np.sqrt(np.mean(beats.slope[between] ** 2)) / np.median(beats.slope[at]))


def judge_clip(
    x_mv: Float64, fs_hz: float, mains_hz: float = 50.0, limits: Thresholds = DEFAULT_THRESHOLDS
) -> tuple[QualityReason, ...]:
    """Say why a clip without flagged samples is not fit to be scored; empty when it is.

    Args:
        x_mv: (n,) millivolts, some seconds of finite samples.
        fs_hz: rate.
        mains_hz: 50 or 60.
        limits: thresholds.
    """
    if x_mv.size < fs_hz or not np.isfinite(x_mv).all():
        return (QualityReason.GAP,)
    beats = detect_beats(x_mv, fs_hz, mains_hz)
    (at, t_waves), seconds = _without_t_waves(beats, x_mv, fs_hz, mains_hz), x_mv.size / fs_hz
    if at.size < limits.min_beats * seconds / 10.0:
        return (QualityReason.NO_QRS,)
    pauses = np.diff(np.concatenate([[0], at, [x_mv.size]])) / fs_hz
    alike, noise = _alikeness(beats, at, fs_hz), _noise_between(beats, at, t_waves, fs_hz)
    noisy = noise > limits.noise_between_beats or alike < limits.min_alikeness
    if noisy or (noise > limits.noise_unlike and alike < limits.alikeness_noisy):
        return (QualityReason.NOISE,)
    return (QualityReason.NO_QRS,) if pauses.max() > limits.max_rr_s else ()
