"""A source that somebody else may stop."""

from collections.abc import Callable

from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.sources.source import SelfTest, Source


class StoppableSource(Source):
    """Passes everything on; once stopped, a read ends as by Ctrl-C, so that what was recorded is kept.

    Args:
        behind: where samples come from.
        stopped: whether somebody wants the measurement to end.
    """

    def __init__(self, behind: Source, stopped: Callable[[], bool]) -> None:
        self._behind, self._stopped = behind, stopped

    def open(self) -> FrontEnd:
        """See `Source`."""
        return self._behind.open()

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`.

        Raises:
            KeyboardInterrupt: it was stopped.
        """
        if self._stopped():
            raise KeyboardInterrupt
        return self._behind.read(timeout_s)

    def self_test(self) -> SelfTest:
        """See `Source`."""
        return self._behind.self_test()

    def health(self) -> FrontEndHealth:
        """See `Source`."""
        return self._behind.health()

    def close(self) -> None:
        """See `Source`."""
        self._behind.close()
