"""A MAX30003 on the SPI bus of this computer."""

from pocketk_agent.clock import Clock
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.max30003_driver import Max30003Driver
from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring
from pocketk_agent.sources.bus.pi_modules import GpioModule, SpiModule


class Max30003Source(BusSource):
    """Lead I at 500 samples a second and 18 bits, profile `max30003`.

    Codes of `SourceLostError` beside those of `BusSource`: `front-end-lost` (no bus, nobody on it, or it went dead),
    `front-end-wrong-chip`, `front-end-setup` (a register does not keep its value, or the clock does not lock),
    `front-end-restarted` (the chip has lost its set-up), `samples-lost` (in a self-test).

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
        wiring: Max30003Wiring | None = None,
        setting: BusSetting | None = None,
    ) -> None:
        super().__init__(Max30003Driver(spidev, gpiod, time, wiring or Max30003Wiring()), clock, setting)
