"""How fast a recording is played: always said, never guessed."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """Speed of a replay.

    With a `SteppedClock`, a paced replay is the stepped one: it moves exactly as far as somebody moves, or sleeps
    on, the clock.

    Attributes:
        factor: recorded time over clock time; None for as fast as it is read.
    """

    factor: float | None

    def __post_init__(self) -> None:
        if self.factor is not None and not (math.isfinite(self.factor) and self.factor > 0.0):
            raise ValueError(f"A pace of {self.factor}; expected more than 0, or Pace.as_fast_as_possible().")

    @classmethod
    def real_time(cls, factor: float = 1.0) -> "Pace":
        """A sample comes when its time has come on the clock, `factor` times as fast as it was recorded."""
        return cls(factor)

    @classmethod
    def as_fast_as_possible(cls) -> "Pace":
        """A block comes whenever it is asked for."""
        return cls(None)

    def due_s(self, recorded_s: float) -> float:
        """Clock seconds after the start at which the recording's `recorded_s` is reached."""
        return 0.0 if self.factor is None else recorded_s / self.factor
