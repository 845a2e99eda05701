"""Which tall maxima are T waves: those that follow every beat after the same time and are not like it.

A T wave of hyperkalaemia can be as tall, as narrow and as steep as its QRS, so that neither slope (Pan and
Tompkins 1985) nor frequency content tells them apart. What remains is the rhythm: two kinds of waves in turn, the
second after the first by no more than a QT, a longer rest before the next, and no T wave of its own after the
second, as an extrasystole has.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from bottleneck import median
from numpy.typing import NDArray

from pocketk_agent.signal.slope_maximum import SlopeMaximum
from pocketk_agent.signal.tall_t_rules import TallTRules

Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class _Pairs:
    """What the rest of the strip says about a beat and a wave some time after it.

    Attributes:
        tall: maxima about as high as these two, or higher.
        pairs: maxima like the beat that have one like the wave after the same time.
        alike: maxima that have one of their own kind after that time.
        rest_s: from such a wave to the next beat, the median; infinite if none is known.
        own_t: the least `SlopeMaximum.tail` of such waves: an extrasystole always has a T wave, noise comes and goes.
        within: distance of the beats from the one in question, the median.
    """

    tall: int
    pairs: int
    alike: int
    rest_s: float
    own_t: float
    within: float


class TallTJudge:
    """Keeps the latest maxima and compares a new one with them.

    Args:
        rules: its numbers.
        fs_hz: rate.
        first: maxima of the learning stretch.
    """

    def __init__(self, rules: TallTRules, fs_hz: float, first: Sequence[SlopeMaximum]) -> None:
        self._rules, self._fs_hz = rules, fs_hz
        self._kept: deque[SlopeMaximum] = deque(first, maxlen=max(rules.memory, len(first)))

    def remember(self, maximum: SlopeMaximum) -> None:
        """Keep a maximum, whatever it is."""
        if not self._kept or maximum.at > self._kept[-1].at:
            self._kept.append(maximum)

    def without_t_waves(self, maxima: Sequence[SlopeMaximum]) -> list[SlopeMaximum]:
        """The maxima that are not the tall T waves of another one among them."""
        share = self._rules.qrs_share
        return [
            wave
            for wave in maxima
            if not any(beat.height > share * wave.height and self.is_t_wave(beat, wave) for beat in maxima)
        ]

    def is_t_wave(self, beat: SlopeMaximum, wave: SlopeMaximum) -> bool:
        """Whether a maximum is the T wave of the beat before it."""
        rules, after_s = self._rules, (wave.at - beat.at) / self._fs_hz
        if not rules.from_s <= after_s < rules.to_s:
            return False
        known = self._pairs(beat, wave)
        if known.pairs < max(1.0, 0.5 * rules.pair_share * known.tall) or known.alike > rules.alike_share * known.pairs:
            return False
        apart = float(_distances(beat.wave_mv[None, :], wave.wave_mv)[0])
        if known.pairs < rules.certain_from and apart < max(rules.unlike, rules.unlike_times * known.within):
            return False
        if after_s < rules.rest * known.rest_s:
            own_t = rules.own_t if apart >= rules.look_alike else rules.look_alike_own_t
            return known.rest_s < rules.own_t_rest_s or known.own_t < own_t
        # Too fast for the rest to tell which of the two is the beat: the smoother one is the T wave.
        return after_s < known.rest_s / rules.least_rest and wave.sharpness < rules.smoother * beat.sharpness

    def _pairs(self, beat: SlopeMaximum, wave: SlopeMaximum) -> _Pairs:
        rules, fs_hz = self._rules, self._fs_hz
        least = rules.tall_share * min(beat.height, wave.height)
        kept = [m for m in self._kept if m.height > least and m.at not in (beat.at, wave.at)]
        if not kept:
            return _Pairs(0, 0, 0, np.inf, 0.0, 0.0)
        at, waves = np.array([m.at for m in kept], np.float64), np.array([m.wave_mv for m in kept])
        to_beat, to_wave = _distances(waves, beat.wave_mv), _distances(waves, wave.wave_mv)
        like_beat = (to_beat < to_wave) & (to_beat < rules.alike)
        like_wave = (to_wave <= to_beat) & (to_wave < rules.alike)
        off_s = (at[None, :] - at[:, None] - (wave.at - beat.at)) / fs_hz
        there = np.abs(off_s) <= rules.jitter_s
        pair = there & like_beat[:, None] & like_wave[None, :]
        same = there & (like_beat[:, None] & like_beat | like_wave[:, None] & like_wave)
        seconds = np.flatnonzero(pair.any(axis=0))
        beats_at = np.append(at[like_beat], beat.at)
        rests = [float((beats_at[beats_at > at[k]] - at[k]).min(initial=np.inf)) / fs_hz for k in seconds]
        return _Pairs(
            len(kept),
            int(pair.any(axis=1).sum()),
            int(same.any(axis=1).sum()),
            float(median(np.array([rest for rest in rests if rest < np.inf] or [np.inf]))),
            min((kept[k].tail for k in seconds), default=0.0),
            float(median(to_beat[like_beat])) if like_beat.any() else 0.0,
        )


def _distances(waves_mv: Float64, wave_mv: Float64) -> Float64:
    """Lengths of the differences of waves (n, w) and one (w,), over the geometric means of their lengths, (n,)."""
    lengths = (waves_mv**2).sum(axis=1) * float(wave_mv @ wave_mv)
    return np.linalg.norm(waves_mv - wave_mv, axis=1) / np.maximum(lengths, 1e-24) ** 0.25
