"""Where an MCP3008 and the AD8232 before it are connected."""

from dataclasses import dataclass, field

from pocketk_agent.sources.bus.ad8232_board import LeadOffPlace

# Up to 1.35 MHz is promised at 2.7 V, 3.6 MHz at 5 V; at 3.3 V the lower holds.
HIGHEST_HZ = 1_350_000


@dataclass(frozen=True)
class Mcp3008Wiring:
    """Where the chips are connected; docs/hardware.md has the pins.

    Attributes:
        spi_bus: number of the SPI bus.
        spi_device: number of its chip-select line.
        spi_hz: clock, at most 1.35 MHz.
        lead_off: where the amplifier's lead-off lines are.
        serial: serial number of the front end.

    Raises:
        ValueError: the clock is above what the chip promises.
    """

    spi_bus: int = 0
    spi_device: int = 0
    spi_hz: int = 1_000_000
    lead_off: LeadOffPlace = field(default_factory=LeadOffPlace)
    serial: str = "MCP3008-AD8232"

    def __post_init__(self) -> None:
        if not 0 < self.spi_hz <= HIGHEST_HZ:
            raise ValueError(f"An SPI clock of {self.spi_hz} Hz; an MCP3008 at 3.3 V bears at most {HIGHEST_HZ}.")
