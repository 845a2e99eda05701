"""Where samples come from: the seam, and the source that plays a counts file."""

from array import array

from pocketk_firmware.constant import const
from pocketk_firmware.counts_file import FLAG_MISSING, CountsHeader, CountsReader

_BLOCK_SAMPLES = const(64)


class SampleAdc:
    """A source of raw counts that numbers every sampling instant from 0 at `open`.

    Attributes:
        first_index: after `read_into`, the index of the first sample it returned; after the end, the
            number of sampling instants there were.
        ended: True once no sample will ever come again.
        end_note: in words, what was odd about the end; empty if nothing was.
    """

    def __init__(self):
        self.first_index = 0
        self.ended = False
        self.end_note = ""

    def open(self) -> CountsHeader:
        """Start, or start again from index 0, and return what the source says about its samples.

        Raises:
            OSError, ValueError: the source cannot be read.
        """
        raise NotImplementedError

    def read_into(self, counts, flags, n: int) -> int:
        """Read up to `n` samples and return how many there were, without waiting and without allocating.

        The samples are consecutive, the first one is number `first_index`. Indices that are skipped
        between two calls are samples that were lost; a block never spans such a gap. 0 means that there
        is nothing yet or, with `ended`, nothing any more.

        Args:
            counts: `array("i")` for the raw counts.
            flags: bytearray; bit 0 is set in the flags of a sample taken with the lead off.
            n: 1 to the length of both.

        Raises:
            OSError, ValueError: the source failed.
        """
        raise NotImplementedError

    def self_test(self) -> str:
        """Return an empty string if the source works, else what is wrong. Not while it is streaming."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop and release what `open` took; closing twice is harmless."""
        raise NotImplementedError


class CountsFileAdc(SampleAdc):
    """Plays a counts file as if it were being sampled; records marked missing become lost samples."""

    def __init__(self, path: str):
        SampleAdc.__init__(self)
        self._path = path
        self._file = None
        self._reader = None
        self._counts = array("i", bytes(4 * _BLOCK_SAMPLES))
        self._flags = bytearray(_BLOCK_SAMPLES)
        self._at = 0
        self._filled = 0

    def open(self) -> CountsHeader:
        """Open the file at its first sample; see `SampleAdc.open`."""
        self.close()
        self._file = open(self._path, "rb")
        try:
            self._reader = CountsReader(self._file)
        except (OSError, ValueError):
            self.close()
            raise
        self.first_index = 0
        self.ended = False
        self.end_note = ""
        return self._reader.header

    def read_into(self, counts, flags, n: int) -> int:
        """Copy the next run of samples; see `SampleAdc.read_into`."""
        if self._reader is None:
            raise ValueError("the source is not open")
        while self._has_next() and self._flags[self._at] & FLAG_MISSING:
            self._at += 1
        self.first_index = self._reader.index - (self._filled - self._at)
        done = 0
        while done < n and self._has_next() and not self._flags[self._at] & FLAG_MISSING:
            counts[done] = self._counts[self._at]
            flags[done] = self._flags[self._at]
            self._at += 1
            done += 1
        return done

    def self_test(self) -> str:
        """Check that the file opens and holds at least one sample; see `SampleAdc.self_test`."""
        try:
            self.open()
            return "" if self._has_next() else "the recording is empty"
        except (OSError, ValueError) as error:
            return str(error)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = None
        self._reader = None
        self._at = 0
        self._filled = 0

    def _has_next(self):
        """Return whether there is a sample at `_at`, reading the next block where needed."""
        if self._at < self._filled:
            return True
        if self._reader is None or self.ended:
            return False
        self._at = 0
        self._filled = self._reader.read_into(self._counts, self._flags, _BLOCK_SAMPLES)
        self.ended = not self._filled
        if self._reader.torn_bytes:
            self.end_note = "the recording ends in a torn record of %d bytes" % self._reader.torn_bytes
        return not self.ended
