"""The other ends of the transports under test."""

import os
import select
import threading
import tty
from abc import ABC, abstractmethod
from contextlib import suppress

from pocketk_agent.transport.loopback_transport import LoopbackTransport
from pocketk_agent.transport.replay_transport import ReplayTransport
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.transport.transport import Transport


class Peer(ABC):
    """The other end of a transport under test."""

    transport: Transport

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Let bytes arrive."""

    @abstractmethod
    def received(self, n: int) -> bytes:
        """The next n bytes that the transport wrote, fewer if they do not come within 5 s."""

    @abstractmethod
    def vanish(self) -> None:
        """Be gone."""

    def dismiss(self) -> None:
        """Clean up."""
        self.transport.close()


class PtyPeer(Peer):
    def __init__(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.transport = SerialTransport(os.ttyname(slave))
        self.transport.open()
        os.close(slave)

    def send(self, data: bytes) -> None:
        # In a thread, because a terminal holds only 4 kB that nobody reads.
        threading.Thread(target=self._send_all, args=(data,), daemon=True).start()

    def _send_all(self, data: bytes) -> None:
        with suppress(OSError):
            while data:
                data = data[os.write(self._master, data) :]

    def received(self, n: int) -> bytes:
        data = b""
        while len(data) < n and select.select([self._master], [], [], 5.0)[0]:
            data += os.read(self._master, n - len(data))
        return data

    def vanish(self) -> None:
        os.close(self._master)
        self._master = -1

    def dismiss(self) -> None:
        super().dismiss()
        if self._master >= 0:
            os.close(self._master)


class LoopbackPeer(Peer):
    def __init__(self) -> None:
        ours, self._other = LoopbackTransport.pair()
        self.transport = ours
        ours.open()
        self._other.open()

    def send(self, data: bytes) -> None:
        self._other.write(data)

    def received(self, n: int) -> bytes:
        data = b""
        while len(data) < n and (more := self._other.read(5.0)):
            data += more
        return data

    def vanish(self) -> None:
        self._other.cut()


class ReplayPeer(Peer):
    """Everything that ever arrives is known before: the transport is made when it is."""

    def __init__(self) -> None:
        self._quiet = ReplayTransport(b"", lost_at_end=False)
        self._use(self._quiet)

    def _use(self, transport: ReplayTransport) -> None:
        self.transport = transport
        transport.open()

    def send(self, data: bytes) -> None:
        self._use(ReplayTransport(data, chunk_bytes=1000, lost_at_end=False))

    def received(self, n: int) -> bytes:
        assert isinstance(self.transport, ReplayTransport)
        return bytes(self.transport.written[-n:])

    def vanish(self) -> None:
        self._use(ReplayTransport(b"", lost_at_end=True))
