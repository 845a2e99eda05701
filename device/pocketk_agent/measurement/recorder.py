"""The raw recording of a measurement: every sample at its own index, gaps marked, nothing shifted."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.signal.segments import Span, true_spans


@dataclass(frozen=True)
class Recording:
    """Raw samples of one stretch of device time.

    Attributes:
        front_end: scale and identity.
        first_index: device index of the first sample.
        counts: (T,) int32; the front end's zero where a sample is missing.
        lead_off: (T,) bool.
        missing: (T,) bool, True where no sample came.
    """

    front_end: FrontEnd
    first_index: int
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    missing: NDArray[np.bool_]

    @property
    def seconds(self) -> float:
        """Length in device time."""
        return self.counts.size / self.front_end.fs_hz

    @property
    def ecg_mv(self) -> NDArray[np.float64]:
        """(T,) millivolts, NaN where a sample is missing."""
        ecg_mv = self.front_end.to_mv(self.counts)
        ecg_mv[self.missing] = np.nan
        return ecg_mv

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """(T,) bool, True where the converter was at a rail."""
        return self.front_end.at_rail(self.counts) & ~self.missing

    @property
    def gaps(self) -> list[Span]:
        """Lost stretches, as samples from the first one."""
        return true_spans(self.missing)

    def between(self, start_index: int, stop_index: int) -> "Recording":
        """The part between two device indices, cut to what there is."""
        a = min(max(0, start_index - self.first_index), self.counts.size)
        b = min(max(a, stop_index - self.first_index), self.counts.size)
        return Recording(self.front_end, self.first_index + a, self.counts[a:b], self.lead_off[a:b], self.missing[a:b])


class Recorder:
    """Puts blocks at their index into memory that is allocated once.

    Args:
        front_end: scale and identity.
        capacity_s: longest recording; later samples are refused, not wrapped.
    """

    def __init__(self, front_end: FrontEnd, capacity_s: float) -> None:
        capacity = max(1, int(capacity_s * front_end.fs_hz) + 1)
        self._front_end = front_end
        self._counts = np.full(capacity, front_end.zero_counts, np.int32)
        self._lead_off = np.zeros(capacity, bool)
        self._missing = np.ones(capacity, bool)
        self._first_index: int | None = None
        self._length = 0
        self.refused_samples = 0

    @property
    def stop_index(self) -> int:
        """Device index after the newest sample, 0 before the first."""
        return 0 if self._first_index is None else self._first_index + self._length

    @property
    def full(self) -> bool:
        """True when there is no room for another sample."""
        return self._length == self._counts.size

    def add(self, block: SampleBlock) -> None:
        """File a block. Late blocks fill their gap, repeated ones change nothing, earlier ones are refused."""
        if self._first_index is None:
            self._first_index = block.first_index
        start = block.first_index - self._first_index
        a, b = max(0, start), min(start + len(block.counts), self._counts.size)
        self.refused_samples += len(block.counts) - max(0, b - a)
        if b <= a:
            return
        fresh = self._missing[a:b]
        taken = slice(a - start, b - start)
        self._counts[a:b][fresh] = block.counts[taken][fresh]
        self._lead_off[a:b][fresh] = block.lead_off[taken][fresh]
        self._missing[a:b] = False
        self._length = max(self._length, b)

    def recording(self) -> Recording:
        """A copy of all that was recorded, from the first sample to the newest."""
        n = self._length
        return Recording(
            self._front_end,
            self._first_index or 0,
            self._counts[:n].copy(),
            self._lead_off[:n].copy(),
            self._missing[:n].copy(),
        )

    def tail(self, seconds: float) -> Recording:
        """A view of the newest seconds, for the screen; valid until the next `add`."""
        a = max(0, self._length - round(seconds * self._front_end.fs_hz))
        window = slice(a, self._length)
        return Recording(
            self._front_end,
            (self._first_index or 0) + a,
            self._counts[window],
            self._lead_off[window],
            self._missing[window],
        )
