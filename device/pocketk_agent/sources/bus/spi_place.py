"""Where a SPI chip and its lines are connected on a Raspberry Pi."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpiPlace:
    """A chip select of a SPI bus, and the chip's interrupt line.

    Attributes:
        bus: number of the bus.
        device: number of the chip select.
        hertz: SPI clock.
        gpio_chip: path of the GPIO chip.
        line: number of the interrupt line on it.
    """

    bus: int = 0
    device: int = 0
    hertz: int = 1_000_000
    gpio_chip: str = "/dev/gpiochip0"
    line: int = 25
