"""A strip as the bytes of a `.counts` file."""

import numpy as np

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.recording_file.counts_writer import counts_file_bytes
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.whole_counts import FINE_STEP_MV

_PROFILE = "recorded"
# Where a strip has no converter of its own: 24 bits, in steps of 10 nV or as much more as its largest value needs.
_BITS, _RAIL = 24, 2**23 - 1
_PV_PER_MV = 1e9


def strip_counts_bytes(strip: RecordedStrip) -> bytes:
    """The bytes of a `.counts` file; missing samples keep their place and lead-off marks are kept.

    The strip's own integers are written as they are where scale, zero, rails and resolution are known; else its
    millivolts as 24-bit counts.

    Args:
        strip: what to write.

    Raises:
        RecordingFileError: rate or scale do not fit the format's whole millihertz and picovolts.
    """
    native = strip.native if strip.native is not None and _complete(strip.native) else _digitised(strip)
    front_end = FrontEnd(
        serial="",
        firmware=NO_FIRMWARE,
        runtime=NO_FIRMWARE,
        profile=_PROFILE,
        lead=strip.lead,
        fs_hz=strip.fs_hz,
        lsb_mv=native.lsb_mv,
        zero_counts=int(native.zero_counts),
        rail_low_counts=native.rail_low_counts if native.rail_low_counts is not None else -_RAIL - 1,
        rail_high_counts=native.rail_high_counts if native.rail_high_counts is not None else _RAIL,
        adc_bits=native.adc_bits or _BITS,
    )
    counts = np.where(strip.missing, np.int32(0), native.counts).astype(np.int32)
    try:
        return counts_file_bytes(front_end, counts, strip.lead_off, strip.missing, strip.source)
    except ValueError as error:
        raise RecordingFileError(f"{strip.source}: does not fit a .counts file: {error}.") from error


def _complete(native: NativeCounts) -> bool:
    known = None not in (native.rail_low_counts, native.rail_high_counts, native.adc_bits)
    return known and native.lsb_mv * _PV_PER_MV >= 1.0 and float(native.zero_counts).is_integer()


def _digitised(strip: RecordedStrip) -> NativeCounts:
    ecg_mv = np.nan_to_num(strip.ecg_mv, nan=0.0)
    needed_pv = np.ceil(float(np.abs(ecg_mv).max()) * _PV_PER_MV / (_RAIL - 1))
    lsb_mv = max(FINE_STEP_MV, needed_pv / _PV_PER_MV)
    counts = np.round(ecg_mv / lsb_mv).astype(np.int32)
    return NativeCounts(counts, lsb_mv, 0, -_RAIL - 1, _RAIL, _BITS)
