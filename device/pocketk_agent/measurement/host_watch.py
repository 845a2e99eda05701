"""What can go wrong with the computer under a measurement: a stalled network, a stepped clock, no memory left (S4)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pocketk_agent.clock import Clock
from pocketk_agent.measurement.decision import DeviceFault
from pocketk_agent.measurement.timed_runner import ANSWER_LIMIT_S

# A fault is looked for this often; with what it takes to store and show it, it is stated well within 2 s.
LOOK_EVERY_S = 0.25
_MEMINFO = Path("/proc/meminfo")
_MB = 1_000_000


@dataclass(frozen=True)
class HostLimits:
    """When the computer is at fault.

    Attributes:
        memory_mb: less available memory ends a measurement; storing one takes a few megabytes, and below this a
            small Linux begins to throw out its own programs (engineering choice).
        clock_step_s: so far may wall time move against monotonic time; slewing at the kernel's 500 ppm moves it by
            0.1 s in the longest measurement, and time servers step from 0.13 to 1 s on (engineering choice).
        answer_s: longest time in one job of the worker.
    """

    memory_mb: float = 32.0
    clock_step_s: float = 0.5
    answer_s: float = ANSWER_LIMIT_S


def available_memory_mb() -> float | None:
    """MemAvailable of this machine, None where it cannot be told."""
    try:
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024 / _MB
    except (OSError, ValueError, IndexError):
        pass
    return None


@dataclass(frozen=True)
class Host:
    """The computer that a measurement runs on.

    Attributes:
        limits: when it is at fault.
        memory_mb: gives the available memory, None where it cannot be told, which is no fault.
    """

    limits: HostLimits = field(default_factory=HostLimits)
    memory_mb: Callable[[], float | None] = available_memory_mb


class HostWatch:
    """Looks at the computer while a measurement runs.

    Args:
        host: what to look at.
        clock: whose steps to notice.
        busy_s: for how long the worker's present job has been running.
    """

    def __init__(self, host: Host, clock: Clock, busy_s: Callable[[], float]) -> None:
        self._host, self._clock, self._busy_s = host, clock, busy_s
        self._looked_s = clock.monotonic_s()
        self._wall_minus_monotonic_s, self._unsure_s = self._offset_s()

    def fault(self) -> DeviceFault | None:
        """What is wrong, None where nothing is or where it was looked a moment ago."""
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return None
        self._looked_s = now_s
        return self.fault_now()

    def fault_now(self) -> DeviceFault | None:
        """What is wrong at this moment, None where nothing is."""
        return self._stalled() or self._stepped() or self._starved()

    def _stalled(self) -> DeviceFault | None:
        if self._busy_s() <= self._host.limits.answer_s:
            return None
        words = f"The network has stalled: it has not answered for {self._host.limits.answer_s:g} s."
        return DeviceFault("runner", words)

    def _stepped(self) -> DeviceFault | None:
        offset_s, unsure_s = self._offset_s()
        step_s = offset_s - self._wall_minus_monotonic_s
        if abs(step_s) <= self._host.limits.clock_step_s + unsure_s + self._unsure_s:
            return None
        words = (
            f"The clock was put {'forward' if step_s > 0 else 'back'} by {abs(step_s):.1f} s during the measurement."
        )
        return DeviceFault("clock-step", words)

    def _starved(self) -> DeviceFault | None:
        left_mb = self._host.memory_mb()
        if left_mb is None or left_mb >= self._host.limits.memory_mb:
            return None
        words = f"{left_mb:.0f} MB of memory are left; at least {self._host.limits.memory_mb:g} MB are needed."
        return DeviceFault("low-memory", words)

    def _offset_s(self) -> tuple[float, float]:
        """Wall time minus monotonic time, and how far that may be off because this process had to wait between."""
        before_s = self._clock.monotonic_s()
        wall_s = self._clock.now().timestamp()
        after_s = self._clock.monotonic_s()
        return wall_s - (before_s + after_s) / 2.0, (after_s - before_s) / 2.0
