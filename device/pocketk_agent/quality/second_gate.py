"""The gate second by second, as the samples come in."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.quality.clip_view import ClipView
from pocketk_agent.quality.gate import LARGEST_MV, judge_clip, judge_view
from pocketk_agent.quality.mains_noise import mains_mv
from pocketk_agent.quality.noise_cause import cause_of_noise, is_spoilt
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.quality.sample_flags import flag_samples
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS, Thresholds
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.signal.segments import bridge
from pocketk_agent.signal.variant import check_mains

Mask = NDArray[np.bool_]
Float64 = NDArray[np.float64]

# A second is judged with this much before and after it: the QRS detector learns its levels from 4 s, the flags look
# 2 s around (engineering choices).
BEFORE_S, AFTER_S = 3, 2
# A window of which more is bad is not asked for a heartbeat.
_MOST_BAD = 0.5
_NOISE = frozenset(
    {QualityReason.MAINS, QualityReason.MOTION, QualityReason.MUSCLE_NOISE, QualityReason.TOO_FEW_GOOD_SECONDS}
)


@dataclass(frozen=True)
class SecondVerdict:
    """What the gate says of one second.

    Attributes:
        second: its number, counted from the first sample of the stream.
        reasons: why it is not fit to be scored, most disabling first; empty where it is.
    """

    second: int
    reasons: tuple[QualityReason, ...]

    @property
    def good(self) -> bool:
        """Whether it may be part of what is scored."""
        return not self.reasons


class SecondGate:
    """Judges a stream second by second, on a fixed grid from its first sample; never raises once it is made.

    A verdict is certain 2 s after its second, so it does not depend on how the stream is cut into blocks.

    Args:
        fs_hz: rate, 100 to 20,000 Hz.
        mains_hz: 50 or 60.
        limits: thresholds.

    Raises:
        SignalError: rate or mains frequency.
    """

    def __init__(self, fs_hz: float, mains_hz: float = 50.0, limits: Thresholds = DEFAULT_THRESHOLDS) -> None:
        self._fs_hz, self._mains_hz, self._limits = check_rate(fs_hz), check_mains(mains_hz), limits
        size = self._at(BEFORE_S + 1 + AFTER_S) + 2
        # Values, and flags of the front end: lead-off and rail.
        self._x, self._off, self._rail = np.zeros(size), np.zeros(size, bool), np.zeros(size, bool)
        self._start, self._stop, self._next = 0, 0, 0

    def _at(self, second: float) -> int:
        """The first sample of a second."""
        return round(second * self._fs_hz)

    def feed(self, x_mv: Float64, lead_off: Mask | None = None, saturated: Mask | None = None) -> list[SecondVerdict]:
        """Take the next samples and return the verdicts that are now certain.

        Args:
            x_mv: (n,) millivolts, NaN where a sample is missing.
            lead_off: (n,) from the front end, None if it cannot tell.
            saturated: (n,) from the front end's rails, None if it has none.
        """
        verdicts, taken, x = [], 0, np.asarray(x_mv, np.float64)
        while taken < x.size:
            n = min(x.size - taken, self._at(self._next + 1 + AFTER_S) - self._stop)
            here, there = slice(taken, taken + n), slice(self._stop - self._start, self._stop - self._start + n)
            self._x[there] = x[here]
            self._off[there] = False if lead_off is None else lead_off[here]
            self._rail[there] = False if saturated is None else saturated[here]
            taken, self._stop = taken + n, self._stop + n
            if self._stop == self._at(self._next + 1 + AFTER_S):
                verdicts.append(self._advance())
        return verdicts

    def finish(self) -> list[SecondVerdict]:
        """Say that the stream has ended, and return the verdicts on its last whole seconds."""
        verdicts = []
        while self._at(self._next + 1) <= self._stop:
            verdicts.append(self._advance())
        return verdicts

    def _advance(self) -> SecondVerdict:
        verdict = SecondVerdict(self._next, self._judged(self._next))
        self._next += 1
        keep = max(self._start, self._at(self._next - BEFORE_S))
        kept = slice(keep - self._start, self._stop - self._start)
        for row in (self._x, self._off, self._rail):
            row[: self._stop - keep] = row[kept].copy()
        self._start = keep
        return verdict

    def _judged(self, second: int) -> tuple[QualityReason, ...]:
        whole = slice(0, self._stop - self._start)
        x, off, rail = self._x[whole], self._off[whole], self._rail[whole]
        here = slice(self._at(second) - self._start, self._at(second + 1) - self._start)
        flags = flag_samples(x, self._fs_hz, off, rail, self._limits)
        touched = tuple(reason for reason, mask in flags.by_reason().items() if mask[here].any())
        unfit = flags.bad | flags.missing
        if touched or unfit.mean() > _MOST_BAD:
            return touched or (QualityReason.NO_QRS,)
        return self._of_heart(bridge(x, unfit), here)

    def _of_heart(self, x: Float64, here: slice) -> tuple[QualityReason, ...]:
        if np.abs(x).max() > LARGEST_MV or x.size < self._fs_hz:
            return judge_clip(x, self._fs_hz, self._mains_hz, self._limits)
        view = ClipView.of(x, self._fs_hz, self._mains_hz)
        if view.at.size > 1 and is_spoilt(view, here.start, here.stop, self._limits):
            return (cause_of_noise(view, self._limits),)
        reasons = judge_view(view, self._limits)
        return () if _NOISE.intersection(reasons) and self._is_quiet(view, here) else reasons

    def _is_quiet(self, view: ClipView, here: slice) -> bool:
        """Whether what disturbs the window leaves this second alone."""
        tone_mv = mains_mv(view.x_mv[here], self._fs_hz, self._limits.mains_over_others)
        quiet = view.noise_between(here.start, here.stop) <= self._limits.noise_unlike
        return quiet and tone_mv <= self._limits.mains_mv


def judge_seconds(
    x_mv: Float64,
    fs_hz: float,
    mains_hz: float = 50.0,
    lead_off: Mask | None = None,
    saturated: Mask | None = None,
    limits: Thresholds = DEFAULT_THRESHOLDS,
) -> list[SecondVerdict]:
    """Judge every whole second of a strip: what `SecondGate` says of it, cut however it may be.

    Args:
        x_mv: (T,) millivolts, NaN where a sample is missing.
        fs_hz: rate.
        mains_hz: 50 or 60.
        lead_off: (T,) from the front end, None if it cannot tell.
        saturated: (T,) from the front end's rails, None if it has none.
        limits: thresholds.

    Raises:
        SignalError: rate or mains frequency.
    """
    gate = SecondGate(fs_hz, mains_hz, limits)
    return [*gate.feed(x_mv, lead_off, saturated), *gate.finish()]
