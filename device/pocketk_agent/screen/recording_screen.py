"""A screen that nobody looks at: it keeps what it was given."""

from dataclasses import replace

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_grade import graded_notice
from pocketk_agent.outcome import Outcome
from pocketk_agent.screen.screen import Screen, ScreenFrame


class RecordingScreen(Screen):
    """The fake behind the seam, for tests.

    Attributes:
        front_end: given to the last `open`, None before.
        notice: given to the last `open`.
        frames: every frame since the last `open`, each with a trace of its own.
        outcome: last outcome, None while there is none.
        advice: given with it.
        information: lines shown below it.
        is_open: True between `open` and `finish` or `close`.
    """

    def __init__(self) -> None:
        self.front_end: FrontEnd | None = None
        self.notice = ""
        self.frames: list[ScreenFrame] = []
        self.outcome: Outcome | None = None
        self.advice = ""
        self.information: tuple[str, ...] = ()
        self.is_open = False

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`; forgets the measurement before."""
        self.front_end, self.notice = front_end, graded_notice(notice, front_end)
        self.frames = []
        self.outcome, self.advice, self.information = None, "", ()
        self.is_open = True

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`; a frame before `open` or after `finish` is dropped."""
        if self.is_open:
            # The owner of the trace may write the next seconds into the same memory.
            self.frames.append(replace(frame, trace_mv=frame.trace_mv.copy()))

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`."""
        self.outcome, self.advice = outcome, advice
        self.is_open = False

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`."""
        self.information = lines

    def close(self) -> None:
        """See `Screen`."""
        self.is_open = False
