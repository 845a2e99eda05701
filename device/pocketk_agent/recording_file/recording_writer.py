"""Which writer a file is for."""

from collections.abc import Callable
from pathlib import Path

from pocketk_agent.recording_file.csv_writer import csv_file_bytes
from pocketk_agent.recording_file.edf_writer import edf_file_bytes
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_agent.recording_file.recording_file_error import RecordingFileError
from pocketk_agent.recording_file.strip_counts import strip_counts_bytes
from pocketk_agent.recording_file.wfdb_writer import wfdb_record_files
from pocketk_agent.recording_file.whole_files import write_whole_files

_BY_ENDING: dict[str, Callable[[RecordedStrip], bytes]] = {
    ".edf": edf_file_bytes,
    ".csv": csv_file_bytes,
    ".counts": strip_counts_bytes,
}
_WFDB = (".hea", ".wfdb")
WRITTEN_ENDINGS = (*_WFDB, *_BY_ENDING)


def write_recording(path: Path, strip: RecordedStrip, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write one lead in the format that the file's ending names, whole or not at all.

    Args:
        path: `.hea` or `.wfdb` (a WFDB record: `x.hea` and `x.dat`), `.edf`, `.csv` or `.counts`.
        strip: what to write; what each format cannot hold is said by its writer.
        overwrite: False refuses to replace a file that is there.

    Returns:
        The files written, the one to read back first.

    Raises:
        RecordingFileError: an unknown ending, no such folder, a file that is there already, or a strip that the
            format cannot hold.
    """
    path = Path(path)
    check_writable(path, overwrite=overwrite)
    ending = path.suffix.casefold()
    files = wfdb_record_files(strip, path) if ending in _WFDB else {path: _BY_ENDING[ending](strip)}
    write_whole_files(files, overwrite=overwrite)
    return tuple(files)


def check_writable(path: Path, *, overwrite: bool = False) -> None:
    """Refuse a path that could not be written, before any work is done for it.

    Raises:
        RecordingFileError: an unknown ending, no such folder, or a file that is there already.
    """
    ending = path.suffix.casefold()
    if ending not in WRITTEN_ENDINGS:
        raise RecordingFileError(f"{path.name}: unknown format to write; expected {', '.join(WRITTEN_ENDINGS)}.")
    if not path.parent.is_dir():
        raise RecordingFileError(f"{path.parent}: no such folder; make it first.")
    wanted = [path.with_suffix(".hea"), path.with_suffix(".dat")] if ending in _WFDB else [path]
    there = [file for file in wanted if file.exists()]
    if there and not overwrite:
        raise RecordingFileError(f"{there[0]} is there already; pick another name, or ask for it to be overwritten.")
