"""A front end that stays open from one measurement to the next."""

from collections.abc import Callable

from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.sources.source import SelfTest, Source, SourceLostError


class HeldSource(Source):
    """Lends an open front end to one measurement after another: their `open` and `close` leave it streaming.

    Args:
        behind: the front end.
        alive: called at every read: whoever reads makes progress.
        stopped: whether somebody wants the service to end; a read then ends as by Ctrl-C, so that what is being
            recorded is kept as a stopped measurement.
    """

    def __init__(self, behind: Source, alive: Callable[[], None], stopped: Callable[[], bool]) -> None:
        self._behind, self._alive, self._stopped = behind, alive, stopped
        self._front_end: FrontEnd | None = None
        self._verdict = SelfTest(False, "The front end has not been tested.")

    def connect(self) -> SelfTest:
        """Open the front end and have it test itself.

        Raises:
            SourceLostError: nothing there, or not as expected.
        """
        self.disconnect()
        self._front_end = self._behind.open()
        self._verdict = self._behind.self_test()
        return self._verdict

    def disconnect(self) -> None:
        """Let the front end go; harmless twice."""
        self._front_end = None
        self._behind.close()

    def open(self) -> FrontEnd:
        """See `Source`; what is connected stays so."""
        if self._front_end is None:
            raise SourceLostError("not-open", "The front end is not connected.")
        return self._front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`.

        Raises:
            KeyboardInterrupt: the service is to end.
        """
        if self._stopped():
            raise KeyboardInterrupt
        block = self._behind.read(timeout_s)
        self._alive()
        return block

    def self_test(self) -> SelfTest:
        """The verdict of the last connection: a stream that runs cannot be tested."""
        return self._verdict

    def health(self) -> FrontEndHealth:
        """See `Source`."""
        return self._behind.health()

    def close(self) -> None:
        """Leaves the front end open; see `disconnect`."""
