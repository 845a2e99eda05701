"""A picture that is on the disk whole or not at all."""

import os
from pathlib import Path


def write_png(path: Path, png: bytes) -> None:
    """Write a picture; what stood there before stays until the new one is complete.

    Raises:
        OSError: it could not be written; nothing is left behind.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(png)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
