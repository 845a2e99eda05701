"""The host's time as a driver needs it: the kernel's own clock, and waiting."""

import math
import time
from abc import ABC, abstractmethod

from pocketk_agent.sources.bus.bench_clock import Bench

_NS_PER_S = 1_000_000_000


class HostTime(ABC):
    """Time on the clock with which the kernel stamps edges."""

    @abstractmethod
    def now_ns(self) -> int:
        """Nanoseconds of CLOCK_MONOTONIC."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemTime(HostTime):
    """The machine's own."""

    def now_ns(self) -> int:
        """See `HostTime`."""
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        """See `HostTime`."""
        time.sleep(seconds)


class BenchTime(HostTime):
    """The time of a bench of chip models.

    Args:
        bench: a `pocketk_chips.bench.ChipBench`.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def now_ns(self) -> int:
        """See `HostTime`."""
        return self._bench.now_ns

    def sleep(self, seconds: float) -> None:
        """Let the chips run for that long."""
        self._bench.advance(math.ceil(max(0.0, seconds) * _NS_PER_S))
