"""Copy stored measurements out of the device in a format of others."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketk_agent.commands.config import usable_config
from pocketk_agent.commands.speech import say
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.export.export_place import whole_export
from pocketk_agent.export.measurement_files import ENDINGS, ExportError, write_measurement
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.store.store import StoreError

EXIT_WHOLE, EXIT_PARTLY = 0, 1


@dataclass(frozen=True)
class ExportWish:
    """What `pocketk-agent export` was asked for.

    Attributes:
        place: folder or .zip to make.
        file_format: a key of `ENDINGS`.
        store: where measurements are kept, None for the configuration's.
        config: the configuration, None for the device's own.
        patient_id: only of this pseudonym, None for all.
        since: only measurements whose id does not sort before this, e.g. 20260301; empty for all.
    """

    place: Path
    file_format: str = "edf"
    store: Path | None = None
    config: Path | None = None
    patient_id: str | None = None
    since: str = ""


def run_export(wish: ExportWish) -> int:
    """Export; returns 0 where everything went along, 1 where something is damaged and was left out.

    Raises:
        UnusableError: nothing to export, no such format, or the place cannot be written.
    """
    if wish.file_format not in ENDINGS:
        raise UnusableError(f"--format {wish.file_format}: choose among {', '.join(ENDINGS)}.")
    folder = wish.store or usable_config(wish.config).measurement.store.expanduser()
    store = FileStore(folder)
    ids = [one for one in store.ids() if one >= wish.since and _is_of(store, one, wish.patient_id)]
    if not ids:
        raise UnusableError(f"There is no such measurement in {folder}.")
    left_out: list[str] = []
    try:
        with whole_export(wish.place) as draft:
            for measurement_id in _shown(ids):
                try:
                    _export_one(store, measurement_id, draft, wish.file_format)
                except ExportError as error:
                    left_out.append(f"{measurement_id}: {error}")
            if len(left_out) == len(ids):
                raise UnusableError(f"Nothing can be exported. {left_out[0]}")
    except OSError as error:
        raise UnusableError(f"{wish.place}: {error.strerror or error}") from error
    say(f"exported   {len(ids) - len(left_out)} of {len(ids)} measurements to {wish.place}")
    for line in left_out:
        say(f"left out   {line}")
    return EXIT_PARTLY if left_out else EXIT_WHOLE


def _export_one(store: FileStore, measurement_id: str, draft: Path, file_format: str) -> None:
    folder = draft / measurement_id
    folder.mkdir()
    try:
        write_measurement(store, measurement_id, folder, file_format)
    except ExportError:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        raise


def _is_of(store: FileStore, measurement_id: str, patient_id: str | None) -> bool:
    if patient_id is None:
        return True
    try:
        return store.get(measurement_id).patient_id == patient_id
    except StoreError:
        return False  # a record that cannot be read belongs to nobody


def _shown(ids: Iterable[str]) -> Iterator[str]:
    """The ids, with a bar on a terminal."""
    listed = list(ids)
    if sys.stdout.isatty():
        try:
            from rich.progress import track
        except ModuleNotFoundError:
            yield from listed
            return
        yield from track(listed, "exporting")
        return
    yield from listed
