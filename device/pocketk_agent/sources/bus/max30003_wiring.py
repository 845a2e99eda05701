"""Where a MAX30003 is connected."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Max30003Wiring:
    """Where the chip is connected; docs/hardware.md has the pins.

    Attributes:
        spi_bus: number of the SPI bus.
        spi_device: number of its chip-select line.
        spi_hz: clock, at most 12 MHz.
        intb_chip: path of the GPIO chip that INTB is connected to.
        intb_line: number of the line on it.
        serial: serial number of the front end.
    """

    spi_bus: int = 0
    spi_device: int = 0
    spi_hz: int = 1_000_000
    intb_chip: str = "/dev/gpiochip0"
    intb_line: int = 25
    serial: str = "MAX30003"
