"""A clip as the gate looks at it: its beats laid over each other, and what differs between them."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from bottleneck import median
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pocketk_agent.signal.moving_window import moving_mean
from pocketk_agent.signal.qrs import shape, slope_magnitude
from pocketk_agent.signal.qrs_detector import QrsDetector
from pocketk_agent.signal.qrs_rules import QrsRules

Float64 = NDArray[np.float64]
Places = NDArray[np.intp]

# All engineering choices: the QRS that is compared between beats, how far beats are moved for it, what is left out
# around a beat, the stretch of a beat from P to T, and the width that parts slow from fast disturbance (9 Hz).
_QRS_HALF_S, _MOVED_S, _BEAT_HALF_S = 0.06, 0.03, 0.15
BEFORE_S, AFTER_S = 0.28, 0.40
_SLOW_S = 0.05
_PASSES = 2


@dataclass(frozen=True)
class ClipView:
    """One clip of finite samples, and its beats.

    Attributes:
        x_mv: (n,) millivolts.
        fs_hz: rate.
        mains_hz: 50 or 60.
        shaped_mv: (n,) without baseline and mains.
        slope: (n,) smoothed slope magnitude, millivolts per 20 ms.
        at: (b,) samples of the beats, each at the same place of its QRS complex.
        t_waves: (t,) samples of T waves that are tall enough for beats.
    """

    x_mv: Float64
    fs_hz: float
    mains_hz: float
    shaped_mv: Float64 = field(repr=False)
    slope: Float64 = field(repr=False)
    at: Places
    t_waves: Places

    @classmethod
    def of(cls, x_mv: Float64, fs_hz: float, mains_hz: float) -> "ClipView":
        """Find the beats and lay them over each other."""
        rules, detector = QrsRules(), QrsDetector(fs_hz, mains_hz)
        found = np.array(sorted([*detector.feed(x_mv), *detector.finish()]), np.intp)
        shaped = shape(x_mv, fs_hz, mains_hz)
        slope = slope_magnitude(shaped, fs_hz, rules.slope_s, rules.energy_s)
        at = _aligned(shaped, found, fs_hz)
        return cls(x_mv, fs_hz, mains_hz, shaped, slope, at, np.array(detector.tall_t_waves, np.intp))

    @property
    def seconds(self) -> float:
        """Length."""
        return self.x_mv.size / self.fs_hz

    @cached_property
    def smooth_mv(self) -> Float64:
        """(n,) without mains, by a boxcar of one of its periods."""
        return moving_mean(self.x_mv, max(1, round(self.fs_hz / self.mains_hz)))

    @cached_property
    def beats_mv(self) -> Float64:
        """(b', W) the beats that lie whole in the clip, from P to T, each about its own mean."""
        before, after = round(BEFORE_S * self.fs_hz), round(AFTER_S * self.fs_hz)
        whole = self.at[(self.at >= before) & (self.at + after <= self.x_mv.size)]
        beats = self.smooth_mv[whole[:, None] + np.arange(-before, after)]
        return beats - beats.mean(axis=1, keepdims=True)

    @cached_property
    def median_mv(self) -> Float64:
        """(W,) the median beat, zeros without one."""
        if not len(self.beats_mv):
            return np.zeros(self.beats_mv.shape[1])
        return median(self.beats_mv, axis=0)

    @property
    def r(self) -> int:
        """The sample of the median beat to which beats are laid."""
        return round(BEFORE_S * self.fs_hz)

    @cached_property
    def qrs_mv(self) -> float:
        """Height of the median beat's QRS complex, peak to peak."""
        half = round(_QRS_HALF_S * self.fs_hz)
        return float(np.ptp(self.median_mv[self.r - half : self.r + half + 1]))

    @cached_property
    def alikeness(self) -> float:
        """Mean correlation of the QRS complexes with their median complex."""
        half = max(1, round(_QRS_HALF_S * self.fs_hz))
        inside = self.at[(self.at >= half) & (self.at < self.shaped_mv.size - half)]
        if inside.size == 0:
            return 0.0
        shapes = _unit(self.shaped_mv[inside[:, None] + np.arange(-half, half + 1)])
        typical = _unit(median(shapes, axis=0)[None])[0]
        return float(np.mean(shapes @ typical))

    @cached_property
    def differences(self) -> tuple[float, float]:
        """Slow (under about 9 Hz) and fast difference of the beats from the median beat, over the QRS's height.

        Root mean square of each beat, median of the beats: single extrasystoles do not count.
        """
        if len(self.beats_mv) < 2 or self.qrs_mv <= 0.0:
            return np.inf, np.inf
        differing = self.beats_mv - self.median_mv
        slow = moving_mean(differing, max(1, round(_SLOW_S * self.fs_hz)))
        rms = [np.sqrt(np.mean(part**2, axis=1)) for part in (slow, differing - slow)]
        return float(median(rms[0])) / self.qrs_mv, float(median(rms[1])) / self.qrs_mv

    @cached_property
    def between(self) -> NDArray[np.bool_]:
        """(n,) True between the beats, tall T waves apart."""
        half, between = round(_BEAT_HALF_S * self.fs_hz), np.ones(self.slope.size, bool)
        for k in np.concatenate([self.at, self.t_waves]):
            between[max(0, k - half) : k + half] = False
        return between

    def noise_between(self, start: int = 0, stop: int | None = None) -> float:
        """Root-mean-square slope between the beats over the typical slope of a beat; 0 where nothing lies between."""
        here = slice(start, self.slope.size if stop is None else stop)
        between = self.slope[here][self.between[here]]
        if between.size < round(_BEAT_HALF_S * self.fs_hz) or not self.at.size:
            return 0.0
        return float(np.sqrt(np.mean(between**2)) / max(float(median(self.slope[self.at])), 1e-12))


def _unit(shapes: Float64) -> Float64:
    """(n, w) each row without its mean and of length 1; a flat row stays zero."""
    level = shapes - shapes.mean(axis=1, keepdims=True)
    length = np.linalg.norm(level, axis=1, keepdims=True)
    return np.divide(level, length, out=np.zeros_like(level), where=length > 1e-12)


def _aligned(shaped: Float64, found: Places, fs_hz: float) -> Places:
    """The beats moved to where each is most like the commonest of them; those at the ends stay where they are."""
    half, moved = max(1, round(_QRS_HALF_S * fs_hz)), round(_MOVED_S * fs_hz)
    reach, at = half + moved, found.copy()
    inner = np.flatnonzero((found >= reach) & (found + reach < shaped.size))
    if inner.size < 2:
        return at
    windows = sliding_window_view(shaped, 2 * half + 1)
    places = found[inner]
    shapes = _unit(windows[places - half])
    typical = shapes[int(np.argmax(median(shapes @ shapes.T, axis=1)))]
    for _ in range(_PASSES):
        lags = windows[places[:, None] - half + np.arange(-moved, moved + 1)]
        match = lags @ typical - lags.mean(axis=2) * typical.sum()
        at[inner] = places + np.argmax(match, axis=1) - moved
        typical = _unit(median(windows[at[inner] - half], axis=0)[None])[0]
    return at
