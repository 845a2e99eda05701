"""Lead I out of a recording's own file, one reader for every builder."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pocketk_agent.recording_file import RecordedStrip, RecordingFileError, read_recording

# CPSC 2018 recordings have no header: 500 Hz, 12 leads in millivolts, lead I first (Liu 2018).
CPSC_FS_HZ = 500.0


@dataclass(frozen=True)
class LeadRequest:
    """What a recording's file does not say itself.

    Attributes:
        fs_hz: sampling rate, hertz, of tables; None where the file states it.
        lsb_mv: millivolts per count, for tables of counts.
        channel: name or index of the channel that is lead I; None for lead I by name.
    """

    fs_hz: float | None = None
    lsb_mv: float | None = None
    channel: int | str | None = None


def is_recording(path: Path) -> bool:
    """Whether there is a file; a name that no file can have is one that is not there."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_lead(path: Path, request: LeadRequest) -> RecordedStrip:
    """Read lead I.

    Args:
        path: a WFDB header, EDF, CSV, .npy, .counts or a CPSC 2018 .mat file without header.
        request: rate, scale and channel where the file does not state them.

    Raises:
        RecordingFileError: absent, damaged or of an unknown kind.
    """
    if path.suffix == ".mat" and not path.with_suffix(".hea").is_file():
        return _read_cpsc(path)
    if not path.is_file() and not path.with_name(path.name + ".hea").is_file():
        raise RecordingFileError(f"{path} does not exist.")
    return read_recording(path, fs_hz=request.fs_hz, lsb_mv=request.lsb_mv, channel=request.channel)


def _read_cpsc(path: Path) -> RecordedStrip:
    from scipy.io import loadmat

    source = f"{path.name} (CPSC 2018)"
    try:
        data = np.asarray(loadmat(path, squeeze_me=True)["ECG"]["data"].item(), dtype=np.float64)
    except FileNotFoundError as error:
        raise RecordingFileError(f"{path} does not exist.") from error
    except Exception as error:  # the parser raises many kinds on damaged bytes
        raise RecordingFileError(f"{source}: no readable struct ECG with a field data ({error}).") from error
    if data.ndim != 2 or data.shape[0] != 12:
        raise RecordingFileError(f"{source}: data of shape {data.shape}; expected (12, T).")
    lead = data[0]
    return RecordedStrip(lead, CPSC_FS_HZ, "I", np.zeros(lead.size, dtype=np.bool_), source)
