"""The seam behind which every origin of samples sits."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock


class SourceLostError(Exception):
    """The front end is gone, silent or not to be trusted.

    Attributes:
        code: short stable name for the outcome DEVICE_ERROR(code).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EndOfStream(Exception):  # noqa: N818 - an event, not an error
    """The source has no more samples: a file is played out, or the thumbs were told to lift."""


@dataclass(frozen=True)
class SelfTest:
    """Verdict of a front end on itself."""

    passed: bool
    detail: str


class Source(ABC):
    """Where samples come from: a serial handheld, a replayed file, a chip on the bus."""

    @abstractmethod
    def open(self) -> FrontEnd:
        """Connect and start the stream.

        Raises:
            SourceLostError: nothing there, or it does not answer as expected.
        """

    @abstractmethod
    def read(self, timeout_s: float) -> SampleBlock | None:
        """Next block of samples, or None when none came within the timeout.

        Raises:
            EndOfStream: there will be no more.
            SourceLostError: the front end was lost.
        """

    @abstractmethod
    def self_test(self) -> SelfTest:
        """Ask the front end to test itself; only before the first read."""

    @abstractmethod
    def health(self) -> FrontEndHealth:
        """Battery, temperature and fault counters, as last known."""

    @abstractmethod
    def close(self) -> None:
        """Stop the stream and let go; harmless twice."""
