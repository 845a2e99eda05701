"""What supervises a service: systemd, told over its datagram socket, or nobody."""

import os
import socket
from contextlib import suppress


class Supervisor:
    """Tells systemd that the service is ready, alive, or stopping; silent where none listens (sd_notify(3)).

    Args:
        address: of the socket; $NOTIFY_SOCKET by default, empty for nobody.
        interval_us: within which the watchdog wants to hear something; $WATCHDOG_USEC by default, 0 for never.
    """

    def __init__(self, address: str | None = None, interval_us: int | None = None) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "") if address is None else address
        given = os.environ.get("WATCHDOG_USEC", "") if interval_us is None else str(interval_us)
        self.interval_s = int(given) / 1e6 if given.isdecimal() else 0.0

    def ready(self, words: str) -> None:
        """The service has started."""
        self._tell(f"READY=1\nSTATUS={words}")

    def status(self, words: str) -> None:
        """One line for `systemctl status`."""
        self._tell(f"STATUS={words}")

    def alive(self) -> None:
        """The measuring loop makes progress."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The service is about to end."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        place = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.connect(place)
            line.sendall(message.encode())
