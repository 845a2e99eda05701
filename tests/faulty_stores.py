"""A device's store that fails where it is told to: power cut, full flash, torn appends."""

from __future__ import annotations

import errno

from pocketk_firmware.slots.store import MemoryStore


class PowerCut(BaseException):
    """The power is gone: nothing that runs may catch this."""


class FaultyStore(MemoryStore):
    """Counts its operations and fails at one of them, or from one of them on.

    Args:
        files: what is on the flash; outlives the store, as the flash outlives a start.
        fail_at: number of the operation that fails, None for none. Reads are operations too.
        kind: "before" or "after" the operation takes effect for a power cut, "torn" for a power cut with half of an
            append written, "full" for a flash that is full from this operation on (half of an append fits still).
    """

    def __init__(self, files: dict[str, bytes], fail_at: int | None = None, kind: str = "before") -> None:
        super().__init__(files)
        self.fail_at, self.kind = fail_at, kind
        self.operations = 0

    def _due(self) -> bool:
        self.operations += 1
        if self.fail_at is None:
            return False
        return self.operations > self.fail_at if self.kind == "full" else self.operations == self.fail_at + 1

    def _reach(self, work):
        due = self._due()
        if due and self.kind != "after":
            raise PowerCut
        found = work()
        if due:
            raise PowerCut
        return found

    def read(self, name, offset=0, size=-1):
        if self.kind == "full":
            return super().read(name, offset, size)
        return self._reach(lambda: MemoryStore.read(self, name, offset, size))

    def write(self, name, data) -> None:
        if self.kind == "full":
            if self._due():
                raise OSError(errno.ENOSPC)
            super().write(name, data)
            return
        self._reach(lambda: MemoryStore.write(self, name, data))

    def append(self, name, data) -> None:
        if self.kind in ("before", "after"):
            self._reach(lambda: MemoryStore.append(self, name, data))
        elif self._due():
            super().append(name, bytes(data)[: len(data) // 2])
            raise OSError(errno.ENOSPC) if self.kind == "full" else PowerCut
        else:
            super().append(name, data)

    def remove(self, name) -> None:
        if self.kind == "full":
            super().remove(name)
            return
        self._reach(lambda: MemoryStore.remove(self, name))

    def names(self):
        if self.kind == "full":
            return super().names()
        return self._reach(lambda: MemoryStore.names(self))
