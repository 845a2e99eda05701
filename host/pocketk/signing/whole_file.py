"""Writing a file whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o644, beside: Path | None = None) -> None:
    """Replace a file by a new one in one step; interrupted anywhere, the old one or none is there.

    Args:
        path: of the file.
        content: all of it.
        mode: permissions.
        beside: folder for the unfinished file, on the same disk; that of the file where not given. A bundle's own
            folder may not hold one even for a moment.

    Raises:
        OSError: it cannot be written.
    """
    handle, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=beside or path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).chmod(mode)
        Path(unfinished).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(unfinished).unlink()
        raise
