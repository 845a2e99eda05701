"""Frames of wire protocol version 1: COBS(header | auth | payload | CRC-32), ended by a zero byte.

The header is 8 bytes, little-endian: version u8, type u8, sequence u16, flags u8, auth length u8,
payload length u16. docs/wire.md describes the whole protocol.
"""

import struct
from array import array
from binascii import crc32

from pocketk_firmware.cobs import decode_into, encode_into
from pocketk_firmware.constant import const

PROTOCOL_VERSION = const(1)
HEADER_BYTES = const(8)
CRC_BYTES = const(4)
MAX_AUTH_BYTES = const(16)
MAX_PAYLOAD_BYTES = const(522)  # a CHUNK with 512 bytes of data
MAX_FRAME_BYTES = const(550)  # header, longest tag, longest payload, CRC
MAX_ENCODED_BYTES = const(553)  # the same after COBS, delimiter not counted
FLAG_FIRST = const(1)  # the sender has just started: its sequence numbers begin here
RECENT_FRAMES = const(8)  # a repeat is looked for among the last 8 frames
REORDER_WINDOW = const(64)  # further behind than this, the sender has started again

_HEADER = "<BBHBBH"
_AUTH_LENGTHS = (0, 8, 16)


class FrameWriter:
    """Builds frames in buffers it owns and hands each one to `write(buffer)`, complete.

    `write` returns the number of bytes it took; fewer than it was given means a dropped frame.
    A message is packed straight into `payload` and then sent; nothing is copied in between.
    """

    def __init__(self, write):
        self.sequence = 0
        self._write = write
        self._first = True
        self._needs_delimiter = True
        # The payload's place is fixed; header and tag are laid in front of it, whatever the tag's length.
        self._frame = bytearray(MAX_FRAME_BYTES)
        self._frame_view = memoryview(self._frame)
        payload_at = HEADER_BYTES + MAX_AUTH_BYTES
        self.payload = self._frame_view[payload_at : payload_at + MAX_PAYLOAD_BYTES]
        self._wire = memoryview(bytearray(MAX_ENCODED_BYTES + 2))
        self._encoded = self._wire[1:]

    def send_message(self, message, auth=b"") -> bool:
        """Pack `message` and send it; see `send`."""
        return self.send(message.TYPE, message.pack_into(self.payload), auth)

    def send(self, frame_type: int, payload_length: int, auth=b"") -> bool:
        """Send the first `payload_length` bytes of `payload` and return whether the link took them all.

        Args:
            frame_type: 0 to 255, one of the `TYPE` numbers of the messages.
            payload_length: 0 to `MAX_PAYLOAD_BYTES`.
            auth: authentication tag of 0, 8 or 16 bytes, carried as it is.

        Raises:
            ValueError: a length or the type is out of range; nothing was sent.
        """
        if not 0 <= payload_length <= MAX_PAYLOAD_BYTES or not 0 <= frame_type <= 0xFF:
            raise ValueError("payload length or frame type out of range")
        if len(auth) not in _AUTH_LENGTHS:
            raise ValueError("an authentication tag has 0, 8 or 16 bytes")
        length = self._assemble(frame_type, payload_length, auth)
        start = 0 if self._needs_delimiter else 1
        wire = self._wire[start : length + 2]
        self._first = False
        self.sequence = (self.sequence + 1) & 0xFFFF
        # After a torn frame the next one needs a delimiter in front, or both would be lost.
        self._needs_delimiter = self._write(wire) != len(wire)
        return not self._needs_delimiter

    def _assemble(self, frame_type, payload_length, auth):
        """Encode one frame behind the leading delimiter and return its encoded length."""
        start = MAX_AUTH_BYTES - len(auth)
        end = HEADER_BYTES + MAX_AUTH_BYTES + payload_length
        flags = FLAG_FIRST if self._first else 0
        header = (PROTOCOL_VERSION, frame_type, self.sequence, flags, len(auth), payload_length)
        struct.pack_into(_HEADER, self._frame, start, *header)
        self._frame_view[start + HEADER_BYTES : HEADER_BYTES + MAX_AUTH_BYTES] = auth
        struct.pack_into("<I", self._frame, end, crc32(self._frame_view[start:end]))
        length = encode_into(self._frame_view[start:], end + CRC_BYTES - start, self._encoded)
        self._encoded[length] = 0
        return length


class FrameFaults:
    """What went wrong on the receiving side, counted since the reader was made.

    `restarts` and `resync_bytes` are not faults by themselves: a peer may start again, and a reader that
    joins in the middle of a frame throws the rest of it away.
    """

    NAMES = (
        "bad_cobs",
        "bad_crc",
        "bad_version",
        "bad_length",
        "oversize",
        "missing",
        "repeated",
        "reordered",
    )
    __slots__ = NAMES + ("resync_bytes", "restarts")

    def __init__(self):
        self.bad_cobs = 0
        self.bad_crc = 0
        self.bad_version = 0
        self.bad_length = 0
        self.oversize = 0
        self.missing = 0  # jumps in the sequence; a late arrival counts in `reordered` and is not taken off
        self.repeated = 0
        self.reordered = 0
        self.resync_bytes = 0  # bytes between delimiters that did not become a frame
        self.restarts = 0

    def total(self) -> int:
        """Return the number of faults: the sum of the counters in `NAMES`."""
        return sum(getattr(self, name) for name in self.NAMES)

    def as_dict(self) -> dict:
        """Return every counter by name, `resync_bytes` and `restarts` included."""
        names = self.NAMES + ("resync_bytes", "restarts")
        return {name: getattr(self, name) for name in names}


