"""Lets a bench run in real time, or any multiple of it."""

import time

# Shorter waits are left out: a sleep is never that exact, and what was not waited for is made up by the next one.
_LEAST_SLEEP_NS = 100_000


class RealTimePace:
    """A pace for `ChipBench`: sleeps until bench time has really come.

    A host that comes late finds the bench where it left it, since only the host's own calls move it: a busy machine
    loses no sample of a model.

    Args:
        speed: bench time over real time, above 0.

    Raises:
        ValueError: the speed is not above 0.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0.0:
            raise ValueError(f"A speed of {speed}; expected more than 0.")
        self.speed = speed
        self._origin_ns: int | None = None
        self._began_ns = 0

    def __call__(self, at_ns: int) -> None:
        """Sleep until `at_ns`; the first call sets the origin."""
        real_ns = time.monotonic_ns()
        if self._origin_ns is None:
            self._origin_ns, self._began_ns = at_ns, real_ns
        wait_ns = (at_ns - self._origin_ns) / self.speed - (real_ns - self._began_ns)
        if wait_ns > _LEAST_SLEEP_NS:
            time.sleep(wait_ns / 1e9)
