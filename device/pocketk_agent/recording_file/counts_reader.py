"""The `.counts` file: raw counts as a front end delivered them, gaps and lead-off marked."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.recording_file.damage_guard import damage_guard
from pocketk_agent.recording_file.lead_name import find_channel, lead_of
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_firmware.counts_file import FLAG_MISSING, RECORD_BYTES, CountsHeader, read_header
from pocketk_firmware.samples import FLAG_LEAD_OFF

# One record as docs/wire.md and counts_file.py lay it out.
RECORD_DTYPE = np.dtype([("counts", "<i4"), ("flags", "u1")])
_PV_PER_MV = 1e9


def read_counts(path: Path, request: ReadRequest) -> RecordedStrip:
    """Read a `.counts` file. A torn last record (power cut) is left out, and `source` says so.

    Args:
        path: the file.
        request: part; the header gives rate, scale, rails and lead.

    Raises:
        RecordingFileError: damaged, empty, or of another version.
    """
    source = f"{path.name} (counts)"
    request.refuse_scale(source)
    with damage_guard(source, "a counts file"):
        with path.open("rb") as file:
            header = read_header(file)
            find_channel([header.lead], request.channel, source)
            fs_hz = request.check_header_rate(header.fs_millihz / 1000, source)
            n_records, torn = divmod(path.stat().st_size - file.tell(), RECORD_BYTES)
            wanted = request.window(n_records, fs_hz, source)
            file.seek(wanted.start * RECORD_BYTES, os.SEEK_CUR)
            body = file.read((wanted.stop - wanted.start) * RECORD_BYTES)
        records = np.frombuffer(body, RECORD_DTYPE)
        _check_flags(records["flags"], wanted.start, source)
        return _strip(header, fs_hz, records, source + ", last record torn" * bool(torn))


def _check_flags(flags: NDArray[np.uint8], first: int, source: str) -> None:
    unknown = np.flatnonzero(flags & np.uint8(0xFF ^ (FLAG_MISSING | FLAG_LEAD_OFF)))
    if unknown.size:
        raise RecordingFileError(
            f"{source}: unknown flags {flags[unknown[0]]} at sample {first + unknown[0]}: the records are damaged."
        )


def _strip(header: CountsHeader, fs_hz: float, records: np.ndarray, source: str) -> RecordedStrip:
    native = NativeCounts(
        counts=records["counts"].astype(np.int32),
        lsb_mv=header.lsb_pv / _PV_PER_MV,
        zero_counts=header.zero_counts,
        rail_low_counts=header.rail_low_counts,
        rail_high_counts=header.rail_high_counts,
        adc_bits=header.adc_bits,
    )
    ecg_mv = native.to_mv()
    ecg_mv[(records["flags"] & FLAG_MISSING) != 0] = np.nan
    lead_off = (records["flags"] & FLAG_LEAD_OFF) != 0
    return RecordedStrip(ecg_mv, fs_hz, lead_of(header.lead), lead_off, source, native)
