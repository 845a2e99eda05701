"""The beats of a strip, delineated one by one and as one median beat."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.beats.alignment import Alignment, align_beats
from pocketk_agent.beats.boundaries import Boundaries
from pocketk_agent.beats.delineation import DelineatedBeat, delineate_beat
from pocketk_agent.beats.median_beat import MedianBeat, median_beat
from pocketk_agent.beats.rules import DelineationRules
from pocketk_agent.beats.slopes import bumps
from pocketk_agent.beats.view import GRID_HZ, BeatView, view_of
from pocketk_agent.signal.qrs_detector import detect_qrs

Float64 = NDArray[np.float64]

# A lone beat's window reaches to this long after the last beat and before the next, and no further than a second.
_AFTER_LAST_S, _BEFORE_NEXT_S, _FARTHEST_S = 0.2, 0.05, 1.2
# How far P and T of a single beat may lie from their place in the median beat.
_P_MOST, _T_MOST = round(0.03 * GRID_HZ), round(0.03 * GRID_HZ)
# Standard error of a median over that of a mean, for normal errors.
_MEDIAN_ERROR = 1.2533
# A lone beat's P or T must reach this share of the median beat's.
_LONE_SHARE = 0.5


@dataclass(frozen=True)
class StripDelineation:
    """What was found in a strip; samples are those of the 500 Hz grid.

    Attributes:
        view: the strip.
        alignment: its QRS complexes.
        median: the median beat, None with fewer than three beats of one shape.
        median_beat: its boundaries, in samples of its window.
        beats: one for each QRS complex, None where it lies at the strip's edge.
        single: the same beats, each delineated from its own samples alone.
        has_p: whether a P wave is there beat after beat.
        has_t: likewise for T.
    """

    view: BeatView
    alignment: Alignment
    median: MedianBeat | None
    median_beat: DelineatedBeat | None
    beats: tuple[Boundaries | None, ...]
    single: tuple[Boundaries | None, ...]
    has_p: bool
    has_t: bool


def delineate_strip(
    ecg_mv: ArrayLike,
    fs_hz: float,
    mains_hz: float = 50.0,
    bad: NDArray[np.bool_] | None = None,
    rules: DelineationRules | None = None,
) -> StripDelineation:
    """Find the beats of a strip and the boundaries of their waves.

    The median beat is delineated first. A beat of its shape takes its boundaries, P and T moved to where they
    fit best; any other beat (extrasystoles, paced beats among conducted ones) is delineated by itself. A P
    or T that is not there beat after beat, above its own scatter, is reported nowhere.

    Args:
        ecg_mv: Lead I in millivolts; NaN marks missing samples.
        fs_hz: its rate, 100 to 20,000 Hz.
        mains_hz: 50 or 60.
        bad: (T,) bool, samples that are not the heart's.
        rules: numbers.

    Raises:
        SignalError: rate, mains frequency or layout; never what the samples are.
    """
    rules = DelineationRules() if rules is None else rules
    view = view_of(ecg_mv, fs_hz, mains_hz, bad)
    found = detect_qrs(view.raw_mv, GRID_HZ, mains_hz)
    return delineate_view(view, found, rules)


def delineate_view(view: BeatView, found: NDArray[np.intp], rules: DelineationRules) -> StripDelineation:
    """Delineate a strip whose QRS complexes are known.

    Args:
        view: the strip.
        found: (n,) samples of its QRS complexes on the 500 Hz grid.
        rules: numbers.
    """
    alignment = align_beats(view, found)
    single = tuple(_alone(view, found, i, rules) for i in range(found.size))
    typical = median_beat(view, alignment)
    marks = None if typical is None else delineate_beat(typical.clean_mv, typical.r, typical.rr, rules)
    if typical is None or marks is None:
        alone = tuple(_judged_alone(beat, 2.0 * rules.p.smallest_mv, rules.t.smallest_mv) for beat in single)
        return StripDelineation(view, alignment, None, None, alone, _bounds(single), False, False)
    has_p, has_t = _has_p(typical, marks, rules), _has_t(typical, marks, rules)
    shown = replace(marks, boundaries=_kept(marks.boundaries, has_p, has_t))
    moved = _Mover(view.clean_mv, typical, shown.boundaries)
    p_least = max(rules.p.smallest_mv, _LONE_SHARE * marks.p_height_mv) if has_p else np.inf
    t_least = max(rules.t.smallest_mv, _LONE_SHARE * marks.t_height_mv) if has_t else rules.t.smallest_mv
    beats = tuple(
        moved.to(int(at)) if same else _judged_alone(beat, p_least, t_least)
        for at, same, beat in zip(alignment.at, alignment.same, single, strict=True)
    )
    return StripDelineation(view, alignment, typical, shown, beats, _bounds(single), has_p, has_t)


def _bounds(beats: tuple[DelineatedBeat | None, ...]) -> tuple[Boundaries | None, ...]:
    return tuple(None if beat is None else beat.boundaries for beat in beats)


def _kept(marks: Boundaries, has_p: bool, has_t: bool) -> Boundaries:
    marks = marks if has_p else marks.without_p()
    return marks if has_t else marks.without_t()


def _judged_alone(beat: DelineatedBeat | None, p_least_mv: float, t_least_mv: float) -> Boundaries | None:
    if beat is None:
        return None
    return _kept(beat.boundaries, beat.p_height_mv >= p_least_mv, beat.t_height_mv >= t_least_mv)


def _alone(view: BeatView, found: NDArray[np.intp], i: int, rules: DelineationRules) -> DelineatedBeat | None:
    """The beat delineated from its own samples, in samples of the strip."""
    r, farthest = int(found[i]), round(_FARTHEST_S * GRID_HZ)
    last = int(found[i - 1]) if i else -farthest
    following = int(found[i + 1]) if i + 1 < found.size else r + min(farthest, r - last)
    first = max(0, last + round(_AFTER_LAST_S * GRID_HZ), r - farthest)
    stop = min(view.clean_mv.size, following - round(_BEFORE_NEXT_S * GRID_HZ), r + farthest)
    if not first < r < stop - 1 or view.bad[first:stop].any():
        return None
    beat = delineate_beat(view.clean_mv[first:stop], r - first, min(farthest, following - r), rules)
    if beat is None:
        return None
    tangent = None if beat.t_tangent_offset is None else beat.t_tangent_offset + first
    return replace(beat, boundaries=beat.boundaries.moved(first), t_tangent_offset=tangent)


def _steady(typical: MedianBeat, peak: float | None, scale_s: float) -> float:
    """Height of a bump of the median beat over its standard error among the beats."""
    if peak is None:
        return 0.0
    at = round(peak)
    heights = bumps(typical.beats, scale_s)[:, at]
    error = _MEDIAN_ERROR * float(np.std(heights, ddof=1)) / np.sqrt(heights.size)
    return float(abs(np.median(heights)) / error) if error > 0.0 else np.inf


def _has_p(typical: MedianBeat, marks: DelineatedBeat, rules: DelineationRules) -> bool:
    steady = _steady(typical, marks.boundaries.p_peak, rules.p.scale_s)
    return marks.p_height_mv >= rules.p.smallest_mv and steady >= rules.p.consistency


def _has_t(typical: MedianBeat, marks: DelineatedBeat, rules: DelineationRules) -> bool:
    steady = _steady(typical, marks.boundaries.t_peak, rules.t.scale_s)
    return marks.t_height_mv >= rules.t.smallest_mv and steady >= rules.t.consistency


class _Mover:
    """Carries the median beat's boundaries to single beats."""

    def __init__(self, clean_mv: Float64, typical: MedianBeat, marks: Boundaries) -> None:
        self._clean_mv, self._typical, self._marks = clean_mv, typical, marks

    def to(self, at: int) -> Boundaries:
        """The boundaries of the beat whose fiducial lies at sample `at` of the strip."""
        marks, origin = self._marks, at - self._typical.r
        p = self._shift(origin, marks.p_onset, marks.p_offset, _P_MOST)
        t = self._shift(origin, marks.t_peak, marks.t_offset, _T_MOST)
        there = marks.moved(origin)
        return replace(
            there,
            p_onset=_plus(there.p_onset, p),
            p_peak=_plus(there.p_peak, p),
            p_offset=_plus(there.p_offset, p),
            t_peak=_plus(there.t_peak, t),
            t_offset=_plus(there.t_offset, t),
        )

    def _shift(self, origin: int, first: float | None, last: float | None, most: int) -> int:
        """How far a wave of this beat lies from its place in the median beat: least squares over the wave."""
        if first is None or last is None:
            return 0
        a, b = max(0, int(first) - most // 2), int(last) + most // 2
        shape = self._typical.clean_mv[a:b]
        if origin + a - most < 0 or origin + b + most > self._clean_mv.size or shape.size < 3:
            return 0
        shifts = np.arange(-most, most + 1)
        windows = np.stack([self._clean_mv[origin + a + s : origin + a + s + shape.size] for s in shifts])
        error = windows - windows.mean(axis=1, keepdims=True) - (shape - shape.mean())
        # A wave that fits as well anywhere stays where it is: half of the shape's energy is added at the farthest.
        cost = (error**2).sum(axis=1) + 0.5 * float(((shape - shape.mean()) ** 2).sum()) * (shifts / most) ** 2
        return int(shifts[int(np.argmin(cost))])


def _plus(at: float | None, shift: float) -> float | None:
    return None if at is None else at + shift
