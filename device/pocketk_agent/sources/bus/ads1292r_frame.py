"""The nine bytes that an ADS1292R sends for a sample: 24 bits of status, then 24 of each channel."""

from collections.abc import Sequence


def is_frame(frame: Sequence[int]) -> bool:
    """Whether the bytes can be a frame of the set-up here.

    The status begins with 1100 and ends with thirteen zeros; channel 2 is powered down and reads zero. A dead bus,
    all zeros or all ones, and bytes out of step are none.
    """
    return not (frame[0] & 0xF0 != 0xC0 or frame[1] & 0x1F or frame[2] or frame[6] or frame[7] or frame[8])


def count_of(frame: Sequence[int]) -> int:
    """Channel 1, 24 bits two's complement."""
    count = frame[3] << 16 | frame[4] << 8 | frame[5]
    return count - 0x1000000 if count & 0x800000 else count


def lead_off_of(frame: Sequence[int]) -> bool:
    """True where an electrode of channel 1 has no contact.

    The five lead-off bits, from bit 19 of the status on: right-leg driver, 2N, 2P, 1N, 1P.
    """
    return bool(frame[0] & 0x01 or frame[1] & 0x80)
