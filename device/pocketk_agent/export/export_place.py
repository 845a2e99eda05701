"""Where an export goes: a folder or a zip that is whole, or not there at all."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ZIP = ".zip"


@contextmanager
def whole_export(place: Path) -> Iterator[Path]:
    """A hidden folder to write to, which becomes the place once this ends without an error.

    Args:
        place: a folder, or a file that ends in .zip; must not exist, but its folder must.

    Raises:
        FileExistsError: it exists.
        OSError: it cannot be written.
    """
    if place.exists():
        raise FileExistsError(f"{place} is there already; name another place.")
    draft = place.with_name(f".{place.name}.{os.getpid()}.part")
    draft.mkdir()
    try:
        yield draft
        if place.suffix.casefold() == ZIP:
            _zip(draft, place)
        else:
            _sync_all(draft)
            draft.rename(place)
            _sync(place.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _zip(folder: Path, place: Path) -> None:
    fresh = place.with_name(f".{place.name}.{os.getpid()}.zip")
    try:
        with zipfile.ZipFile(fresh, "x", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder).as_posix())
        _sync(fresh)
        fresh.rename(place)
        _sync(place.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _sync_all(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
