"""Which reader a file is for."""

from collections.abc import Callable
from pathlib import Path

from pocketk_agent.recording_file.counts_reader import read_counts
from pocketk_agent.recording_file.edf_reader import read_edf
from pocketk_agent.recording_file.read_request import ReadRequest
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.table_reader import read_csv, read_npy
from pocketk_agent.recording_file.wfdb_reader import read_wfdb

_Reader = Callable[[Path, ReadRequest], RecordedStrip]
_BY_ENDING: dict[str, _Reader] = {
    ".hea": read_wfdb,
    ".dat": read_wfdb,
    ".mat": read_wfdb,
    ".edf": read_edf,
    ".csv": read_csv,
    ".csv.gz": read_csv,
    ".npy": read_npy,
    ".counts": read_counts,
}


def read_recording(  # noqa: PLR0913 - one keyword for each thing a file may leave unsaid
    path: str | Path,
    *,
    fs_hz: float | None = None,
    lsb_mv: float | None = None,
    zero_counts: int | None = None,
    channel: int | str | None = None,
    start_s: float = 0.0,
    seconds: float | None = None,
    adc_bits: int | None = None,
) -> RecordedStrip:
    """Read one lead of a recording in any supported format, told by the file's ending.

    Args:
        path: `.hea`, `.dat`, `.mat` or no ending (WFDB), `.edf`, `.csv`, `.csv.gz`, `.npy` or `.counts`.
        fs_hz: sampling rate; required for `.npy`, and for `.csv` unless its first line is `# 500.0 Hz, millivolts` (as
            Pocket-K writes it); elsewhere checked against the file's own.
        lsb_mv: millivolts per count, where a `.csv` or `.npy` holds counts.
        zero_counts: count that stands for 0 mV, 0 where None.
        channel: index or name of the lead; None for lead I by name, else the first.
        start_s: seconds to skip.
        seconds: seconds to read, None for all; a file that ends earlier gives what it has.
        adc_bits: the counts of a table come from a converter that gives 0 to 2**adc_bits - 1; sets the rails.

    Returns:
        The strip in millivolts, with the file's own integers where it has them.

    Raises:
        RecordingFileError: the file is absent, of another format, damaged, or does not hold what was asked for.
        ModuleNotFoundError: WFDB or EDF without the packages of the extra `interop`.
    """
    request = ReadRequest(fs_hz, lsb_mv, zero_counts, adc_bits, channel, start_s, seconds)
    path = Path(path)
    reader = _reader_for(path)
    try:
        return reader(path, request)
    except OSError as error:
        raise RecordingFileError(f"{path.name}: cannot be opened ({error.strerror or error}).") from error


def _reader_for(path: Path) -> _Reader:
    name = path.name.casefold()
    for ending, reader in _BY_ENDING.items():
        if name.endswith(ending):
            _check_present(path)
            return reader
    try:
        is_record = path.with_name(path.name + ".hea").is_file()
    except (OSError, ValueError):  # "", "/", a NUL in the name, a name longer than the disk allows
        is_record = False
    if is_record:
        return read_wfdb
    _check_present(path)
    raise RecordingFileError(
        f"{path.name}: unknown format; expected {', '.join(_BY_ENDING)}, or a WFDB record name with its .hea beside it."
    )


def _check_present(path: Path) -> None:
    try:
        found = path.exists()
    except (OSError, ValueError):
        found = False
    if not found:
        raise RecordingFileError(f"{path.name}: no such file.")
    if path.is_dir():
        raise RecordingFileError(f"{path.name}: is a folder; name a file in it.")
