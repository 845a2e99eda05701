"""An MCP3008 and an AD8232 on a Raspberry Pi: demonstration grade, not for screening."""

from dataclasses import replace

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEndHealth
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.mcp3008_driver import Mcp3008Driver
from pocketk_agent.sources.bus.mcp3008_wiring import Mcp3008Wiring
from pocketk_agent.sources.bus.pi_modules import GpioModule, SpiModule


class Mcp3008Ad8232Source(BusSource):
    """Lead I at 500 samples a second and 10 bits, profile `mcp3008-ad8232-demonstration`.

    The host's clock paces the samples, and its jitter stands in the notes of the health. Code of `SourceLostError`
    beside those of `BusSource`: `front-end-lost` (no bus, nobody on it, or it went dead).

    Args:
        spidev: the module, or its fake.
        gpiod: the module, or its fake.
        time: the host's.
        clock: the agent's, in the same time.
        wiring: where the chips are.
        setting: see `BusSetting`.

    Attributes:
        driver: of the chips.
    """

    def __init__(
        self,
        spidev: SpiModule,
        gpiod: GpioModule,
        time: HostTime,
        clock: Clock,
        wiring: Mcp3008Wiring | None = None,
        setting: BusSetting | None = None,
    ) -> None:
        driver = Mcp3008Driver(spidev, gpiod, time, wiring or Mcp3008Wiring())
        super().__init__(driver, clock, setting)
        self.driver = driver

    def health(self) -> FrontEndHealth:
        """See `BusSource`, with the jitter of the sampling."""
        health = super().health()
        return replace(health, notes=(*health.notes, self.driver.jitter.sentence()))
