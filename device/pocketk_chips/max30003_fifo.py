"""The FIFO of the MAX30003: 32 words, each with a tag that says what it is."""

from pocketk_chips import max30003_registers as reg


class EcgFifo:
    """First in, first out; once it has overflowed it says so until it is cleared.

    Attributes:
        overflowed: True from the first sample that found no room.
        length: unread samples.
    """

    def __init__(self):
        self._codes = [0] * reg.FIFO_DEPTH
        self.clear()

    def clear(self) -> None:
        """Forget every sample and the overflow."""
        self._first = 0
        self.length = 0
        self.overflowed = False

    @property
    def empty(self) -> bool:
        """No unread sample."""
        return self.length == 0

    def put(self, code: int) -> None:
        """Append an 18-bit code; without room it is lost, and so is the meaning of the rest."""
        if self.length == reg.FIFO_DEPTH:
            self.overflowed = True
            return
        self._codes[(self._first + self.length) % reg.FIFO_DEPTH] = code
        self.length += 1

    def take(self) -> int:
        """The next word: 18 bits of sample, 3 of tag, 3 of a pacer detector that there is not."""
        if self.overflowed:
            return reg.ETAG_OVERFLOW << 3
        if self.length == 0:
            return reg.ETAG_EMPTY << 3
        code = self._codes[self._first]
        self._first = (self._first + 1) % reg.FIFO_DEPTH
        self.length -= 1
        tag = reg.ETAG_LAST if self.length == 0 else reg.ETAG_VALID
        return (code & 0x3FFFF) << 6 | tag << 3
