"""The seam between a chip's driver and the source that it feeds."""

from abc import ABC, abstractmethod

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.source import SelfTest


class SampleDriver(ABC):
    """One converter on a bus: it owns the clock, and every sample has its number.

    All methods are called by one thread at a time.

    Attributes:
        rate: told of every sampling instant whose time is known, `rate.add(index, edge_ns)`.
    """

    rate: RateMeter

    @abstractmethod
    def open(self) -> FrontEnd:
        """Set the chip up, read the set-up back, and start sampling at index 0.

        On a driver that is open: start again at index 0, the set-up left as it is and `rate` begun afresh.

        Returns:
            Scale and identity, with the nominal sampling rate.

        Raises:
            SourceLostError: nothing there, another chip, or a register that does not keep what was written.
        """

    @abstractmethod
    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """Wait for samples and put them into the ring.

        Nothing is allocated that outlives the call. A sample that was lost, or that may be torn, is an index that is
        skipped, and is counted in `faults`.

        Returns:
            How many samples were put, 0 where none came within the timeout.

        Raises:
            SourceLostError: the chip is gone.
        """

    @abstractmethod
    def self_test(self) -> SelfTest:
        """Test the chip by its own means, restore the set-up, and start sampling again at index 0.

        Raises:
            SourceLostError: the chip is gone.
        """

    @abstractmethod
    def faults(self) -> dict[str, int]:
        """Fault counters by name since the first `open`."""

    @abstractmethod
    def close(self) -> None:
        """Stop the chip and let go of the bus; harmless twice and on a dead bus."""
