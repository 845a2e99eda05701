"""The store seam: where slots keep their files. Every side effect of the slots goes through these five methods.

A name is plain ("state.json") or lies in one folder ("a/manifest.json"); `names` gives such names again.
"""


class MemoryStore:
    """A store in memory, for tests and simulators.

    Attributes:
        files: contents by name.
    """

    def __init__(self, files=None):
        self.files = {} if files is None else files

    def read(self, name, offset=0, size=-1):
        """Return up to `size` bytes from `offset` (all that follow if negative), b"" behind the end, None without one.

        Raises:
            OSError: it cannot be read.
        """
        data = self.files.get(name)
        if data is None:
            return None
        return bytes(data[offset:] if size < 0 else data[offset : offset + size])

    def write(self, name, data) -> None:
        """Replace a whole file: whatever interrupts this, the old or the new one is there afterwards.

        Raises:
            OSError: not written; the old one is there.
        """
        self.files[name] = bytes(data)

    def append(self, name, data) -> None:
        """Put data behind a file, which is made where there is none. Interrupted, any part of it may be there.

        Raises:
            OSError: any part of it may be there.
        """
        self.files[name] = self.files.get(name, b"") + bytes(data)

    def remove(self, name) -> None:
        """Remove a file; nothing where there is none.

        Raises:
            OSError: it is there still.
        """
        self.files.pop(name, None)

    def names(self):
        """Return the names of all files, sorted.

        Raises:
            OSError: they cannot be read.
        """
        return sorted(self.files)
