"""The screen of a device that has none: a journal is read by people who have nothing to do with the patient."""

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.outcome import Outcome
from pocketk_agent.screen.screen import Screen, ScreenFrame


class BlankScreen(Screen):
    """Shows nothing; what was measured stands in the store."""

    def open(self, front_end: FrontEnd, notice: str) -> None:
        """See `Screen`."""

    def show(self, frame: ScreenFrame) -> None:
        """See `Screen`."""

    def finish(self, outcome: Outcome, advice: str) -> None:
        """See `Screen`."""

    def inform(self, lines: tuple[str, ...]) -> None:
        """See `Screen`."""

    def close(self) -> None:
        """See `Screen`."""
