"""The files of one stored measurement in a format of others."""

import shutil
from pathlib import Path

from pocketk_agent.recording_file import RecordingFileError, read_recording
from pocketk_agent.recording_file.recording_writer import write_recording
from pocketk_agent.store.file_store import COUNTS_NAME, RECORD_NAME, FileStore
from pocketk_agent.store.record import MeasurementRecord
from pocketk_agent.store.store import StoreError

JSON = "json"
# The record, which says what came out, always goes along.
ENDINGS = {JSON: "", "edf": ".edf", "wfdb": ".hea", "csv": ".csv", "counts": ".counts"}


class ExportError(Exception):
    """A measurement cannot be exported; the others can."""


def write_measurement(store: FileStore, measurement_id: str, folder: Path, file_format: str) -> list[Path]:
    """Write one measurement into a folder that is there.

    Args:
        store: where it is kept.
        measurement_id: of it.
        folder: to write to.
        file_format: a key of `ENDINGS`.

    Returns:
        The files written: the record first, then the recording where there is one.

    Raises:
        ExportError: the stored measurement is damaged, or the format cannot hold it.
        OSError: the folder cannot be written.
    """
    try:
        record = store.get(measurement_id)  # whole and readable, before anything is written
        kept = store.folder(measurement_id)
        written = [Path(shutil.copyfile(kept / RECORD_NAME, folder / RECORD_NAME))]
        counts = kept / COUNTS_NAME
        if ENDINGS[file_format] and _has_samples(record):
            written += write_recording(folder / f"{measurement_id}{ENDINGS[file_format]}", read_recording(counts))
    except (StoreError, RecordingFileError) as error:
        raise ExportError(str(error)) from error
    return written


def _has_samples(record: MeasurementRecord) -> bool:
    """Whether a single sample was recorded: of a front end that was lost at once, only the record can go along."""
    recording = record.body.get("recording")
    if not isinstance(recording, dict):
        return False
    return int(recording.get("n_samples", 0)) > int(recording.get("missing_samples", 0))
