"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


def write_atomically(files: Mapping[Path, bytes]) -> None:
    """Write each file completely beside its place, then rename all of them into place.

    An interruption (Ctrl-C, full disk, power) while writing leaves every old file as it was and no partial
    one; an interruption between two renames leaves whole files, some old and some new.

    Args:
        files: Path -> contents. Each folder must exist.

    Raises:
        OSError: If a file cannot be written.
    """
    partials = {path.with_name(f".{path.name}.{os.getpid()}.part"): path for path in files}
    try:
        for partial, path in partials.items():
            with partial.open("wb") as stream:
                stream.write(files[path])
                stream.flush()
                os.fsync(stream.fileno())
        for partial, path in partials.items():
            partial.replace(path)
    finally:
        for partial in partials:
            partial.unlink(missing_ok=True)
