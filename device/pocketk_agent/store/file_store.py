"""One folder per measurement, whole or not there at all."""

import os
import shutil
from pathlib import Path

from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.recording_file.counts_writer import counts_file_bytes
from pocketk_agent.store.record import MeasurementRecord, parse_record, record_text
from pocketk_agent.store.store import Store, StoreError

RECORD_NAME, COUNTS_NAME = "result.json", "raw.counts"
_UNFINISHED = ".unfinished-"


class FileStore(Store):
    """Writes into a hidden folder, syncs it to the disk, and renames it into place.

    Args:
        root: created when missing.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, measurement_id: str) -> Path:
        """Where a measurement lies, or would lie."""
        if not measurement_id or any(c in measurement_id for c in "/\\\0") or measurement_id.startswith("."):
            raise StoreError(f"{measurement_id!r} is not the id of a measurement.")
        return self._root / measurement_id

    def put(self, result: MeasurementResult) -> None:
        """See `Store`."""
        target = self.folder(result.measurement_id)
        unfinished = written = self._root / f"{_UNFINISHED}{result.measurement_id}"
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            if target.exists():
                raise StoreError(f"Measurement {result.measurement_id} is stored already; nothing was changed.")
            unfinished.mkdir()
            if result.recording is not None:
                _write_synced(unfinished / COUNTS_NAME, _counts_of(result.recording))
            _write_synced(unfinished / RECORD_NAME, record_text(result).encode())
            _sync_directory(unfinished)
            unfinished.rename(target)
            written = target
            _sync_directory(self._root)
        except (OSError, ValueError) as error:
            # A folder that may not outlive a power cut is not kept: archive and screen must not disagree.
            shutil.rmtree(written, ignore_errors=True)
            what = error.strerror if isinstance(error, OSError) else str(error)
            raise StoreError(f"{self._root} cannot be written: {what}.") from error
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def ids(self) -> list[str]:
        """See `Store`; unfinished folders of a killed process do not count."""
        if not self._root.is_dir():
            return []
        finished = (p for p in self._root.iterdir() if not p.name.startswith("."))
        return sorted(p.name for p in finished if (p / RECORD_NAME).is_file())

    def get(self, measurement_id: str) -> MeasurementRecord:
        """See `Store`."""
        path = self.folder(measurement_id) / RECORD_NAME
        try:
            return parse_record(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise StoreError(f"There is no measurement {measurement_id} in {self._root}.") from error
        except (OSError, ValueError) as error:
            raise StoreError(f"{path} is damaged: {error}.") from error


def _counts_of(recording: Recording) -> bytes:
    note = f"first sample has device index {recording.first_index}"
    return counts_file_bytes(recording.front_end, recording.counts, recording.lead_off, recording.missing, note)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
