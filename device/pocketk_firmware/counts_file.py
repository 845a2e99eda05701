"""The `.counts` file: raw counts as they came, one flag byte per sample, behind a one-line JSON header.

It is what the virtual handheld plays and what a recorder writes. The header is a JSON object on the first
line; after its newline come records of 5 bytes: counts as int32, little-endian, then the flags. A sampling
instant whose sample was lost keeps its place as a record with `FLAG_MISSING`, so position is time.
"""

import json

from pocketk_firmware.constant import const
from pocketk_firmware.front_end import check_front_end
from pocketk_firmware.samples import FLAG_LEAD_OFF

FORMAT = "pocketk-counts"
FORMAT_VERSION = const(1)
FLAG_MISSING = const(2)  # a gap's placeholder; its counts mean nothing. Bit 0 is FLAG_LEAD_OFF.
RECORD_BYTES = const(5)
MAX_HEADER_BYTES = const(4096)
MAX_TEXT_CHARACTERS = const(96)
MAX_NOTE_CHARACTERS = const(500)

_KNOWN_FLAGS = FLAG_LEAD_OFF | FLAG_MISSING
_BLOCK_RECORDS = const(64)


class CountsHeader:  # noqa: PLW1641  its fields may change, so it has no hash
    """What a recording says about itself; all fields are given by keyword.

    Attributes:
        fs_millihz: sampling rate in millihertz.
        lsb_pv: picovolts per count.
        zero_counts: counts at 0 V.
        rail_low_counts, rail_high_counts: where the converter saturates.
        adc_bits: resolution of the converter.
        lead: name of the lead, for example "I".
        profile: id of the front-end profile.
        serial: serial number of the front end, may be empty.
        note: anything else in words, may be empty.
    """

    NUMBERS = ("fs_millihz", "lsb_pv", "zero_counts", "rail_low_counts", "rail_high_counts", "adc_bits")
    TEXTS = ("lead", "profile", "serial", "note")
    __slots__ = NUMBERS + TEXTS

    fs_millihz: int
    lsb_pv: int
    zero_counts: int
    rail_low_counts: int
    rail_high_counts: int
    adc_bits: int
    lead: str
    profile: str
    serial: str
    note: str

    def __init__(self, **values):
        for name in self.NUMBERS + self.TEXTS:
            if name not in values:
                raise ValueError("header has no %s" % name)
            setattr(self, name, values.pop(name))
        if values:
            raise ValueError("header has no field named " + ", ".join(values))

    def __eq__(self, other):
        return type(self) is type(other) and self.as_dict() == other.as_dict()

    def as_dict(self) -> dict:
        """Return every field by name."""
        return {name: getattr(self, name) for name in self.NUMBERS + self.TEXTS}

    def check(self) -> None:
        """Raise ValueError, naming the field, where one has the wrong kind or is out of range."""
        for name in self.NUMBERS:
            if type(getattr(self, name)) is not int:
                raise ValueError("%s must be a whole number" % name)
        for name in self.TEXTS:
            limit = MAX_NOTE_CHARACTERS if name == "note" else MAX_TEXT_CHARACTERS
            text = getattr(self, name)
            if type(text) is not str or len(text) > limit:
                raise ValueError("%s must be text of at most %d characters" % (name, limit))
            if name != "note" and any(not " " <= character <= "~" for character in text):
                raise ValueError("%s must be printable ASCII" % name)
        if not self.lead or not self.profile:
            raise ValueError("lead and profile must not be empty")
        check_front_end(self)

    def to_line(self) -> bytes:
        """Return the header as the first line of a file. Raises ValueError where a field is wrong."""
        self.check()
        # Written by hand: MicroPython's dict has no order, and the same header must give the same bytes.
        fields = ['"format":"%s"' % FORMAT, '"version":%d' % FORMAT_VERSION]
        for name in self.NUMBERS + self.TEXTS:
            fields.append('"%s":%s' % (name, json.dumps(getattr(self, name))))
        line = ("{" + ",".join(fields) + "}\n").encode()
        if len(line) > MAX_HEADER_BYTES:
            raise ValueError("header is longer than %d bytes" % MAX_HEADER_BYTES)
        return line


def write_header(file, header: CountsHeader) -> None:
    """Write `header` to a binary file. Raises ValueError where a field is wrong; nothing is written then."""
    file.write(header.to_line())


