"""An ADS1115 and an AD8232 on a Raspberry Pi: demonstration grade, not for screening."""

from pocketk_agent.clock import Clock
from pocketk_agent.sources.ad8232_board import NoSignals
from pocketk_agent.sources.ads1115_driver import Ads1115Driver
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource

# Its oscillator is promised to 10 % only; a little more, since the host's clock is off as well.
RATE_TOLERANCE = 0.105
SETTING = BusSetting(rate_tolerance=RATE_TOLERANCE)


class Ads1115Ad8232Source(BusSource):
    """See `BusSource`.

    Args:
        driver: of the chip.
        clock: see `BusSource`.
        setting: see `BusSource`; its tolerance must bear the chip's oscillator.

    Attributes:
        signals: it has none, and says so.
    """

    def __init__(self, driver: Ads1115Driver, clock: Clock, setting: BusSetting = SETTING) -> None:
        super().__init__(driver, clock, setting)
        self.signals = NoSignals()
