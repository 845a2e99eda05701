"""Write a recording as the `.counts` file that the virtual handheld plays."""

from pathlib import Path

from pocketk_agent.recording_file.counts_writer import counts_file_bytes
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.sources.played_counts import LEAD_IN_S, PlayedCounts, recording_to_counts


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
    note = f"{played.source}; {played.lead_in_samples} mirrored samples in front"
    path.write_bytes(counts_file_bytes(played.front_end, played.counts, played.lead_off, played.missing, note))
    return played
