"""A MAX30003 on a Raspberry Pi's SPI bus."""

from pocketk_agent.clock import Clock
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.max30003_driver import Max30003Driver
from pocketk_agent.sources.max30003_signals import Max30003Signals


class Max30003Source(BusSource):
    """See `BusSource`.

    Args:
        driver: of the chip.
        clock: see `BusSource`.
        setting: see `BusSource`.

    Attributes:
        signals: its own test signals.
    """

    def __init__(self, driver: Max30003Driver, clock: Clock, setting: BusSetting | None = None) -> None:
        super().__init__(driver, clock, setting)
        self.signals = Max30003Signals(driver)
