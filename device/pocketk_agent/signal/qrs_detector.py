"""QRS detection, sample block by sample block or over a whole strip, with the same beats either way.

The slope energy of `qrs` is searched for local maxima; what is a beat and what is not is decided as in
Hamilton PS, Computers in Cardiology 2002, "Open source ECG analysis": an adaptive threshold between the
median heights of the last beats and of the last other maxima, a search back where a beat is overdue, and a
lower slope demanded of nothing that follows a beat too closely. The work is done on a fixed grid of half
seconds counted from the first sample, so how the samples were cut into blocks does not matter.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from pocketk_agent.signal.qrs import shape, slope_magnitude
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.signal.variant import check_mains

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class QrsRules:
    """Every number of the detector, in seconds and shares.

    Chosen on ludb lead I and cpsc2019 (development recordings; the same that the tests report on).

    Attributes:
        slope_s: span over which a slope is taken.
        energy_s: boxcar over the squared slopes, about one wide QRS.
        refractory_s: two beats are at least this far apart (270 per minute).
        threshold: share of the way from the level of other maxima to that of beats.
        t_wave_s: a maximum this soon after a beat must reach `t_wave_share` of it, or it is its T wave
            (Pan and Tompkins 1985: 360 ms, half the slope).
        t_wave_share: see `t_wave_s`.
        overdue: a beat is missing after this many median intervals (Hamilton 2002: 1.5).
        overdue_share: share of the threshold that a searched-back beat must reach.
        memory: beats, and other maxima, that the levels are the medians of.
        learning_s: stretch from which the first levels come.
    """

    slope_s: float = 0.02
    energy_s: float = 0.12
    refractory_s: float = 0.22
    threshold: float = 0.35
    t_wave_s: float = 0.36
    t_wave_share: float = 0.6
    overdue: float = 1.5
    overdue_share: float = 0.5
    memory: int = 8
    learning_s: float = 4.0


@dataclass(frozen=True)
class _Maximum:
    """A local maximum of the slope energy: where it is, where the wave is largest, how high it is."""

    at: int
    peak: int
    height: float


# Half seconds of signal are looked at together, with this much around them: the boxcars reach 0.35 s, the search for
# a maximum as far as the refractory time.
_HOP_S, _AROUND_S, _PEAK_HALF_S = 0.5, 0.65, 0.06


class QrsDetector:
    """Finds QRS complexes in a stream.

    Args:
        fs_hz: rate, 100 to 20,000 Hz.
        mains_hz: 50 or 60.
        rules: numbers of the detector.

    Raises:
        SignalError: rate or mains frequency.
    """

    def __init__(self, fs_hz: float, mains_hz: float = 50.0, rules: QrsRules | None = None) -> None:
        self._fs_hz, self._mains_hz = check_rate(fs_hz), check_mains(mains_hz)
        self._rules = QrsRules() if rules is None else rules
        self._hop = max(1, round(_HOP_S * self._fs_hz))
        self._around = round(_AROUND_S * self._fs_hz)
        self._kept = np.zeros(0)
        self._kept_from = 0
        self._next_hop = 0
        self._learning: list[_Maximum] = []
        self._judge: _Judge | None = None

    @property
    def _length(self) -> int:
        return self._kept_from + self._kept.size

    def feed(self, x_mv: Float64) -> list[int]:
        """Take the next samples and return the beats that are now certain.

        Args:
            x_mv: (n,) millivolts; a sample that is not finite counts as its predecessor.

        Returns:
            Samples of the largest deflection of each new beat, counted from the first sample of the stream.
        """
        last = self._kept[-1] if self._kept.size else 0.0
        self._kept = np.concatenate([self._kept, _held(np.asarray(x_mv, np.float64), last)])
        found: list[int] = []
        while self._length >= self._next_hop + self._hop + self._around:
            found += self._advance(self._next_hop + self._hop)
        return found

    def finish(self) -> list[int]:
        """Say that the stream has ended, and return the last beats."""
        found: list[int] = []
        while self._next_hop < self._length:
            found += self._advance(min(self._next_hop + self._hop, self._length))
        return found + self._learned()

    def _advance(self, stop: int) -> list[int]:
        """Look at the samples up to `stop`, and forget what no later look needs."""
        maxima = self._maxima(self._next_hop, stop)
        self._next_hop = stop
        forget = max(0, stop - self._around - self._kept_from)
        self._kept, self._kept_from = self._kept[forget:], self._kept_from + forget
        if self._judge is not None:
            return [beat for maximum in maxima for beat in self._judge.judged(maximum)]
        self._learning += maxima
        return self._learned() if stop >= self._rules.learning_s * self._fs_hz else []

    def _learned(self) -> list[int]:
        """Set the first levels from what has come so far, and judge it."""
        if self._judge is not None or not self._learning:
            return []
        waiting, self._learning = self._learning, []
        self._judge = _Judge(self._rules, self._fs_hz, waiting)
        return [beat for maximum in waiting for beat in self._judge.judged(maximum)]

    def _maxima(self, start: int, stop: int) -> list[_Maximum]:
        """Local maxima of the slope energy between two samples of the grid."""
        first = max(self._kept_from, start - self._around)
        around = self._kept[first - self._kept_from : min(stop + self._around, self._length) - self._kept_from]
        shaped = shape(around, self._fs_hz, self._mains_hz)
        slope = slope_magnitude(shaped, self._fs_hz, self._rules.slope_s, self._rules.energy_s)
        # Half the boxcar less than the refractory time: the shoulder of one beat's energy must not hide the next.
        reach = round((self._rules.refractory_s - self._rules.energy_s / 2) * self._fs_hz)
        summit = (slope == maximum_filter1d(slope, 2 * reach + 1)) & (slope > 0.0)
        summit[1:] &= slope[1:] > slope[:-1]  # of a plateau only its beginning
        half = round(_PEAK_HALF_S * self._fs_hz)
        found = []
        for k in np.flatnonzero(summit[start - first : stop - first]) + (start - first):
            left = max(0, k - half)
            peak = left + int(np.argmax(np.abs(shaped[left : k + half + 1])))
            found.append(_Maximum(first + int(k), int(first + peak), float(slope[k])))
        return found


class _Judge:
    """Decides which maxima are beats, in order of time."""

    def __init__(self, rules: QrsRules, fs_hz: float, first: list[_Maximum]) -> None:
        self._rules, self._fs_hz = rules, fs_hz
        seconds: dict[int, float] = {}
        for m in first:
            if m.at <= rules.learning_s * fs_hz:
                seconds[int(m.at / fs_hz)] = max(m.height, seconds.get(int(m.at / fs_hz), 0.0))
        level = float(np.median(list(seconds.values()))) if seconds else first[0].height
        self._beat_levels = deque([level] * rules.memory, maxlen=rules.memory)
        self._other_levels = deque([0.1 * level] * rules.memory, maxlen=rules.memory)
        self._intervals: deque[int] = deque(maxlen=rules.memory)
        self._last: _Maximum | None = None
        self._passed_over: list[_Maximum] = []

    def _threshold(self) -> float:
        beats, others = float(np.median(self._beat_levels)), float(np.median(self._other_levels))
        return others + self._rules.threshold * (beats - others)

    def judged(self, maximum: _Maximum) -> list[int]:
        """The beats that this maximum makes certain: overdue ones before it, and perhaps itself."""
        found = self._overdue(maximum)
        since = None if self._last is None else (maximum.at - self._last.at) / self._fs_hz
        if since is not None and since < self._rules.refractory_s:
            return found
        if maximum.height > self._threshold() and not self._is_t_wave(maximum, since):
            self._accept(maximum)
            return [*found, maximum.peak]
        self._other_levels.append(min(maximum.height, float(np.median(self._beat_levels))))
        self._passed_over.append(maximum)
        return found

    def _is_t_wave(self, maximum: _Maximum, since: float | None) -> bool:
        if since is None or self._last is None:
            return False
        return since < self._rules.t_wave_s and maximum.height < self._rules.t_wave_share * self._last.height

    def _overdue(self, now: _Maximum) -> list[int]:
        """Search back while more than one and a half usual intervals have passed."""
        found: list[int] = []
        while self._last is not None and self._intervals:
            if now.at - self._last.at <= self._rules.overdue * float(np.median(self._intervals)):
                break
            apart = self._rules.refractory_s * self._fs_hz
            after = self._last.at + 0.9 * self._rules.t_wave_s * self._fs_hz
            waiting = [m for m in self._passed_over if after < m.at < now.at - apart]
            best = max(waiting, key=lambda m: m.height, default=None)
            if best is None or best.height <= self._rules.overdue_share * self._threshold():
                break
            self._accept(best)
            found.append(best.peak)
        return found

    def _accept(self, beat: _Maximum) -> None:
        if self._last is not None:
            self._intervals.append(beat.at - self._last.at)
        self._last = beat
        self._beat_levels.append(beat.height)
        self._passed_over = [m for m in self._passed_over if m.at > beat.at]


def _held(x: Float64, last: float) -> Float64:
    """The samples with each one that is not finite replaced by the one before it."""
    finite = np.isfinite(x)
    if finite.all():
        return x
    source = np.maximum.accumulate(np.where(finite, np.arange(x.size), -1))
    return np.where(source >= 0, x[np.maximum(source, 0)], last)


def detect_qrs(x_mv: Float64, fs_hz: float, mains_hz: float = 50.0) -> NDArray[np.intp]:
    """QRS complexes of a whole strip: what `QrsDetector` finds in it, cut however it may be.

    Args:
        x_mv: (T,) millivolts; a sample that is not finite counts as its predecessor.
        fs_hz: rate.
        mains_hz: 50 or 60.

    Returns:
        (n,) samples of the largest deflection of each beat, in order.

    Raises:
        SignalError: rate or mains frequency.
    """
    detector = QrsDetector(fs_hz, mains_hz)
    return np.array(sorted([*detector.feed(x_mv), *detector.finish()]), np.intp)
