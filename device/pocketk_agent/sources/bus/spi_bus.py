"""A chip's place on the SPI bus of this computer."""

from pocketk_agent.sources.bus.pi_modules import SpiDevice, SpiModule
from pocketk_agent.sources.source import SourceLostError


def open_spi(spidev: SpiModule, place: tuple[int, int], mode: int, clock_hz: int) -> SpiDevice:
    """Connect to a chip.

    Args:
        spidev: the module, or its fake.
        place: numbers of the bus and of its chip-select line.
        mode: SPI mode, 0 to 3.
        clock_hz: of the bus.

    Raises:
        SourceLostError: `front-end-lost`, no such bus or no permission.
    """
    spi: SpiDevice = spidev.SpiDev()
    try:
        spi.open(*place)
        spi.mode, spi.max_speed_hz = mode, clock_hz
    except OSError as error:
        raise SourceLostError(
            "front-end-lost",
            f"/dev/spidev{place[0]}.{place[1]} cannot be used: {error}. Is SPI switched on, and may this user use it?",
        ) from error
    return spi
