"""A bounded ring between the thread that reads a chip and the one that measures."""

from array import array
from itertools import pairwise

import numpy as np

from pocketk_agent.front_end import SampleBlock


class SampleRing:
    """Samples with their index, in memory allocated once; one writer, one reader, no lock.

    The writer moves the write position after a sample is complete and the reader moves the read position after it has
    copied, so that neither sees half a sample; CPython makes each of these steps whole.

    Args:
        capacity: samples kept; a sample that finds no room is dropped and counted, and its index is a gap.

    Raises:
        ValueError: the capacity is below 1.

    Attributes:
        overruns: samples that found no room since the beginning.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"A ring of {capacity} samples; expected at least 1.")
        self.overruns = 0
        self._capacity = capacity
        # Plain arrays take one number at a time faster than numpy; the views read many at once.
        self._index = array("q", bytes(8 * capacity))
        self._counts = array("i", bytes(4 * capacity))
        self._lead_off = bytearray(capacity)
        self._index_view = np.frombuffer(self._index, np.int64)
        self._counts_view = np.frombuffer(self._counts, np.int32)
        self._lead_off_view = np.frombuffer(self._lead_off, np.uint8)
        self._written = 0
        self._read = 0

    def put(self, index: int, count: int, lead_off: bool) -> bool:
        """Add one sample; the writer's side.

        Args:
            index: the sample's number, above the one before.
            count: raw count.
            lead_off: True where an electrode had no contact.

        Returns:
            False where it found no room.
        """
        written = self._written
        if written - self._read >= self._capacity:
            self.overruns += 1
            return False
        at = written % self._capacity
        self._index[at] = index
        self._counts[at] = count
        self._lead_off[at] = lead_off
        self._written = written + 1
        return True

    def __len__(self) -> int:
        """Samples that wait to be drained."""
        return self._written - self._read

    @property
    def first_index(self) -> int | None:
        """Index of the oldest sample that waits, None where none does; the reader's side."""
        return self._index[self._read % self._capacity] if len(self) else None

    @property
    def newest_index(self) -> int | None:
        """Index of the newest sample that waits, None where none does."""
        return self._index[(self._written - 1) % self._capacity] if len(self) else None

    @property
    def written(self) -> int:
        """Samples put since the beginning."""
        return self._written

    def drain(self, most: int | None = None) -> list[SampleBlock]:
        """Take what waits, oldest first; the reader's side.

        Args:
            most: samples at most, None for all.

        Returns:
            Blocks of consecutive samples; an index that was skipped ends a block.
        """
        n = len(self) if most is None else min(most, len(self))
        if n < 1:
            return []
        at = np.arange(self._read, self._read + n) % self._capacity
        index, counts = self._index_view[at], self._counts_view[at]
        lead_off = self._lead_off_view[at].astype(np.bool_)
        self._read += n
        cuts = [0, *(np.flatnonzero(np.diff(index) != 1) + 1).tolist(), n]
        return [SampleBlock(int(index[a]), counts[a:b].copy(), lead_off[a:b].copy()) for a, b in pairwise(cuts)]

    def clear(self) -> None:
        """Forget what waits; the reader's side."""
        self._read = self._written
