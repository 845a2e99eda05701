"""Which maxima of the slope energy are beats: levels, refractory time, T waves and searching back.

After Hamilton PS, Computers in Cardiology 2002, "Open source ECG analysis". The two searches that lie beyond it
are for bigeminy, whose small beats are missed in step, and for a QRS that fades away in a steady rhythm. T waves
as tall as a QRS are left to `TallTJudge`.
"""

from collections import deque

import numpy as np
from bottleneck import median

from pocketk_agent.signal.qrs_rules import QrsRules
from pocketk_agent.signal.slope_maximum import SlopeMaximum
from pocketk_agent.signal.tall_t_judge import TallTJudge
from pocketk_agent.signal.tall_t_rules import TallTRules

_T_WAVES_KEPT = 1000


class BeatJudge:
    """Decides which maxima are beats, in order of time.

    Args:
        rules: numbers of the detector.
        fs_hz: rate.
        first: (n,) maxima of the learning stretch, n of at least one, from which the first levels come.
    """

    def __init__(self, rules: QrsRules, fs_hz: float, first: list[SlopeMaximum]) -> None:
        self._rules, self._fs_hz = rules, fs_hz
        self._tall_t = TallTJudge(TallTRules(), fs_hz, first)
        seconds: dict[int, float] = {}
        for m in self._tall_t.without_t_waves(first):
            if m.at <= rules.learning_s * fs_hz:
                seconds[int(m.at / fs_hz)] = max(m.height, seconds.get(int(m.at / fs_hz), 0.0))
        level = float(median(np.array(list(seconds.values())))) if seconds else first[0].height
        self._beat_levels = deque([level] * rules.memory, maxlen=rules.memory)
        self._other_levels = deque([0.1 * level] * rules.memory, maxlen=rules.memory)
        self._intervals: deque[int] = deque(maxlen=rules.memory)
        self._last: SlopeMaximum | None = None
        self._passed_over: list[SlopeMaximum] = []
        self._tall_t_waves: deque[int] = deque(maxlen=_T_WAVES_KEPT)

    @property
    def tall_t_waves(self) -> tuple[int, ...]:
        """Samples of the latest tall T waves, where each is steepest."""
        return tuple(self._tall_t_waves)

    @property
    def is_fast(self) -> bool:
        """Whether most of the latest intervals are so short that what hides T waves would hide beats."""
        fast = self._rules.fast_s * self._fs_hz
        return 2 * sum(interval < fast for interval in self._intervals) > self._rules.memory

    def _refractory_s(self) -> float:
        return self._rules.fast_refractory_s if self.is_fast else self._rules.refractory_s

    def _threshold(self) -> float:
        beats, others = float(median(np.array(self._beat_levels))), float(median(np.array(self._other_levels)))
        return max(self._rules.least_mv, others + self._rules.threshold * (beats - others))

    def judged(self, maximum: SlopeMaximum) -> list[int]:
        """The beats that this maximum makes certain: overdue ones before it, and perhaps itself."""
        found = self._overdue(maximum)
        self._tall_t.remember(maximum)
        since = None if self._last is None else (maximum.at - self._last.at) / self._fs_hz
        if since is not None and self._is_too_soon(maximum, since):
            return found
        if maximum.height > self._threshold() and not self._is_t_wave(maximum, since):
            if self._last is not None and self._tall_t.is_t_wave(self._last, maximum):
                # Its height would drive the level of the other maxima above that of the beats.
                self._tall_t_waves.append(maximum.at)
                return found
            self._accept(maximum)
            return [*found, maximum.peak]
        self._other_levels.append(min(maximum.height, float(median(np.array(self._beat_levels)))))
        self._passed_over.append(maximum)
        return found

    def _is_too_soon(self, maximum: SlopeMaximum, since: float) -> bool:
        """Whether a maximum follows the last beat as no beat does, or as only one like it would."""
        rules = self._rules
        if since < self._refractory_s():
            return True
        if since >= rules.close_s or self._last is None:
            return False
        high = maximum.height >= rules.close_share * self._last.height
        return not (high and maximum.distance(self._last) < rules.close_unlike)

    def _is_t_wave(self, maximum: SlopeMaximum, since: float | None) -> bool:
        if since is None or self._last is None:
            return False
        return since < self._rules.t_wave_s and maximum.height < self._rules.t_wave_share * self._last.height

    def _overdue(self, now: SlopeMaximum) -> list[int]:
        """Search back while a beat is missing between the last one and `now`."""
        found: list[int] = []
        while self._last is not None:
            beat = self._missed(self._last, now)
            if beat is None:
                break
            self._accept(beat)
            found.append(beat.peak)
        return found

    def _missed(self, last: SlopeMaximum, now: SlopeMaximum) -> SlopeMaximum | None:
        """The highest maximum passed over between two beats, if one is missing there."""
        rules, fs_hz = self._rules, self._fs_hz
        passed = [m for m in self._passed_over if last.at < m.at < now.at - self._refractory_s() * fs_hz]
        waiting = [m for m in passed if m.at > last.at + 0.9 * rules.t_wave_s * fs_hz]
        best = max(waiting, key=lambda m: m.height, default=None)
        if best is None:
            return None
        usual = float(median(np.array(self._intervals))) if self._intervals else np.inf
        late = now.at - last.at > rules.overdue * usual
        high = best.height > rules.overdue_share * self._threshold()
        if late and high:
            return best
        if any(best.height < rules.prominence * m.height for m in passed if m is not best):
            return None
        if late and self._is_on_time(best, (best.at - last.at) / usual):
            return best
        slow = now.at - last.at > rules.slow_s * fs_hz
        between = last.at + rules.slow_after_s * fs_hz < best.at < now.at - rules.slow_before_s * fs_hz
        return best if slow and high and between else None

    def _is_on_time(self, maximum: SlopeMaximum, intervals: float) -> bool:
        """Whether a maximum lies, so many usual intervals after a beat, where a steady rhythm has its next."""
        if len(self._intervals) < self._rules.memory:
            return False
        relative = np.array(self._intervals) / median(np.array(self._intervals))
        steady = bool((np.abs(relative - 1.0) <= self._rules.steady).all())
        high = maximum.height > self._rules.on_time_share * float(median(np.array(self._beat_levels)))
        return steady and high and abs(intervals - 1.0) < self._rules.on_time

    def _accept(self, beat: SlopeMaximum) -> None:
        if self._last is not None:
            self._intervals.append(beat.at - self._last.at)
        self._last = beat
        self._beat_levels.append(beat.height)
        self._passed_over = [m for m in self._passed_over if m.at > beat.at]
