"""CSV files of one column."""

import math

from pocketk_agent.recording_file.lead_name import UNKNOWN_LEAD
from pocketk_agent.recording_file.recorded_strip import RecordedStrip

# What a reader would take for a clock or an index.
_TITLE_OF_UNKNOWN = "ecg"


def csv_file_bytes(strip: RecordedStrip) -> bytes:
    """One column of millivolts under the lead's name, behind a comment that tells the reader the sampling rate.

    A missing sample is the word `nan`: an empty line would be no row. Every number reads back exactly. Lead-off
    marks and the integers behind the millivolts are not written.

    Args:
        strip: what to write.
    """
    rows = [f"# {strip.fs_hz!r} Hz, millivolts, nan: missing", _title(strip.lead)]
    rows += ["nan" if math.isnan(value) else repr(value) for value in strip.ecg_mv.tolist()]
    return ("\n".join(rows) + "\n").encode("utf-8")


def _title(lead: str) -> str:
    """The lead's name as a header cell that needs no quotes and is no number."""
    text = "".join(c if c.isascii() and (c.isalnum() or c in " _-+.") else "_" for c in lead).strip()
    if not text or lead == UNKNOWN_LEAD:
        return _TITLE_OF_UNKNOWN
    return f"lead_{text}" if _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
