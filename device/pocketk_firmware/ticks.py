"""Monotonic microseconds in both runtimes, and the time since a start that survives the counter's wrap."""

import time


def ticks_us() -> int:
    """Return a monotonic time in microseconds; only `ticks_diff` of two of them means something."""
    return time.perf_counter_ns() // 1000


def ticks_diff(later: int, earlier: int) -> int:
    """Return `later - earlier` in microseconds."""
    return later - earlier


try:  # noqa: SIM105  MicroPython has no contextlib
    from time import ticks_diff, ticks_us  # pyright: ignore[reportAttributeAccessIssue]
except ImportError:
    pass


class Stopwatch:
    """Microseconds since the last restart.

    MicroPython's counter wraps (every 18 minutes on a 32-bit chip), so the time is added up from
    differences: `elapsed_us` has to be called at least every few minutes.
    """

    def __init__(self, now=ticks_us, difference=ticks_diff):
        self._now = now
        self._difference = difference
        self._last = now()
        self._elapsed_us = 0

    def restart(self) -> None:
        """Begin again at 0."""
        self._last = self._now()
        self._elapsed_us = 0

    def elapsed_us(self) -> int:
        """Return the microseconds since the last restart; never less than the time before."""
        now = self._now()
        self._elapsed_us += self._difference(now, self._last)
        self._last = now
        return self._elapsed_us
