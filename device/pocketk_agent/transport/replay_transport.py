"""Captured bytes, played again."""

from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.transport.transport import Transport, TransportLostError


class ReplayTransport(Transport):
    """Plays what was once captured, and keeps what is written.

    Args:
        data: the captured bytes.
        chunk_bytes: most bytes that one `read` returns, at least 1.
        lost_at_end: after the last byte the other end is gone; otherwise it is silent.
        clock: what the silence passes on.

    Attributes:
        written: everything written so far.

    Raises:
        ValueError: chunk_bytes is below 1.
    """

    def __init__(
        self, data: bytes, *, chunk_bytes: int = 4096, lost_at_end: bool = True, clock: Clock | None = None
    ) -> None:
        if chunk_bytes < 1:
            raise ValueError(f"chunk_bytes is {chunk_bytes}; expected at least 1.")
        self.written = bytearray()
        self._data = bytes(data)
        self._chunk_bytes = chunk_bytes
        self._lost_at_end = lost_at_end
        self._clock = clock or SystemClock()
        self._at = 0
        self._open = False

    def open(self) -> None:
        """Start at the first byte."""
        self._at = 0
        self._open = True

    def read(self, timeout_s: float) -> bytes:
        """See `Transport`."""
        self._check_open()
        chunk = self._data[self._at : self._at + self._chunk_bytes]
        self._at += len(chunk)
        if not chunk:
            if self._lost_at_end:
                raise TransportLostError("The captured bytes are played out.")
            self._clock.sleep(max(0.0, timeout_s))
        return chunk

    def write(self, data: bytes) -> None:
        """Keep the bytes; nothing answers them."""
        self._check_open()
        self.written += data

    def close(self) -> None:
        """See `Transport`."""
        self._open = False

    def _check_open(self) -> None:
        if not self._open:
            raise TransportLostError("The replay is not open; call open() first.")
