"""An agent's clock that shows the time of a bench of chip models."""

import math
from datetime import UTC, datetime
from typing import Protocol

from pocketk_agent.clock import Clock

_NS_PER_S = 1_000_000_000


class Bench(Protocol):
    """What of a `pocketk_chips.bench.ChipBench` the clock needs."""

    now_ns: int

    def advance(self, span_ns: int) -> None:
        """Move on."""


class BenchClock(Clock):
    """Shows bench time; to sleep on it lets the chips run.

    Args:
        bench: the time.
        start: wall time at bench time 0.
    """

    def __init__(self, bench: Bench, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._bench, self._start = bench, start

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return self._bench.now_ns / _NS_PER_S

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self._bench.advance(math.ceil(max(0.0, seconds) * _NS_PER_S))

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self._start.timestamp() + self.monotonic_s(), UTC)
