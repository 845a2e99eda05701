"""QRS detection, sample block by sample block or over a whole strip, with the same beats either way.

The slope energy of `qrs` is searched for local maxima; what is a beat and what is not is decided as in
Hamilton PS, Computers in Cardiology 2002, "Open source ECG analysis": an adaptive threshold between the
median heights of the last beats and of the last other maxima, a search back where a beat is overdue, and a
lower slope demanded of nothing that follows a beat too closely. The work is done on a fixed grid of half
seconds counted from the first sample, so how the samples were cut into blocks does not matter.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.signal.beat_judge import BeatJudge
from pocketk_agent.signal.moving_window import moving_max
from pocketk_agent.signal.pacer_pulses import without_pulses
from pocketk_agent.signal.qrs import shape, slope_magnitude
from pocketk_agent.signal.qrs_rules import QrsRules
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.signal.slope_maximum import SlopeMaximum
from pocketk_agent.signal.variant import check_mains

Float64 = NDArray[np.float64]

# Half seconds of signal are looked at together, with this much around them: the boxcars reach 0.35 s, the search for
# a maximum `QrsRules.apart_s`, pulses and their surroundings 0.02 s.
_HOP_S, _AROUND_S, _PEAK_HALF_S = 0.5, 0.65, 0.06
# A wave is kept this far round its peak, in these steps (its curvature is taken over two of them), and compared with
# what follows it from the end of a QRS to the steepest fall of a T wave (engineering choices).
_WAVE_HALF_S, _WAVE_STEP_S = 0.08, 0.008
_TAIL_LAG_S, _TAIL_FROM_S, _TAIL_TO_S = 0.05, 0.10, 0.30


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
        self._learning: list[SlopeMaximum] = []
        self._judge: BeatJudge | None = None

    @property
    def _length(self) -> int:
        return self._kept_from + self._kept.size

    @property
    def tall_t_waves(self) -> tuple[int, ...]:
        """Samples of the latest T waves, 1,000 at most, that were tall enough for beats; where each is steepest."""
        return () if self._judge is None else self._judge.tall_t_waves

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
        self._judge = BeatJudge(self._rules, self._fs_hz, waiting)
        return [beat for maximum in waiting for beat in self._judge.judged(maximum)]

    def _maxima(self, start: int, stop: int) -> list[SlopeMaximum]:
        """Local maxima of the slope energy between two samples of the grid."""
        first = max(self._kept_from, start - self._around)
        around = self._kept[first - self._kept_from : min(stop + self._around, self._length) - self._kept_from]
        around = without_pulses(around, self._fs_hz, self._rules)
        shaped = shape(around, self._fs_hz, self._mains_hz)
        slope = slope_magnitude(shaped, self._fs_hz, self._rules.slope_s, self._rules.energy_s)
        reach = round(self._apart_s() * self._fs_hz)
        summit = (slope == moving_max(slope, 2 * reach + 1)) & (slope > 0.0)
        summit[1:] &= slope[1:] > slope[:-1]  # of a plateau only its beginning
        half = round(_PEAK_HALF_S * self._fs_hz)
        found = []
        for k in np.flatnonzero(summit[start - first : stop - first]) + (start - first):
            left = max(0, k - half)
            peak = int(left + np.argmax(np.abs(shaped[left : k + half + 1])))
            found.append(self._maximum(shaped, first, (int(k), peak), float(slope[k])))
        return found

    def _apart_s(self) -> float:
        """How far apart two maxima lie at least."""
        fast = self._judge is not None and self._judge.is_fast
        return self._rules.fast_apart_s if fast else self._rules.apart_s

    def _maximum(self, shaped: Float64, first: int, at: tuple[int, int], height: float) -> SlopeMaximum:
        """What is kept of a maximum: `at` is its steepest and its largest place, counted from sample `first`."""
        steps = np.arange(-_WAVE_HALF_S, _WAVE_HALF_S + 0.5 * _WAVE_STEP_S, _WAVE_STEP_S) * self._fs_hz
        wave = shaped[np.clip(at[1] + np.round(steps).astype(np.intp), 0, shaped.size - 1)]
        sharpness = float(np.abs(np.diff(wave, 2)).max()) / max(height, 1e-12)
        lag = round(_TAIL_LAG_S * self._fs_hz)
        before, soon, late = (at[1] + round(s * self._fs_hz) for s in (-_WAVE_HALF_S, _TAIL_FROM_S, _TAIL_TO_S))
        rise = np.abs(shaped[lag:] - shaped[:-lag])
        tail = float(rise[soon:late].max(initial=0.0) / rise[max(0, before) : soon].max(initial=1e-12))
        return SlopeMaximum(first + at[0], first + at[1], height, sharpness, tail, wave)


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
