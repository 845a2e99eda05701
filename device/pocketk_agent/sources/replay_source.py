"""A recording played as if a front end sent it."""

from collections.abc import Iterator

import numpy as np

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.played_counts import LEAD_IN_S, PlayedCounts, recording_to_counts
from pocketk_agent.sources.source import EndOfStream, SelfTest, Source, SourceLostError

BLOCK_SAMPLES = 25


class ReplaySource(Source):
    """Plays a strip, its first seconds mirrored in front; a missing sample is a skipped index.

    Args:
        strip: the recording.
        pace: how fast; see `Pace`.
        clock: what the pace is measured on.
        lead_in_s: seconds to mirror in front.
        block_samples: most samples in a block.

    Raises:
        ValueError: lead_in_s is negative or block_samples below 1.
    """

    def __init__(
        self,
        strip: RecordedStrip,
        *,
        pace: Pace,
        clock: Clock,
        lead_in_s: float = LEAD_IN_S,
        block_samples: int = BLOCK_SAMPLES,
    ) -> None:
        if block_samples < 1:
            raise ValueError(f"block_samples is {block_samples}; expected at least 1.")
        self._played = recording_to_counts(strip, lead_in_s=lead_in_s)
        self._pace = pace
        self._clock = clock
        self._block_samples = block_samples
        self._blocks: Iterator[SampleBlock] | None = None
        self._next: SampleBlock | None = None
        self._start_s = 0.0
        self._begun = False

    @property
    def lead_in_samples(self) -> int:
        """Index of the strip's own first sample."""
        return self._played.lead_in_samples

    def open(self) -> FrontEnd:
        """Start, or start again, at index 0."""
        self._blocks = blocks_of(self._played, self._block_samples)
        self._next = next(self._blocks, None)
        self._start_s = self._clock.monotonic_s()
        self._begun = False
        return self._played.front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; sleeps on the clock until the block's last sample is due, at most the timeout."""
        if self._blocks is None:
            raise SourceLostError("not-open", "The replay is not open; call open() first.")
        block = self._next
        if block is None:
            raise EndOfStream(f"{self._played.source} is played out.")
        self._begun = True
        recorded_s = block.stop_index / self._played.front_end.fs_hz
        wait_s = self._start_s + self._pace.due_s(recorded_s) - self._clock.monotonic_s()
        if self._pace.factor is not None and wait_s > 0.0:
            self._clock.sleep(min(wait_s, max(0.0, timeout_s)))
            if wait_s > timeout_s:
                return None
        self._next = next(self._blocks, None)
        return block

    def self_test(self) -> SelfTest:
        """A file has nothing to test: passes once it is open, before the first read."""
        if self._blocks is None or self._begun:
            return SelfTest(False, "A self-test runs after open() and before the first read.")
        return SelfTest(True, f"replay of {self._played.source}")

    def health(self) -> FrontEndHealth:
        """A file has neither battery nor faults."""
        return FrontEndHealth(battery_percent=None, temperature_c=None, faults={})

    def close(self) -> None:
        """Stop."""
        self._blocks = None
        self._next = None


def blocks_of(played: PlayedCounts, block_samples: int) -> Iterator[SampleBlock]:
    """Cut a played recording into blocks of consecutive samples; a gap ends a block.

    Args:
        played: what to cut.
        block_samples: most samples in a block, at least 1.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([True], played.missing, [True])).astype(np.int8)))
    for start, stop in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        for first in range(start, stop, block_samples):
            last = min(stop, first + block_samples)
            yield SampleBlock(first, played.counts[first:last].copy(), played.lead_off[first:last].copy())
