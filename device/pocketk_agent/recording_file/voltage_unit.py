"""The spellings of the units of voltage."""

from pocketk_agent.recording_file.recording_file_error import RecordingFileError

# Upper and lower case are not told apart: headers write "MV" and "UV", and no ECG is in megavolts.
_MV_PER_UNIT = {
    "nv": 1e-6,
    "nanov": 1e-6,
    "nanovolt": 1e-6,
    "uv": 1e-3,
    "\u00b5v": 1e-3,  # micro sign
    "\u03bcv": 1e-3,  # Greek mu
    "microv": 1e-3,
    "microvolt": 1e-3,
    "mv": 1.0,
    "milliv": 1.0,
    "millivolt": 1.0,
    "v": 1e3,
    "volt": 1e3,
}


def mv_per_unit(unit: str, source: str) -> float:
    """Millivolts in one of the unit.

    Args:
        unit: as a file's header writes it, such as "mV", "uV" or "V".
        source: name of the file, for the message.

    Raises:
        RecordingFileError: not a unit of voltage.
    """
    # casefold() turns the micro sign into the Greek letter, so both spellings arrive here as one.
    folded = unit.strip().casefold()
    scale = _MV_PER_UNIT.get(folded, _MV_PER_UNIT.get(folded.removesuffix("s")))
    if scale is None:
        raise RecordingFileError(
            f"{source}: physical unit {unit!r} is not a voltage; expected mV, uV, nV or V. "
            "Pick another channel, or correct the unit in the header."
        )
    return scale
