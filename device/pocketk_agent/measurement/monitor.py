"""What the screen says of the signal while it comes in."""

from dataclasses import dataclass

from pocketk_agent.measurement.recorder import Recorder, Recording
from pocketk_agent.quality.gate import flag_samples, judge_clip
from pocketk_agent.quality.reason import IN_WORDS, QualityReason
from pocketk_agent.wording import STILL_REASONS

# The heart must beat a few times before its signal can be judged.
_JUDGED_S, _FIRST_JUDGED_S = 5.0, 3.0


@dataclass(frozen=True)
class LiveQuality:
    """The last seconds in words.

    Attributes:
        in_words: one short phrase.
        good: True where they are fit to be scored.
        reason: why they are not, None where they are or where it is too early to tell.
    """

    in_words: str
    good: bool
    reason: QualityReason | None = None


class SignalMonitor:
    """Judges the newest seconds, at most once per second of device time.

    Args:
        recorder: whose tail is looked at.
        mains_hz: 50 or 60.
    """

    def __init__(self, recorder: Recorder, mains_hz: float) -> None:
        self._recorder, self._mains_hz = recorder, mains_hz
        self._last = LiveQuality("waiting for a signal", good=False)
        self._judged_at: float | None = None

    def quality(self) -> LiveQuality:
        """The present verdict."""
        tail = self._recorder.tail(_JUDGED_S)
        now_s = self._recorder.stop_index / tail.front_end.fs_hz
        if self._judged_at is None or now_s - self._judged_at >= 1.0:
            self._judged_at, self._last = now_s, self._judge(tail)
        return self._last

    def _judge(self, tail: Recording) -> LiveQuality:
        x = tail.ecg_mv
        flags = flag_samples(x, tail.front_end.fs_hz, tail.lead_off, tail.saturated)
        present = {reason: mask.any() for reason, mask in flags.by_reason().items()}
        # Without contact everything else follows from that; what a person can mend is said first.
        for reason in (QualityReason.LEAD_OFF, QualityReason.SATURATED, QualityReason.FLAT, *present):
            if present.get(reason):
                return LiveQuality(IN_WORDS[reason], good=False, reason=reason)
        if tail.seconds < _FIRST_JUDGED_S:
            return LiveQuality("looking at the signal", good=False)
        reasons = judge_clip(x, tail.front_end.fs_hz, self._mains_hz)
        if not reasons:
            return LiveQuality("good signal", good=True)
        still = "hold still: " if reasons[0].value in STILL_REASONS else ""
        return LiveQuality(f"{still}{IN_WORDS[reasons[0]]}", good=False, reason=reasons[0])