def read_header(file) -> CountsHeader:
    """Read the header from the start of a binary file and leave the file at the first record.

    Raises:
        ValueError: not a counts file, another version, or a field that is wrong.
    """
    line = file.readline(MAX_HEADER_BYTES)
    if not line.startswith(b"{") or not line.endswith(b"\n"):
        raise ValueError("not a counts file: no header line")
    try:
        values = json.loads(line.decode())
    except ValueError:
        raise ValueError("not a counts file: the header is no JSON object") from None
    if values.get("format") != FORMAT:
        raise ValueError("not a counts file: format is not %s" % FORMAT)
    if values.get("version") != FORMAT_VERSION:
        raise ValueError("counts file of version %s, not %d" % (values.get("version"), FORMAT_VERSION))
    names = CountsHeader.NUMBERS + CountsHeader.TEXTS
    header = CountsHeader(**{name: values[name] for name in names if name in values})
    header.check()
    return header


def pack_records_into(counts, flags, n: int, dst) -> int:
    """Write `n` records to the start of `dst` and return their length in bytes.

    Raises:
        ValueError: a count does not fit in 32 bits, a flag is unknown, or a buffer is too short.
    """
    if n > len(counts) or n > len(flags) or n * RECORD_BYTES > len(dst):
        raise ValueError("buffer too small for %d records" % n)
    at = 0
    for i in range(n):
        count = counts[i]
        if not -0x80000000 <= count <= 0x7FFFFFFF or flags[i] & ~_KNOWN_FLAGS:
            raise ValueError("count or flags out of range at sample %d" % i)
        dst[at] = count & 0xFF
        dst[at + 1] = (count >> 8) & 0xFF
        dst[at + 2] = (count >> 16) & 0xFF
        dst[at + 3] = (count >> 24) & 0xFF
        dst[at + 4] = flags[i]
        at += RECORD_BYTES
    return at


def unpack_records_into(src, n: int, counts, flags, at: int = 0) -> None:
    """Read `n` records from the start of `src` into `counts[at:]` and `flags[at:]`.

    Raises:
        ValueError: a flag is unknown (the records are not aligned, or damaged), or a buffer is too short.
    """
    if n * RECORD_BYTES > len(src) or at + n > len(counts) or at + n > len(flags):
        raise ValueError("buffer too small for %d records" % n)
    start = 0
    for i in range(at, at + n):
        if src[start + 4] & ~_KNOWN_FLAGS:
            raise ValueError("unknown flags %d: damaged records" % src[start + 4])
        high = src[start + 3]
        if high & 0x80:
            high -= 0x100
        counts[i] = src[start] | src[start + 1] << 8 | src[start + 2] << 16 | high << 24
        flags[i] = src[start + 4]
        start += RECORD_BYTES


class CountsReader:
    """Reads a counts file from its start, block by block, into buffers that the caller owns.

    Attributes:
        header: the `CountsHeader`.
        index: index of the next sample.
        torn_bytes: bytes of an incomplete last record; known once the end was reached.

    Raises:
        ValueError: on construction, where `read_header` raises.
    """

    def __init__(self, file):
        self.header = read_header(file)
        self.index = 0
        self.torn_bytes = 0
        self._file = file
        self._block = bytearray(_BLOCK_RECORDS * RECORD_BYTES)
        self._view = memoryview(self._block)

    def read_into(self, counts, flags, n: int) -> int:
        """Read up to `n` samples and return how many there were; fewer only at the end of the file.

        Raises:
            ValueError: damaged records, or `counts` or `flags` holds fewer than `n`.
        """
        if n > len(counts) or n > len(flags):
            raise ValueError("buffer too small for %d samples" % n)
        done = 0
        while done < n and not self.torn_bytes:
            wanted = min(n - done, _BLOCK_RECORDS)
            got = self._fill(wanted * RECORD_BYTES)
            records = got // RECORD_BYTES
            unpack_records_into(self._block, records, counts, flags, done)
            self.torn_bytes = got - records * RECORD_BYTES
            done += records
            self.index += records
            if records < wanted:
                break
        return done

    def _fill(self, size):
        """Read `size` bytes into the block, fewer only at the end of the file; return their number."""
        at = 0
        while at < size:
            whole = not at and size == len(self._block)  # the common case needs no slice, so allocates nothing
            got = self._file.readinto(self._block if whole else self._view[at:size])
            if not got:
                break
            at += got
        return at
