"""The link over standard input and output: a USB port on a board, a pseudo-terminal on a computer.

Whoever starts MicroPython on a pseudo-terminal should make the master side non-blocking first: Linux does
not wake a blocking write there when the other side closes, and MicroPython cannot change the mode itself.
"""

import select
import sys
from errno import EAGAIN

try:
    from os import get_blocking, readv, set_blocking, write
except ImportError:  # MicroPython's os has no file descriptors; its streams are unbuffered
    get_blocking = readv = set_blocking = write = None

try:
    from micropython import kbd_intr  # pyright: ignore[reportMissingImports]
except ImportError:
    kbd_intr = None

_CTRL_C = 3


class StdioLink:
    """Bytes in both directions. Reading never waits; writing waits until everything is written.

    Between `open` and `close` a byte 3 from the host is data, not a keyboard interrupt.
    """

    def __init__(self):
        self._incoming = select.poll()
        self._incoming.register(sys.stdin, select.POLLIN)
        self._outgoing = select.poll()
        self._outgoing.register(sys.stdout, select.POLLOUT)
        self._one = bytearray(1)
        self._was_blocking = True

    def open(self) -> None:
        """Take the port over from the interactive prompt."""
        if kbd_intr is not None:
            kbd_intr(-1)
        if get_blocking and set_blocking:
            self._was_blocking = get_blocking(1)
            set_blocking(1, False)

    def close(self) -> None:
        """Give the port back to the interactive prompt."""
        if kbd_intr is not None:
            kbd_intr(_CTRL_C)
        if set_blocking:
            set_blocking(1, self._was_blocking)

    def wait(self, timeout_ms: int) -> None:
        """Return when there is something to read, at the latest after `timeout_ms`."""
        self._incoming.poll(timeout_ms)

    def read_into(self, buffer) -> int:
        """Read what is there, up to the length of `buffer`, and return the number of bytes, maybe 0.

        Raises:
            EOFError: the host has gone.
        """
        try:
            if readv is None:
                return self._read_bytewise(buffer)
            if not self._incoming.poll(0):
                return 0
            n = readv(0, [buffer])
        except OSError:
            raise EOFError("the host has gone") from None
        if not n:
            raise EOFError("the host has gone")
        return n

    def _read_bytewise(self, buffer):
        # MicroPython's readinto waits until the buffer is full, so it gets one of a single byte.
        n = 0
        while n < len(buffer) and self._incoming.poll(0):
            if not sys.stdin.buffer.readinto(self._one):  # pyright: ignore[reportAttributeAccessIssue]
                raise EOFError("the host has gone")
            buffer[n] = self._one[0]
            n += 1
        return n

    def write(self, buffer) -> int:
        """Write all of `buffer` and return its length.

        Raises:
            EOFError: the host has gone.
        """
        at = 0
        while at < len(buffer):
            try:
                n = write(1, buffer[at:]) if write else sys.stdout.buffer.write(buffer[at:])
            except OSError as error:
                if error.errno != EAGAIN:
                    raise EOFError("the host has gone") from None
                n = 0
            if n:
                at += n
            else:
                self._wait_for_room()
        return at

    def _wait_for_room(self):
        for _, events in self._outgoing.poll():
            # A pseudo-terminal that was full when the other side closed stays full: no write tells.
            if events & (select.POLLHUP | select.POLLERR):
                raise EOFError("the host has gone")
