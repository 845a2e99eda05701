"""Where an ADS1292R is connected."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ads1292rWiring:
    """Where the chip is connected; docs/hardware.md has the pins.

    Attributes:
        spi_bus: number of the SPI bus.
        spi_device: number of its chip-select line.
        spi_hz: clock for frames.
        drdy_chip: path of the GPIO chip that DRDY is connected to.
        drdy_line: number of the line on it.
        serial: serial number of the front end.
    """

    spi_bus: int = 0
    spi_device: int = 0
    spi_hz: int = 1_000_000
    drdy_chip: str = "/dev/gpiochip0"
    drdy_line: int = 25
    serial: str = "ADS1292R"
