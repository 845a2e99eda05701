"""The seam behind which everything that shows a measurement sits."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome


@dataclass(frozen=True)
class ScreenFrame:
    """All that a screen needs for one picture while a measurement runs.

    Attributes:
        state: station of the measurement.
        contact: True while both thumbs are on.
        quality_in_words: one short phrase, e.g. "good signal" or "a thumb lost contact".
        good: True where the last second is fit to be scored.
        remaining_s: seconds left in this station, None where it has no end.
        recorded_s: seconds recorded so far, of `target_s`.
        target_s: seconds of a full measurement, or at most of an extended one.
        trace_mv: (n,) float32, the last seconds for the display, millivolts, NaN where samples are missing.
        trace_fs_hz: rate of `trace_mv`.
        gaps: lost stretches so far.
        extended: True where the recording goes on beyond a full measurement.
        guidance: what to do now, in one or two sentences; empty for what is usual in this station.
    """

    state: FlowState
    contact: bool
    quality_in_words: str
    good: bool
    remaining_s: float | None
    recorded_s: float
    target_s: float
    trace_mv: NDArray[np.float32]
    trace_fs_hz: float
    gaps: int
    extended: bool = False
    guidance: str = ""


class Screen(ABC):
    """A terminal, a panel, a log: whatever a person or a test looks at."""

    @abstractmethod
    def open(self, front_end: FrontEnd, notice: str) -> None:
        """Begin to show a measurement; `notice` (research demonstration, unsigned...) stays in sight.

        In front of it stands the front end's grade, where that is one to tell (`graded_notice`).
        """

    @abstractmethod
    def show(self, frame: ScreenFrame) -> None:
        """Show the present state; called a few times a second, must not block."""

    @abstractmethod
    def finish(self, outcome: Outcome, advice: str) -> None:
        """Show the outcome and what to do next."""

    @abstractmethod
    def inform(self, lines: tuple[str, ...]) -> None:
        """Show lines of plain text below the outcome, for information; called after `finish`, if at all."""

    @abstractmethod
    def close(self) -> None:
        """Give the display back; harmless twice, also after an exception."""
