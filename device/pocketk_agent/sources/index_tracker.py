"""From the wire's 32-bit sample index to one that never wraps, and what cannot be true of it."""

from collections import deque

# 100 days at 500 Hz is where 32 bits wrap.
_WRAP = 2**32
# Frames remembered in order to drop one that comes twice; the frame reader itself remembers only the last few.
_REMEMBERED_BLOCKS = 128


class TimeJumpError(Exception):
    """Two blocks in a row lie implausibly far from where the stream was."""


class IndexTracker:
    """Follows the sample index of a stream that starts at 0.

    Args:
        furthest_samples: a block that begins further than this ahead of, or behind, the newest sample is not believed.

    Attributes:
        repeated: blocks that came a second time.
        implausible: blocks that were not believed.
    """

    def __init__(self, furthest_samples: int) -> None:
        self.repeated = 0
        self.implausible = 0
        self.newest_stop = 0
        self._furthest = furthest_samples
        self._doubtful = False
        self._recent: deque[int] = deque(maxlen=_REMEMBERED_BLOCKS)

    def place(self, wire_index: int, n: int) -> int | None:
        """Index of a block's first sample, or None where the block must be dropped.

        Args:
            wire_index: index of the first sample as the wire carries it, modulo 2**32.
            n: number of samples.

        Raises:
            TimeJumpError: the block before was not believed either.
        """
        ahead = (wire_index - self.newest_stop + _WRAP // 2) % _WRAP - _WRAP // 2
        first = self.newest_stop + ahead
        if abs(ahead) > self._furthest or first < 0:
            self.implausible += 1
            if self._doubtful:
                raise TimeJumpError(
                    f"The sample index jumped from {self.newest_stop} to {wire_index} and stayed there."
                )
            self._doubtful = True
            return None
        self._doubtful = False
        if first in self._recent:
            self.repeated += 1
            return None
        self._recent.append(first)
        self.newest_stop = max(self.newest_stop, first + n)
        return first
