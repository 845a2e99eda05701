"""A screen that may break without taking the measurement with it."""

from collections.abc import Callable

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.outcome import Outcome
from pocketk_agent.screen.screen import Screen, ScreenFrame


class SteadyScreen(Screen):
    """Passes everything on until the screen behind it fails (a closed pipe, a terminal that hung up), then nothing.

    Args:
        behind: the screen to show on.
    """

    def __init__(self, behind: Screen) -> None:
        self._behind = behind
        self._broken = False

    def _try(self, show: Callable[[], None]) -> None:
        if self._broken:
            return
        try:
            show()
        except (OSError, ValueError):  # ValueError: the stream was closed
            self._broken = True

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`."""
        self._try(lambda: self._behind.open(front_end, notice))

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`."""
        self._try(lambda: self._behind.show(frame))

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`."""
        self._try(lambda: self._behind.finish(outcome, advice))

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`."""
        self._try(lambda: self._behind.inform(lines))

    def close(self) -> None:
        """See `Screen`."""
        self._try(self._behind.close)
