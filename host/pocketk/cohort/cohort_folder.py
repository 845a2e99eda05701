"""A cohort's folder that appears whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pocketk.cohort.card import CARD_FILE
from pocketk.cohort.cohort_error import CohortError


@contextmanager
def new_cohort_folder(out: Path, overwrite: bool = False) -> Iterator[Path]:
    """Give a folder to fill beside `out`; it becomes `out` when the block ends without an error.

    An error or Ctrl-C removes it and leaves what was at `out`. Partial files of killed workers are swept out.

    Args:
        out: the cohort's folder.
        overwrite: replace a cohort that is there.

    Raises:
        CohortError: something is at `out` that may not be replaced.
    """
    _check_place(out, overwrite)
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = out.with_name(f".{out.name}.{os.getpid()}.partial")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        yield staging
        for leftover in staging.rglob(".*.part"):
            leftover.unlink()
        _check_place(out, overwrite)
        _take_place(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _take_place(staging: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    try:
        staging.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check_place(out: Path, overwrite: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not (out / CARD_FILE).is_file()):
        raise CohortError(f"{out} exists and is no cohort; it is never replaced. Name another folder with --out.")
    if any(out.iterdir()) and not overwrite:
        raise CohortError(f"{out} holds a cohort already; name another folder, or replace it with --overwrite.")
