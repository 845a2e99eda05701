"""The clips of a strip that preprocessing offers and the gate accepts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.measurement.decision import CONCLUSIVE
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.quality.gate import SampleFlags, flag_samples, judge_clip
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.signal.errors import MissingSamplesError, UnitsError
from pocketk_agent.signal.preparation import PreparedStrip, prepare_strip
from pocketk_agent.signal.segments import SEARCH_S
from pocketk_agent.signal.variant import Variant, find_variant

Reasons = tuple[QualityReason, ...]

# How far after a refused clip the next one is tried (engineering choice: the gate's own step).
_STEP_S = 1.0


def is_conclusive(reasons: Reasons) -> bool:
    """Whether a clip was refused only for what another recording would show as well."""
    return bool(reasons) and all(reason in CONCLUSIVE for reason in reasons)


@dataclass(frozen=True)
class FoundClips:
    """What a search found.

    Attributes:
        clips: (n, 1, N) float32, the accepted ones.
        start_s: where each begins in the strip.
        verdicts: of every clip that preprocessing offered, in order of time; empty where it was accepted.
        flags: what is wrong with single samples.
    """

    clips: NDArray[np.float32]
    start_s: tuple[float, ...]
    verdicts: tuple[Reasons, ...]
    flags: SampleFlags


class _Search:
    """One search through one strip."""

    def __init__(self, strip: Strip, variant: Variant) -> None:
        self._strip, self._variant = strip, variant
        self.flags = flag_samples(strip.ecg_mv, strip.fs_hz, strip.lead_off, strip.saturated)
        self._bad = self.flags.bad if strip.unsettled is None else self.flags.bad | strip.unsettled
        self._clip = round(variant.clip_s * strip.fs_hz)
        self._stop = min(strip.ecg_mv.size, round(SEARCH_S * strip.fs_hz))
        self.clips: list[NDArray[np.float32]] = []
        self.start_s: list[float] = []
        self.verdicts: list[Reasons] = []

    def run(self) -> None:
        at: int | None = 0
        while at is not None and not self._full:
            offered = self._offered(at)
            refused = None if offered is None else self._take(offered, at)
            at = None if refused is None else self._next_start(refused)

    @property
    def _full(self) -> bool:
        """Whether there is a measurement's worth; a clip that is refused for good takes its place."""
        return len(self.clips) + sum(map(is_conclusive, self.verdicts)) >= self._variant.n_clips

    def _offered(self, at: int) -> PreparedStrip | None:
        """The clips of what is left from there on, prepared as a recording of its own."""
        strip = self._strip
        part = slice(at, strip.ecg_mv.size if at == 0 else self._stop)
        try:
            return prepare_strip(strip.ecg_mv[part], strip.fs_hz, self._variant.id, strip.mains_hz, self._bad[part])
        except (MissingSamplesError, UnitsError):
            # Of the strip as a whole it is an error, of a remainder it only says that nothing more is to be had.
            if at == 0:
                raise
            return None

    def _take(self, offered: PreparedStrip, at: int) -> int | None:
        """Keep the offered clips up to the first that another may replace; return where that begins."""
        for clip, start_s in zip(offered.clips, offered.start_s, strict=True):
            if self._full:
                return None
            start = at + round(start_s * self._strip.fs_hz)
            reasons = self._judged(start)
            self.verdicts.append(reasons)
            if reasons and not is_conclusive(reasons):
                return start
            if not reasons:
                self.clips.append(clip)
                self.start_s.append(at / self._strip.fs_hz + start_s)
        return None

    def _judged(self, start: int) -> Reasons:
        if start in self._strip.verdicts:
            return self._strip.verdicts[start]
        piece = self._strip.ecg_mv[start : start + self._clip]
        verdict = tuple(judge_clip(piece, self._strip.fs_hz, self._strip.mains_hz))
        if np.isfinite(piece).all():  # else a late block may still fill a gap
            self._strip.verdicts[start] = verdict
        return verdict

    def _next_start(self, refused: int) -> int | None:
        """The next stretch that tells something as it is; preparation may still move or refuse it."""
        step = max(1, round(_STEP_S * self._strip.fs_hz))
        for start in range(refused + step, self._stop - self._clip + 1, step):
            if not self._bad[start] and (not (reasons := self._judged(start)) or is_conclusive(reasons)):
                return start
        return None


def find_clips(strip: Strip, variant: str) -> FoundClips:
    """The earliest clips of the first 60 s that the gate accepts, at most as many as a measurement has.

    Where the gate accepts what preprocessing offers, that is the answer. After a refused clip the search goes on a
    second later, and the rest is prepared as if the recording had begun there: a movement before a clip is no part
    of it. Every clip that is returned was judged itself. A clip of a paced heart is no such refusal: it is left out,
    and no other is looked for in its place.

    Args:
        strip: the recording.
        variant: preprocessing id.

    Raises:
        SignalError: the strip cannot be prepared at all (rate, units, mostly missing).
    """
    search = _Search(strip, find_variant(variant))
    search.run()
    samples = find_variant(variant).clip_samples
    clips = np.stack(search.clips) if search.clips else np.zeros((0, 1, samples), np.float32)
    return FoundClips(clips, tuple(search.start_s), tuple(search.verdicts), search.flags)
