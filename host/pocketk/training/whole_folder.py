"""A folder that appears whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketk.training.training_error import TrainingError


@contextmanager
def new_whole_folder(out: Path, mark: str, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to fill beside `out`; it becomes `out` when the block ends without an error.

    An error or Ctrl-C removes it and leaves what was at `out`.

    Args:
        out: the folder to make.
        mark: file that a folder of this kind has; a folder without it is never replaced.
        overwrite: replace one that is there.

    Raises:
        TrainingError: something is at `out` that may not be replaced, or nothing can be written there.
    """
    place = out.resolve()
    _check_place(place, mark, overwrite)
    staging = place.with_name(f".{place.name}.{os.getpid()}.partial")
    old = place.with_name(f".{place.name}.{os.getpid()}.old")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
            if place.exists():
                place.rename(old)
            staging.rename(place)
        finally:
            if old.exists() and not place.exists():
                old.rename(place)
            shutil.rmtree(old, ignore_errors=True)
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise TrainingError(f"{place} cannot be made: {error}. Name another folder.") from error


def _check_place(place: Path, mark: str, overwrite: bool) -> None:
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    if not (place / mark).is_file():
        raise TrainingError(f"{place} exists and has no {mark}: it is not replaced. Name another folder.")
    if not overwrite:
        raise TrainingError(f"{place} is there already; name another folder or have it replaced.")
