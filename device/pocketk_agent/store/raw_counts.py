"""Raw counts of a recording as the bytes of a `.counts` file."""

import numpy as np

from pocketk_agent.measurement.recorder import Recording
from pocketk_firmware.counts_file import FLAG_MISSING, CountsHeader
from pocketk_firmware.samples import FLAG_LEAD_OFF

_RECORD = np.dtype([("counts", "<i4"), ("flags", "u1")])


def counts_bytes(recording: Recording) -> bytes:
    """The file's bytes; a missing sample keeps its place."""
    front_end = recording.front_end
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
        note=f"first sample has device index {recording.first_index}",
    )
    records = np.zeros(recording.counts.size, _RECORD)
    records["counts"] = recording.counts
    records["flags"] = recording.lead_off * FLAG_LEAD_OFF + recording.missing * FLAG_MISSING
    return header.to_line() + records.tobytes()
