"""An ADS1115 and an AD8232 on a Raspberry Pi: demonstration grade, not for screening."""

from typing import Any

from pocketk_agent.clock import Clock
from pocketk_agent.sources.bus.ads1115_driver import Ads1115Driver
from pocketk_agent.sources.bus.ads1115_wiring import Ads1115Wiring
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import GpioModule

# The chip's oscillator is promised to 10 % only; a little more, since the host's clock is off as well.
SETTING = BusSetting(rate_tolerance=0.105)


class Ads1115Ad8232Source(BusSource):
    """Lead I at about 860 samples a second and 16 bits, profile `ads1115-ad8232-demonstration`.

    Codes of `SourceLostError` beside those of `BusSource`: `front-end-lost` (no bus, nobody on it, or it went dead),
    `front-end-wrong-chip` (a register does not keep its value), `front-end-restarted` (it has lost its set-up).

    Args:
        smbus2: the module, or its fake.
        gpiod: the module, or its fake.
        time: the host's, on the clock with which the kernel stamps edges.
        clock: the agent's, in the same time.
        wiring: where the chips are.
        setting: see `BusSetting`; its tolerance must bear the chip's oscillator.
    """

    def __init__(
        self,
        smbus2: Any,
        gpiod: GpioModule,
        time: HostTime,
        clock: Clock,
        wiring: Ads1115Wiring | None = None,
        setting: BusSetting = SETTING,
    ) -> None:
        super().__init__(Ads1115Driver(smbus2, gpiod, time, wiring or Ads1115Wiring()), clock, setting)
