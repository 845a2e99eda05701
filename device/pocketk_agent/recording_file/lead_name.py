"""The spellings of lead I, and which channel of a file to take."""

import re
from collections.abc import Sequence

from pocketk_agent.recording_file.recording_file_error import RecordingFileError

LEAD_ONE = "I"
UNKNOWN_LEAD = "unknown"

# "I", "Lead I", "ECG I", "ECG_Lead-I", "MDC_ECG_LEAD_I", "Lead 1", "D1", "DI", "L1".
# "ECG 1" is not among them: it is the first channel of a recorder, whatever its lead.
_LEAD_ONE = re.compile(r"((MDC|ECG|EKG|LEAD)[ _.:-]*)*I|((MDC|ECG|EKG)[ _.:-]*)*LEAD[ _.:-]*1|(ECG[ _.:-]*)?(D[1I]|L1)")


def is_lead_one(name: str) -> bool:
    """True for every known spelling of lead I."""
    return _LEAD_ONE.fullmatch(name.strip().upper()) is not None


def lead_of(name: str | None) -> str:
    """The lead's name for a strip: "I" for lead I, "unknown" for no name, else the name as it is."""
    if name is None or not name.strip():
        return UNKNOWN_LEAD
    return LEAD_ONE if is_lead_one(name) else name.strip()


def find_channel(names: Sequence[str], channel: int | str | None, source: str) -> int:
    """Index of the wanted channel.

    Args:
        names: the names of the file's channels, in order.
        channel: index or name; None for lead I, or the first channel where there is no lead I.
        source: name of the file, for the message.

    Raises:
        RecordingFileError: the file has no channel, or not this one.
    """
    if not names:
        raise RecordingFileError(f"{source}: holds no signal channel; expected at least one.")
    if channel is None:
        return next((index for index, name in enumerate(names) if is_lead_one(name)), 0)
    if isinstance(channel, int):
        if 0 <= channel < len(names):
            return channel
        raise RecordingFileError(f"{source}: has no channel {channel}; expected 0 to {len(names) - 1}.")
    wanted = channel.strip().casefold()
    for index, name in enumerate(names):
        if name.strip().casefold() == wanted:
            return index
    raise RecordingFileError(f"{source}: has no channel named {channel!r}; it holds {', '.join(map(repr, names))}.")
