"""An ADS1292R on the SPI bus of this computer."""

from pocketk_agent.clock import Clock
from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import GpioModule, SpiModule


class Ads1292rSource(BusSource):
    """Lead I at 500 samples a second and 24 bits, profile `ads1292r`.

    Codes of `SourceLostError` beside those of `BusSource`: `front-end-lost` (no bus, nobody on it, or it went dead),
    `front-end-wrong-chip`, `front-end-setup` (a register does not keep its value), `samples-lost` (in a self-test).

    Args:
        spidev: the module, or its fake.
        gpiod: the module, or its fake.
        time: the host's, on the clock with which the kernel stamps edges.
        clock: the agent's, in the same time.
        wiring: where the chip is.
        setting: see `BusSetting`.
    """

    def __init__(
        self,
        spidev: SpiModule,
        gpiod: GpioModule,
        time: HostTime,
        clock: Clock,
        wiring: Ads1292rWiring | None = None,
        setting: BusSetting | None = None,
    ) -> None:
        driver = Ads1292rDriver(spidev, gpiod, time, wiring or Ads1292rWiring())
        super().__init__(driver, clock, setting)
