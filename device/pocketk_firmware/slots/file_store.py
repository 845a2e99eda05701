"""A store of files in one folder, on a chip's littlefs and on a computer."""

import os

from pocketk_firmware.constant import const

# What is being written; never listed, and overwritten by the next write.
SCRATCH = "new.tmp"

_IS_FOLDER = const(0x4000)
_ABSENT = const(2)  # errno.ENOENT


class FileStore:
    """Files of a folder and of the folders in it, as `MemoryStore` describes.

    On littlefs a file is on the flash once it is closed, and `os.rename` replaces atomically (littlefs DESIGN.md), so
    that nothing more is to be done there; `_settle` is where a store on another file system does more.

    Args:
        folder: made where it is absent; its parent must be there.
        folders: of the folder, made where they are absent.

    Raises:
        OSError: they can be neither found nor made.
    """

    def __init__(self, folder, folders=("a", "b")):
        self._folder = folder
        for path in (folder,) + tuple([folder + "/" + one for one in folders]):
            if not _is_there(path):
                os.mkdir(path)

    def read(self, name, offset=0, size=-1):
        """Return up to `size` bytes from `offset` (all that follow if negative), b"" behind the end, None without one.

        Raises:
            OSError: it cannot be read.
        """
        try:
            with open(self._path(name), "rb") as file:
                file.seek(offset)
                return file.read(size)
        except OSError as error:
            if error.args[0] == _ABSENT:
                return None
            raise

    def write(self, name, data) -> None:
        """Replace a whole file: it is written beside, then renamed.

        Raises:
            OSError: not written; the old one is there.
        """
        scratch = self._path(SCRATCH)
        try:
            with open(scratch, "wb") as file:
                file.write(data)
                self._settle(file)
            os.rename(scratch, self._path(name))
        except OSError:
            _drop(scratch)  # half a file would keep a full flash full
            raise
        self._settle_folders(name)

    def append(self, name, data) -> None:
        """Put data behind a file, which is made where there is none. Interrupted, any part of it may be there.

        Raises:
            OSError: any part of it may be there.
        """
        with open(self._path(name), "ab") as file:
            file.write(data)
            self._settle(file)
        self._settle_folders(name)

    def remove(self, name) -> None:
        """Remove a file; nothing where there is none.

        Raises:
            OSError: it is there still.
        """
        try:
            os.remove(self._path(name))
        except OSError as error:
            if error.args[0] != _ABSENT:
                raise
        self._settle_folders(name)

    def names(self):
        """Return the names of all files, sorted.

        Raises:
            OSError: they cannot be read.
        """
        found = []
        for one in os.listdir(self._folder):
            if _is_folder(self._path(one)):
                found += [one + "/" + inner for inner in os.listdir(self._path(one))]
            elif one != SCRATCH:
                found.append(one)
        return sorted(found)

    def _path(self, name):
        return self._folder + "/" + name

    def _settle(self, file):
        """Have an open file's bytes on the medium."""

    def _settle_folders(self, name):
        """Have a new name, or the absence of one, on the medium."""


def _is_there(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def _is_folder(path):
    return bool(os.stat(path)[0] & _IS_FOLDER)


def _drop(path):
    try:  # noqa: SIM105  MicroPython has no contextlib
        os.remove(path)
    except OSError:
        pass  # absent, or the medium itself has gone: the fault that led here is the one to tell
