"""The seam between the wire protocol and whatever carries its bytes."""

from abc import ABC, abstractmethod


class TransportLostError(Exception):
    """The other end is gone (cable out, process dead, port vanished)."""


class Transport(ABC):
    """A two-way stream of bytes."""

    @abstractmethod
    def open(self) -> None:
        """Connect.

        Raises:
            TransportLostError: nothing there; the message says what to check.
        """

    @abstractmethod
    def read(self, timeout_s: float) -> bytes:
        """Bytes that have come, b"" when none came within the timeout.

        Raises:
            TransportLostError: the other end is gone.
        """

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send all of it.

        Raises:
            TransportLostError: the other end is gone.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go; harmless twice."""
