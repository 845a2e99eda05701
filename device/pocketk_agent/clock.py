"""Wall time behind a seam, so that a test can step it."""

import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta


class Clock(ABC):
    """Monotonic seconds for time-outs, wall time as an anchor only: the sample index is the clock of a recording."""

    @abstractmethod
    def monotonic_s(self) -> float:
        """Seconds that never go back."""

    @abstractmethod
    def sleep(self, seconds: float) -> None:
        """Wait."""

    @abstractmethod
    def now(self) -> datetime:
        """Wall time in UTC."""


class SystemClock(Clock):
    """The machine's own clock."""

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        time.sleep(seconds)

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.now(UTC)


class SteppedClock(Clock):
    """A clock that moves only when told to, or when somebody sleeps on it: the fake and the replay clock.

    Args:
        start: wall time at zero.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0
        self._stepped_s = 0.0

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return self._elapsed_s

    def sleep(self, seconds: float) -> None:
        """Advance by that much at once."""
        self._elapsed_s += max(0.0, seconds)

    def step_wall(self, seconds: float) -> None:
        """Put the wall time forward, or back, as a time server or a person does; monotonic time does not notice."""
        self._stepped_s += seconds

    def now(self) -> datetime:
        """See `Clock`."""
        return datetime.fromtimestamp(self._start.timestamp() + self._stepped_s + self._elapsed_s, UTC)


class AnchoredClock(Clock):
    """A clock whose wall time somebody has set: it runs on with the monotonic time of another.

    Args:
        behind: the clock that goes.
        now: the wall time at this moment.
    """

    def __init__(self, behind: Clock, now: datetime) -> None:
        self._behind = behind
        self._anchor = now.astimezone(UTC)
        self._anchored_s = behind.monotonic_s()

    def monotonic_s(self) -> float:
        """See `Clock`."""
        return self._behind.monotonic_s()

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self._behind.sleep(seconds)

    def now(self) -> datetime:
        """See `Clock`."""
        return self._anchor + timedelta(seconds=self._behind.monotonic_s() - self._anchored_s)
