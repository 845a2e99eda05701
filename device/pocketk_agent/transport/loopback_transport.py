"""Two ends of a cable in memory."""

import threading
from collections import deque

from pocketk_agent.transport.transport import Transport, TransportLostError


class _Cable:
    """What the two ends share: one queue of bytes per direction, and whether the cable is still whole."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.whole = True
        self.waiting = (deque[bytes](), deque[bytes]())


class LoopbackTransport(Transport):
    """One end of a null-modem cable between two threads; made in pairs by `pair`.

    Like a serial line, an end that closes does not disturb the other one: what is sent to it waits, and is thrown
    away when it opens again. `cut` is the cable pulled out.
    """

    def __init__(self, cable: _Cable, end: int) -> None:
        self._cable = cable
        self._incoming = cable.waiting[end]
        self._outgoing = cable.waiting[1 - end]
        self._open = False

    @classmethod
    def pair(cls) -> tuple["LoopbackTransport", "LoopbackTransport"]:
        """Both ends of a new cable, not yet open."""
        cable = _Cable()
        return cls(cable, 0), cls(cable, 1)

    def open(self) -> None:
        """See `Transport`."""
        with self._cable.changed:
            if not self._cable.whole:
                raise TransportLostError("The loopback cable is cut; make a new pair.")
            if not self._open:
                self._incoming.clear()
            self._open = True

    def read(self, timeout_s: float) -> bytes:
        """See `Transport`; bytes that came before a cut are still read."""
        with self._cable.changed:
            self._cable.changed.wait_for(
                lambda: self._incoming or not self._cable.whole or not self._open, max(0.0, timeout_s)
            )
            self._check_open()
            data = b"".join(self._incoming)
            self._incoming.clear()
            if not data and not self._cable.whole:
                raise TransportLostError("The loopback cable was cut.")
            return data

    def write(self, data: bytes) -> None:
        """See `Transport`."""
        with self._cable.changed:
            self._check_open()
            if not self._cable.whole:
                raise TransportLostError("The loopback cable was cut.")
            if data:
                self._outgoing.append(bytes(data))
            self._cable.changed.notify_all()

    def close(self) -> None:
        """See `Transport`; a `read` that waits in another thread is lost at once."""
        with self._cable.changed:
            self._open = False
            self._cable.changed.notify_all()

    def cut(self) -> None:
        """Pull the cable: both ends are lost once they have read what had arrived."""
        with self._cable.changed:
            self._cable.whole = False
            self._cable.changed.notify_all()

    def _check_open(self) -> None:
        if not self._open:
            raise TransportLostError("This end of the loopback is not open; call open() first.")
