"""`gpiod` for models: the names and parameters of libgpiod v2's Python module that a driver here uses."""

import enum
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from pocketk_chips.bench import ChipBench
from pocketk_chips.signal_line import SignalLine

# What the kernel keeps for each line where nothing else is asked for (drivers/gpio/gpiolib-cdev.c).
KERNEL_EVENTS_PER_LINE = 16


class Edge(enum.Enum):
    """As `gpiod.line.Edge`."""

    NONE = 1
    RISING = 2
    FALLING = 3
    BOTH = 4


class Direction(enum.Enum):
    """As `gpiod.line.Direction`."""

    AS_IS = 1
    INPUT = 2
    OUTPUT = 3


class Bias(enum.Enum):
    """As `gpiod.line.Bias`."""

    AS_IS = 1
    UNKNOWN = 2
    DISABLED = 3
    PULL_UP = 4
    PULL_DOWN = 5


class Clock(enum.Enum):
    """As `gpiod.line.Clock`."""

    MONOTONIC = 1
    REALTIME = 2
    HTE = 3


class Value(enum.Enum):
    """As `gpiod.line.Value`."""

    INACTIVE = 0
    ACTIVE = 1


class _Line:
    """Stands for the module `gpiod.line`."""

    Edge, Direction, Bias, Clock, Value = Edge, Direction, Bias, Clock, Value


@dataclass(frozen=True)
class LineSettings:
    """As `gpiod.LineSettings`, as far as an input needs it."""

    direction: Direction = Direction.AS_IS
    edge_detection: Edge = Edge.NONE
    bias: Bias = Bias.AS_IS
    active_low: bool = False
    debounce_period: timedelta = timedelta(0)
    event_clock: Clock = Clock.MONOTONIC


@dataclass(frozen=True)
class EdgeEvent:
    """As `gpiod.EdgeEvent`."""

    class Type(enum.Enum):
        """As `gpiod.EdgeEvent.Type`."""

        RISING_EDGE = 1
        FALLING_EDGE = 2

    event_type: Type
    timestamp_ns: int
    line_offset: int
    global_seqno: int
    line_seqno: int


class FakeLineRequest:
    """Stands for `gpiod.LineRequest` of one input; waiting moves the bench.

    Args:
        bench: the time.
        line: what the input is connected to.
        offset: number of the input.
        settings: what was asked for.
        event_buffer_size: events kept; the oldest is dropped, as the kernel does, and its number is missing.
    """

    def __init__(
        self, bench: ChipBench, line: SignalLine, offset: int, settings: LineSettings, event_buffer_size: int | None
    ) -> None:
        self._bench, self._line, self._offset, self._edge = bench, line, offset, settings.edge_detection
        self._events: deque[EdgeEvent] = deque(maxlen=event_buffer_size or KERNEL_EVENTS_PER_LINE)
        self._seqno = 0
        self._released = False
        line.listen(self._on_change)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _on_change(self, level: int) -> None:
        wanted = (Edge.RISING, Edge.BOTH) if level else (Edge.FALLING, Edge.BOTH)
        if self._edge in wanted:
            self._seqno += 1
            kind = EdgeEvent.Type.RISING_EDGE if level else EdgeEvent.Type.FALLING_EDGE
            self._events.append(EdgeEvent(kind, self._bench.now_ns, self._offset, self._seqno, self._seqno))

    def wait_edge_events(self, timeout: timedelta | float | None = None) -> bool:
        """Let time pass until an event is there; None waits as long as anything is scheduled on the bench.

        Raises:
            TimeoutError: None was given and nothing can happen any more: the kernel would wait for ever.
        """
        self._check()
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        if seconds is not None:
            limit_ns = self._bench.now_ns + self._bench.host_span_ns(max(0.0, seconds))
            return self._bench.run_until(lambda: bool(self._events), limit_ns)
        while not self._events:
            next_ns = self._bench.next_event_ns()
            if next_ns is None:
                raise TimeoutError("nothing on the bench will ever make an edge")
            self._bench.advance_to(next_ns)
        return True

    def read_edge_events(self, max_events: int | None = None) -> list[EdgeEvent]:
        """Take events, oldest first; waits for the first one as gpiod does."""
        self._check()
        self.wait_edge_events(None)
        most = len(self._events) if max_events is None else min(max_events, len(self._events))
        return [self._events.popleft() for _ in range(most)]

    def get_value(self, line: int) -> Value:
        """The line's level."""
        self._check()
        return Value.ACTIVE if self._line.level else Value.INACTIVE

    def release(self) -> None:
        """Let go of the line; harmless twice."""
        if not self._released:
            self._released = True
            self._line.ignore(self._on_change)

    def _check(self) -> None:
        if self._released:
            raise RequestReleasedError("GPIO lines have been released")


class RequestReleasedError(Exception):
    """As `gpiod.RequestReleasedError`."""


_Settings = LineSettings  # the module's attribute of that name hides the class below


class FakeGpiodModule:
    """Stands for the module `gpiod`.

    Args:
        bench: the time.
        lines: what is connected, by chip path and line number.
    """

    LineSettings, EdgeEvent, RequestReleasedError, line = LineSettings, EdgeEvent, RequestReleasedError, _Line

    def __init__(self, bench: ChipBench, lines: Mapping[tuple[str, int], SignalLine]) -> None:
        self._bench, self._lines = bench, lines

    def request_lines(
        self,
        path: str,
        config: Mapping[Iterable[int] | int, "_Settings | None"],
        consumer: str | None = None,
        event_buffer_size: int | None = None,
    ) -> FakeLineRequest:
        """As `gpiod.request_lines`, for one input line.

        Raises:
            FileNotFoundError: no such chip.
            ValueError: not exactly one line, or one that is not connected.
        """
        if path not in {chip for chip, _ in self._lines}:
            raise FileNotFoundError(2, "No such file or directory", path)
        ((offset, settings),) = config.items()
        if not isinstance(offset, int) or (path, offset) not in self._lines:
            raise ValueError(f"line {offset!r} of {path} is not connected on this bench")
        wanted = settings or LineSettings()
        return FakeLineRequest(self._bench, self._lines[path, offset], offset, wanted, event_buffer_size)
