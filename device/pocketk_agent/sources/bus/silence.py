"""When a front end has been silent for too long."""

from collections.abc import Callable

from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.source import SourceLostError

# S4: the loss is stated within 2 s; what comes after it (storing, showing) must fit in as well.
SILENCE_S = 1.0


class SilenceWatch:
    """Takes samples and adds up the time that was waited in vain.

    Waited for, not passed: a host that was itself asleep for a while has not heard a silent chip.

    Args:
        driver: open.
        monotonic_s: clock of the waits, seconds.
    """

    def __init__(self, driver: SampleDriver, monotonic_s: Callable[[], float]) -> None:
        self._driver, self._monotonic_s = driver, monotonic_s
        self._waited_s = 0.0

    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """As the driver's own.

        Raises:
            SourceLostError: the driver's, or `front-end-silent` where nothing came for longer than `SILENCE_S`.
        """
        began_s = self._monotonic_s()
        taken = self._driver.take(ring, timeout_s)
        if taken:
            self._waited_s = 0.0
            return taken
        self._waited_s += min(self._monotonic_s() - began_s, timeout_s)
        if self._waited_s > SILENCE_S:
            raise SourceLostError("front-end-silent", f"The front end sent nothing for {SILENCE_S:g} s.")
        return taken