class FrameReader:
    """Finds frames in a byte stream, delivers the good ones and counts everything else.

    `deliver(frame_type, sequence, payload, auth)` is called once per frame, from inside `feed`. `payload`
    and `auth` are views into the reader's buffer: copy what must outlive the call. No input makes `feed`
    raise; an exception from `deliver` passes through and loses the rest of that chunk.
    """

    def __init__(self, deliver):
        self.faults = FrameFaults()
        self.delivered = 0
        self._deliver = deliver
        self._bytes = bytearray(MAX_ENCODED_BYTES)
        self._view = memoryview(self._bytes)
        self._length = 0
        self._skipping = True  # up to the first delimiter, there may be half a frame
        self._expected = -1  # next sequence number; -1 before the first frame
        self._first_seen = False
        self._recent_sequence = array("H", bytes(2 * RECENT_FRAMES))
        self._recent_crc = array("I", bytes(4 * RECENT_FRAMES))
        self._remembered = 0

    def feed(self, data, n: int = -1) -> int:
        """Take the first `n` bytes of `data` (all of them by default); return the frames delivered."""
        before = self.delivered
        for i in range(len(data) if n < 0 else n):
            byte = data[i]
            if not byte:
                self._end_frame()
            elif self._skipping:
                self.faults.resync_bytes += 1
            elif self._length == MAX_ENCODED_BYTES:
                self._skip_oversize()
            else:
                self._bytes[self._length] = byte
                self._length += 1
        return self.delivered - before

    def _skip_oversize(self):
        self.faults.oversize += 1
        self.faults.resync_bytes += self._length + 1
        self._length = 0
        self._skipping = True

    def _end_frame(self):
        n = self._length
        self._length = 0  # before the delivery, so that an exception there leaves a reader that works
        self._skipping = False
        if n and not self._accept(n):
            self.faults.resync_bytes += n

    def _accept(self, n):
        """Decode, check and deliver `n` encoded bytes; return False where they were not a frame."""
        try:
            end = decode_into(self._bytes, n, self._bytes) - CRC_BYTES
        except ValueError:
            self.faults.bad_cobs += 1
            return False
        if end < HEADER_BYTES:
            self.faults.bad_length += 1
            return False
        crc = struct.unpack_from("<I", self._bytes, end)[0]
        if crc32(self._view[:end]) != crc:
            self.faults.bad_crc += 1
            return False
        return self._accept_body(end, crc)

    def _accept_body(self, end, crc):
        header = struct.unpack_from(_HEADER, self._bytes, 0)
        version, frame_type, sequence, flags, auth_length, payload_length = header
        if version != PROTOCOL_VERSION:
            self.faults.bad_version += 1
            return False
        payload_at = HEADER_BYTES + auth_length
        fits = auth_length in _AUTH_LENGTHS and payload_length <= MAX_PAYLOAD_BYTES
        if not fits or payload_at + payload_length != end:
            self.faults.bad_length += 1
            return False
        if self._is_new(sequence, flags & FLAG_FIRST, crc):
            self.delivered += 1
            view = self._view
            self._deliver(frame_type, sequence, view[payload_at:end], view[HEADER_BYTES:payload_at])
        return True

    def _is_new(self, sequence, first, crc):
        """Update the sequence accounting; return False for a frame that came before."""
        if self._is_repeat(sequence, first, crc):
            self.faults.repeated += 1
            return False
        behind = (self._expected - sequence) & 0xFFFF
        started_again = first and self._first_seen
        self._first_seen = self._first_seen or bool(first)
        if self._expected >= 0 and not started_again and 0 < behind <= REORDER_WINDOW:
            self.faults.reordered += 1
            self._remember(sequence, crc)
            return True
        self._count_jump(behind, started_again)
        self._remember(sequence, crc)
        self._expected = (sequence + 1) & 0xFFFF
        return True

    def _count_jump(self, behind, started_again):
        """Account for a frame that is the next one, or ahead, or from a sender that started again."""
        if self._expected < 0:
            return
        if started_again or 0 < behind <= 0x8000:
            self.faults.restarts += 1
            self._remembered = 0
        else:
            self.faults.missing += -behind & 0xFFFF

    def _is_repeat(self, sequence, first, crc):
        # A peer that starts again may send the same first frame as last time: only a first frame that
        # directly follows itself is a repeat.
        depth = min(self._remembered, 1 if first else RECENT_FRAMES)
        for back in range(1, depth + 1):
            slot = (self._remembered - back) % RECENT_FRAMES
            if self._recent_sequence[slot] == sequence and self._recent_crc[slot] == crc:
                return True
        return False

    def _remember(self, sequence, crc):
        slot = self._remembered % RECENT_FRAMES
        self._recent_sequence[slot] = sequence
        self._recent_crc[slot] = crc
        self._remembered += 1
