"""What every front end must state about its samples, wherever it states it: HELLO or a file header."""

from pocketk_firmware.constant import const

COUNT_MIN = const(-0x800000)  # counts travel as signed 24-bit integers
COUNT_MAX = const(0x7FFFFF)


def check_front_end(stated) -> None:
    """Check the scale and the limits that `stated` carries as attributes.

    Attributes: `fs_millihz` (sampling rate), `lsb_pv` (picovolts per count), `zero_counts` (counts at 0 V),
    `rail_low_counts` and `rail_high_counts` (where the converter saturates), `adc_bits`. Millivolts are
    `(counts - zero_counts) * lsb_pv * 1e-9`.

    Raises:
        ValueError: a value is out of range; the message names it.
    """
    if not 1 <= stated.fs_millihz <= 0xFFFFFFFF:
        raise ValueError("fs_millihz must be 1 to 4294967295, not %d" % stated.fs_millihz)
    if not 1 <= stated.lsb_pv <= 0xFFFFFFFF:
        raise ValueError("lsb_pv must be 1 to 4294967295, not %d" % stated.lsb_pv)
    if not 1 <= stated.adc_bits <= 24:
        raise ValueError("adc_bits must be 1 to 24, not %d" % stated.adc_bits)
    if not COUNT_MIN <= stated.zero_counts <= COUNT_MAX:
        raise ValueError("zero_counts does not fit in 24 bits: %d" % stated.zero_counts)
    low, high = stated.rail_low_counts, stated.rail_high_counts
    if not COUNT_MIN <= low < high <= COUNT_MAX:
        raise ValueError("rails must be 24-bit counts, low below high, not %d and %d" % (low, high))
