"""Writing a `.counts` file: what the virtual handheld plays and what a measurement leaves are the same thing."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.recording_file.counts_reader import RECORD_DTYPE
from pocketk_firmware.counts_file import FLAG_MISSING, MAX_NOTE_CHARACTERS, CountsHeader
from pocketk_firmware.samples import FLAG_LEAD_OFF


def counts_file_bytes(
    front_end: FrontEnd,
    counts: NDArray[np.int32],
    lead_off: NDArray[np.bool_],
    missing: NDArray[np.bool_],
    note: str,
) -> bytes:
    """The bytes of a `.counts` file; a missing sample keeps its place.

    Args:
        front_end: scale and identity.
        counts: (T,) int32.
        lead_off: (T,) bool.
        missing: (T,) bool.
        note: anything else in words; cut to what the format holds.

    Raises:
        ValueError: the front end's scale or names do not fit the format.
    """
    records = np.zeros(counts.size, RECORD_DTYPE)
    records["counts"] = counts
    records["flags"] = FLAG_LEAD_OFF * lead_off + FLAG_MISSING * missing
    header = CountsHeader(
        fs_millihz=round(front_end.fs_hz * 1e3),
        lsb_pv=round(front_end.lsb_mv * 1e9),
        zero_counts=front_end.zero_counts,
        rail_low_counts=front_end.rail_low_counts,
        rail_high_counts=front_end.rail_high_counts,
        adc_bits=front_end.adc_bits,
        lead=front_end.lead,
        profile=front_end.profile,
        serial=front_end.serial,
        note=note[:MAX_NOTE_CHARACTERS],
    )
    return header.to_line() + records.tobytes()
