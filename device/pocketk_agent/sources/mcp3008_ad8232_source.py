"""An MCP3008 and an AD8232 on a Raspberry Pi: demonstration grade, not for screening."""

from dataclasses import replace

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEndHealth
from pocketk_agent.sources.ad8232_board import NoSignals
from pocketk_agent.sources.bus.bus_source import BusSetting, BusSource
from pocketk_agent.sources.mcp3008_driver import Mcp3008Driver


class Mcp3008Ad8232Source(BusSource):
    """See `BusSource`; the host's clock paces the samples, and its jitter is in the health.

    Args:
        driver: of the chip.
        clock: see `BusSource`.
        setting: see `BusSource`.

    Attributes:
        signals: it has none, and says so.
    """

    def __init__(self, driver: Mcp3008Driver, clock: Clock, setting: BusSetting | None = None) -> None:
        super().__init__(driver, clock, setting)
        self._paced = driver
        self.signals = NoSignals()

    def health(self) -> FrontEndHealth:
        """See `BusSource`, with the jitter of the sampling."""
        health = super().health()
        return replace(health, notes=(*health.notes, self._paced.jitter.sentence()))
