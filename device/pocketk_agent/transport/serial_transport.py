"""A serial port: USB on a computer, a UART on a board, or a pseudo-terminal."""

import errno
from types import ModuleType
from typing import Any

from pocketk_agent.transport.transport import Transport, TransportLostError

try:
    from termios import error as _TerminalError  # noqa: N812 - the standard library's own spelling
except ImportError:  # not a POSIX system
    _TerminalError = OSError

# pyserial's SerialException is an OSError; a dead pseudo-terminal raises the terminal's own error as well.
_LOST = (OSError, _TerminalError)
WRITE_TIMEOUT_S = 2.0


class SerialTransport(Transport):
    """Raw bytes over a serial port that nobody else may open meanwhile.

    Args:
        port: name of the port, such as /dev/ttyACM0.
        baud: bits per second; without meaning on USB and on pseudo-terminals.
    """

    def __init__(self, port: str, baud: int = 115_200) -> None:
        self._name = port
        self._baud = baud
        self._port: Any = None

    def open(self) -> None:
        """See `Transport`.

        Raises:
            TransportLostError: no such port, no permission, or in use; the message says what to do.
            ModuleNotFoundError: the package pyserial is not installed.
        """
        if self._port is not None:
            return
        serial = _import_serial()
        try:
            self._port = serial.Serial(
                self._name, self._baud, timeout=0.0, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except (*_LOST, ValueError) as error:
            raise TransportLostError(self._advice(error)) from error

    def read(self, timeout_s: float) -> bytes:
        """See `Transport`."""
        port = self._opened()
        try:
            port.timeout = max(0.0, timeout_s)
            first = port.read(1)
            return first + port.read(port.in_waiting) if first else b""
        except _LOST as error:
            raise TransportLostError(f"{self._name}: the device is gone ({error}). Check the cable.") from error

    def write(self, data: bytes) -> None:
        """See `Transport`; a port that takes nothing for 2 s counts as gone."""
        port = self._opened()
        try:
            port.write(data)
        except _LOST as error:
            raise TransportLostError(f"{self._name}: the device takes no data ({error}). Check the cable.") from error

    def close(self) -> None:
        """See `Transport`; a port that is already dead closes without complaint."""
        port, self._port = self._port, None
        if port is not None:
            try:
                port.close()
            except _LOST:
                return

    def _opened(self) -> Any:
        if self._port is None:
            raise TransportLostError(f"{self._name}: the port is not open; call open() first.")
        return self._port

    def _advice(self, error: BaseException) -> str:
        number = getattr(error, "errno", None)
        if number == errno.EACCES:
            return (
                f"{self._name}: no permission. Add yourself to the group that owns serial ports, then log in again: "
                "sudo usermod -aG dialout $USER"
            )
        if number == errno.ENOENT:
            return f"{self._name}: no such port. {_list_ports()}"
        if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK):
            return f"{self._name}: in use by another program; close it (a serial monitor, a second agent)."
        return f"{self._name}: cannot be opened ({error}). {_list_ports()}"


def _import_serial() -> ModuleType:
    try:
        import serial
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "A handheld on a serial port needs the package pyserial: pip install 'pocketk[serial]'", name=error.name
        ) from error
    return serial


def _list_ports() -> str:
    from serial.tools import list_ports

    names = sorted(port.device for port in list_ports.comports())
    return f"Ports found: {', '.join(names)}." if names else "No serial port was found; check cable and power."
