"""SAMPLES: raw counts with the index of the first one and a lead-off bit for each.

Payload: first index u32, number of samples n u8, n signed 24-bit counts, ceil(n / 8) bytes of lead-off
bits (sample i is bit i % 8 of byte i // 8; unused bits are 0). The index counts every sampling instant
since START, also those whose sample was lost, so a receiver can place a frame whatever came before it.
"""

import struct
from array import array

from pocketk_firmware.constant import const
from pocketk_firmware.front_end import COUNT_MAX, COUNT_MIN

MAX_SAMPLES_PER_FRAME = const(128)
FLAG_LEAD_OFF = const(1)
_HEAD_BYTES = const(5)


def payload_bytes(n: int) -> int:
    """Return the length in bytes of a payload with `n` samples."""
    return _HEAD_BYTES + 3 * n + (n + 7) // 8


def pack_samples_into(dst, first_index: int, counts, flags, n: int) -> int:
    """Write a SAMPLES payload to the start of `dst` and return its length; nothing is allocated per sample.

    Args:
        dst: buffer of at least `payload_bytes(n)`.
        first_index: index of `counts[0]`; `first_index + n` must fit in 32 bits.
        counts: at least `n` raw counts, each within 24 bits.
        flags: at least `n` bytes; bit 0 (`FLAG_LEAD_OFF`) is sent, the others are ignored.
        n: 1 to `MAX_SAMPLES_PER_FRAME`.

    Raises:
        ValueError: an argument is out of range, or a buffer is too short.
    """
    _check_range(first_index, n)
    if payload_bytes(n) > len(dst) or n > len(counts) or n > len(flags):
        raise ValueError("buffer too small for %d samples" % n)
    struct.pack_into("<IB", dst, 0, first_index, n)
    at = _HEAD_BYTES
    for i in range(n):
        count = counts[i]
        if count < COUNT_MIN or count > COUNT_MAX:
            raise ValueError("count does not fit in 24 bits: %d" % count)
        dst[at] = count & 0xFF
        dst[at + 1] = (count >> 8) & 0xFF
        dst[at + 2] = (count >> 16) & 0xFF
        at += 3
    return _pack_lead_off(dst, at, flags, n)


def _pack_lead_off(dst, at, flags, n):
    bits = 0
    for i in range(n):
        if flags[i] & FLAG_LEAD_OFF:
            bits |= 1 << (i & 7)
        if i & 7 == 7 or i == n - 1:
            dst[at] = bits
            at += 1
            bits = 0
    return at


def unpack_samples_into(payload, counts, lead_off) -> int:
    """Read the samples of a SAMPLES payload into the caller's buffers and return their number.

    Args:
        payload: the whole payload; `read_first_index(payload)` tells where it belongs.
        counts: writable, receives the counts.
        lead_off: writable, receives 1 for each sample with the lead off, else 0.

    Raises:
        ValueError: the payload is malformed, or a buffer is too short.
    """
    n = _checked_number(payload)
    if n > len(counts) or n > len(lead_off):
        raise ValueError("buffer too small for %d samples" % n)
    at = _HEAD_BYTES
    bits_at = at + 3 * n
    for i in range(n):
        high = payload[at + 2]
        if high & 0x80:
            high -= 0x100
        counts[i] = payload[at] | payload[at + 1] << 8 | high << 16
        lead_off[i] = payload[bits_at + (i >> 3)] >> (i & 7) & 1
        at += 3
    return n


def read_first_index(payload) -> int:
    """Return the index of the first sample of a SAMPLES payload.

    Raises:
        ValueError: the payload is malformed.
    """
    _checked_number(payload)
    return struct.unpack_from("<I", payload, 0)[0]


def _check_range(first, n):
    if not 1 <= n <= MAX_SAMPLES_PER_FRAME:
        raise ValueError("a frame carries 1 to %d samples, not %d" % (MAX_SAMPLES_PER_FRAME, n))
    if not 0 <= first <= 0xFFFFFFFF - n:
        raise ValueError("sample index does not fit in 32 bits")


def _checked_number(payload):
    """Return the number of samples of a payload whose length and range are right."""
    if len(payload) < _HEAD_BYTES:
        raise ValueError("SAMPLES cut short")
    first, n = struct.unpack_from("<IB", payload, 0)
    _check_range(first, n)
    if len(payload) != payload_bytes(n):
        raise ValueError("SAMPLES with %d samples has %d bytes, not %d" % (n, payload_bytes(n), len(payload)))
    if n & 7 and payload[-1] >> (n & 7):
        raise ValueError("unused lead-off bits are set")
    return n


class Samples:  # noqa: PLW1641  its buffers may change, so it has no hash
    """The samples of one frame.

    Attributes:
        first_index: index of the first sample since START.
        counts: `array("i")` of raw counts.
        lead_off: bytearray with 1 for each sample taken with the lead off, else 0.
    """

    TYPE = 2
    __slots__ = ("counts", "first_index", "lead_off")

    def __init__(self, first_index: int, counts, lead_off):
        self.first_index = first_index
        self.counts = counts
        self.lead_off = lead_off

    def __eq__(self, other):
        if type(self) is not type(other):
            return False
        mine = (self.first_index, list(self.counts), list(self.lead_off))
        return mine == (other.first_index, list(other.counts), list(other.lead_off))

    def __repr__(self):
        return "Samples(first_index=%d, n=%d)" % (self.first_index, len(self.counts))

    def pack_into(self, dst) -> int:
        """Write the payload to the start of `dst` and return its length; see `pack_samples_into`."""
        return pack_samples_into(dst, self.first_index, self.counts, self.lead_off, len(self.counts))

    @classmethod
    def unpack(cls, payload):
        """Return the samples in `payload`, copied. Raises ValueError where it is malformed."""
        n = _checked_number(payload)
        counts = array("i", bytes(4 * n))
        lead_off = bytearray(n)
        unpack_samples_into(payload, counts, lead_off)
        return cls(read_first_index(payload), counts, lead_off)
