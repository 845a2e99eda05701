"""Write a recording as the `.counts` file that the virtual handheld plays."""

from pathlib import Path

import numpy as np

from pocketk_agent.recording_file.counts_reader import RECORD_DTYPE
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.sources.played_counts import LEAD_IN_S, PlayedCounts, recording_to_counts
from pocketk_firmware.counts_file import FLAG_MISSING, MAX_NOTE_CHARACTERS, CountsHeader
from pocketk_firmware.samples import FLAG_LEAD_OFF


def write_counts_file(
    path: Path, strip: RecordedStrip, *, lead_in_s: float = LEAD_IN_S, serial: str = "VIRTUAL-1"
) -> PlayedCounts:
    """Write a recording, lead-in included, for `python -m pocketk_firmware.virtual_handheld`.

    Args:
        path: the file to write; an existing one is replaced.
        strip: the recording.
        lead_in_s: seconds to mirror in front.
        serial: serial number of the pretended handheld.

    Returns:
        What the file holds, as `ReplaySource` would deliver it.

    Raises:
        OSError: the file cannot be written.
        ValueError: lead_in_s is negative, or the serial number is not printable ASCII.
    """
    played = recording_to_counts(strip, lead_in_s=lead_in_s, serial=serial)
    records = np.zeros(len(played.counts), RECORD_DTYPE)
    records["counts"] = played.counts
    records["flags"] = FLAG_MISSING * played.missing + FLAG_LEAD_OFF * played.lead_off
    path.write_bytes(_header(played).to_line() + records.tobytes())
    return played


def _header(played: PlayedCounts) -> CountsHeader:
    front_end = played.front_end
    return CountsHeader(
        fs_millihz=round(front_end.fs_hz * 1000),
        lsb_pv=round(front_end.lsb_mv * 1e9),
        zero_counts=front_end.zero_counts,
        rail_low_counts=front_end.rail_low_counts,
        rail_high_counts=front_end.rail_high_counts,
        adc_bits=front_end.adc_bits,
        lead=front_end.lead,
        profile=front_end.profile,
        serial=front_end.serial,
        note=f"{played.source}; {played.lead_in_samples} mirrored samples in front"[:MAX_NOTE_CHARACTERS],
    )
