"""What a driver needs of spidev and gpiod, whether the real modules or the models of `pocketk_chips.linux`."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class SpiDevice(Protocol):
    """Of `spidev.SpiDev`."""

    max_speed_hz: int
    mode: int

    def open(self, bus: int, device: int) -> None:
        """Connect."""

    def close(self) -> None:
        """Disconnect."""

    def xfer2(self, values: Sequence[int], speed_hz: int = 0, delay_usecs: int = 0) -> Sequence[int]:
        """Send and receive with the chip selected; the delay passes before it is released."""
        ...

    def readbytes(self, n: int) -> Sequence[int]:
        """Receive."""
        ...


class SpiModule(Protocol):
    """The module `spidev`."""

    @property
    def SpiDev(self) -> Any:  # noqa: N802 - spidev's own name
        """Makes an `SpiDevice`, without arguments."""


class EdgeEvent(Protocol):
    """Of `gpiod.EdgeEvent`."""

    @property
    def timestamp_ns(self) -> int:
        """When, on CLOCK_MONOTONIC."""
        ...

    @property
    def line_seqno(self) -> int:
        """Number of the edge on its line; one is missing where the kernel's buffer dropped one."""
        ...


class EdgeLine(Protocol):
    """Of `gpiod.LineRequest`."""

    def wait_edge_events(self, timeout: float | None = None) -> bool:
        """Wait for an edge."""
        ...

    def read_edge_events(self, max_events: int | None = None) -> Sequence[EdgeEvent]:
        """Take the edges that wait."""
        ...

    def release(self) -> None:
        """Let go."""


class GpioModule(Protocol):
    """The module `gpiod`, version 2."""

    LineSettings: Any
    line: Any

    def request_lines(
        self,
        path: str,
        config: Mapping[Any, Any],
        consumer: str | None = None,
        event_buffer_size: int | None = None,
    ) -> Any:
        """Ask for lines; gives an `EdgeLine`."""


def falling_edges(gpiod: GpioModule, path: str, line: int) -> EdgeLine:
    """Ask for the falling edges of one input, stamped by the kernel with CLOCK_MONOTONIC.

    Args:
        gpiod: the module.
        path: of the GPIO chip, e.g. "/dev/gpiochip0".
        line: number of the line on it.

    Raises:
        OSError: no such chip, not allowed, or the line is in use.
    """
    settings = gpiod.LineSettings(
        direction=gpiod.line.Direction.INPUT,
        edge_detection=gpiod.line.Edge.FALLING,
        event_clock=gpiod.line.Clock.MONOTONIC,
    )
    # Unasked, the kernel keeps 16 edges a line; 1024 is the most it gives (64 lines of 16).
    return gpiod.request_lines(path, {line: settings}, consumer="pocketk-agent", event_buffer_size=1024)
