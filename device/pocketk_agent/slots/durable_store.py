"""The firmware's store of files on a computer's disk, where a power cut may lose what was not synced."""

import os
from pathlib import Path
from typing import BinaryIO

from pocketk_firmware.slots.file_store import FileStore


class DurableStore(FileStore):
    """Syncs every file before it is renamed, and every folder after a name in it changed (POSIX asks for both).

    Args:
        folder: made with its parents where it is absent.

    Raises:
        OSError: it can be neither found nor made.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(str(folder))

    def _settle(self, file: BinaryIO) -> None:
        file.flush()
        os.fsync(file.fileno())

    def _settle_folders(self, name: str) -> None:
        path = Path(self._path(name))
        for folder in {path.parent, Path(self._folder)}:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
