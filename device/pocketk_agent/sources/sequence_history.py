"""Sequence numbers that have been seen, to tell a late frame from a front end that counts anew."""

from zlib import crc32

from pocketk_firmware.frame import REORDER_WINDOW

# As many frames as a late one can lie behind, and as many again.
_REMEMBERED = 2 * REORDER_WINDOW


class SequenceHistory:
    """Watches for numbers that cannot be those of a sender that counts on.

    The frame reader already notices a restart by the mark of a first frame, or by a number far behind. What is left is
    a front end that restarts soon after it was opened, and whose first frames nobody saw.

    Attributes:
        contradictions: frames with a number that had another content before, or that is older than the first one seen.
    """

    def __init__(self) -> None:
        self.contradictions = 0
        self._digests: dict[int, int] = {}
        self._first: int | None = None

    def record(self, sequence: int, frame_type: int, payload: memoryview) -> None:
        """Take note of a frame."""
        digest = crc32(payload, frame_type)
        if self._first is None:
            self._first = sequence
        known = self._digests.get(sequence)
        # Once the first number is forgotten, nothing can be that late.
        older = self._first in self._digests and 0 < (self._first - sequence) & 0xFFFF <= REORDER_WINDOW
        if older or (known is not None and known != digest):
            self.contradictions += 1
            return
        self._digests[sequence] = digest
        if len(self._digests) > _REMEMBERED:
            del self._digests[next(iter(self._digests))]
