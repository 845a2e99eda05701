"""A cohort's folder that appears whole or not at all."""

import os
import re
import shutil
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketk.cohort.card import CARD_FILE
from pocketk.cohort.cohort_error import CohortError

# All that builders and simulators leave in a cohort's folder, with what a killed writer may leave beside a file.
_OWN_FILE = re.compile(
    r"(?:manifest\.parquet|cohort\.json|truth\.parquet|cost\.json|refused\.csv|(?:flow|table_one)\.\w+"
    r"|signals/shard-\d+\.npy|(?:signals/)?\.[^/]+\.\d+\.part)"
)
_OWN_FOLDER = "signals"
_EXAMPLES = 3


@contextmanager
def new_cohort_folder(out: Path, overwrite: bool = False, inputs: Iterable[Path] = ()) -> Iterator[Path]:
    """Give a folder to fill beside `out`; it becomes `out` when the block ends without an error.

    An error or Ctrl-C removes it and leaves what was at `out`. What killed runs left beside `out` is swept out first;
    a cohort that one of them had moved aside comes back.

    Args:
        out: the cohort's folder; where it is a symbolic link, the folder that it points to.
        overwrite: replace a cohort that is there, if nothing else lies in its folder.
        inputs: files and folders that the block reads; `out` may not hold them.

    Raises:
        CohortError: something is at `out` that may not be replaced, or the folder cannot be written.
    """
    place = _resolved(out)
    _check_apart(place, inputs)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        _check_place(place, overwrite)
        staging = _beside(place, "partial")
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
            for leftover in staging.rglob(".*.part"):
                leftover.unlink()
            _check_place(place, overwrite)
            _take_place(staging, place)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise CohortError(f"The cohort at {out} cannot be made: {error}. Name another folder with --out.") from error


def _resolved(out: Path) -> Path:
    try:
        return out.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise CohortError(f"{str(out)!r} is no path to a folder ({error}). Name another folder with --out.") from error


def _check_apart(place: Path, inputs: Iterable[Path]) -> None:
    if Path.cwd().is_relative_to(place):
        raise CohortError(f"{place} is the folder this runs in, or holds it. Name a folder of its own with --out.")
    for path in inputs:
        if path.resolve().is_relative_to(place):
            raise CohortError(
                f"{path} is read for the cohort and lies at or in {place}. Name another folder with --out."
            )


def _beside(place: Path, kind: str) -> Path:
    # process ids mean something on their own machine only, and cohorts may lie on a disk that machines share
    return place.with_name(f".{place.name}.{socket.gethostname()}.{os.getpid()}.{kind}")


def _take_place(staging: Path, place: Path) -> None:
    old = _beside(place, "old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if place.exists():
            place.rename(old)
        staging.rename(place)
    except BaseException:  # Ctrl-C too: between the two renames nothing is at the place
        if old.exists() and not place.exists():
            old.rename(place)
        raise
    finally:
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Bring back what a killed run had moved aside, then remove what killed runs of this machine left."""
    host = re.escape(socket.gethostname())
    name = re.compile(rf"\.{re.escape(place.name)}(?:\.{host})?\.(\d+)\.(partial|old)")
    stale = [
        (path, match.group(2))
        for path in sorted(place.parent.iterdir())
        if (match := name.fullmatch(path.name)) and path.is_dir() and not _runs(int(match.group(1)))
    ]
    aside = [path for path, kind in stale if kind == "old"]
    if aside and not place.exists():
        max(aside, key=lambda path: path.stat().st_mtime_ns).rename(place)
    for path, _ in stale:
        shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is no question but a signal
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _check_place(place: Path, overwrite: bool) -> None:
    if not place.exists():
        return
    if not place.is_dir() or (any(place.iterdir()) and not (place / CARD_FILE).is_file()):
        raise CohortError(f"{place} exists and is no cohort; it is never replaced. Name another folder with --out.")
    if not any(place.iterdir()):
        return
    if not overwrite:
        raise CohortError(f"{place} holds a cohort already; name another folder, or replace it with --overwrite.")
    foreign = _foreign(place)
    if foreign:
        more = f" and {len(foreign) - _EXAMPLES} more" if len(foreign) > _EXAMPLES else ""
        raise CohortError(
            f"{place} holds more than a cohort: {', '.join(foreign[:_EXAMPLES])}{more}. Replacing it would delete "
            "that; move it away or name another folder with --out."
        )


def _foreign(place: Path) -> list[str]:
    """Names in a cohort's folder that no builder or simulator writes; a link is never one of theirs."""
    found: list[str] = []
    for parent, folders, files in os.walk(place):
        for name in (*folders, *files):
            path = Path(parent, name)
            inside = path.relative_to(place).as_posix()
            own = inside == _OWN_FOLDER if name in folders else _OWN_FILE.fullmatch(inside) is not None
            if path.is_symlink() or not own:
                found.append(inside)
        folders[:] = [name for name in folders if Path(parent, name) == place / _OWN_FOLDER]
    return sorted(found)
