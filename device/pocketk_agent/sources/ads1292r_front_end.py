"""An ADS1292R as a configuration asks for it: on this computer's bus, or as a model."""

from typing import TYPE_CHECKING

from pocketk_agent.clock import Clock
from pocketk_agent.sources.ads1292r_source import Ads1292rSource
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_agent.sources.bus.host_time import BenchTime, SystemTime
from pocketk_agent.sources.bus.serial_number import computer_serial
from pocketk_agent.sources.front_end_choice import FrontEndChoice, bus_module
from pocketk_agent.sources.virtual_patient_board import virtual_patient_board

if TYPE_CHECKING:
    from pocketk_chips.linux.pi_board import PiBoard

# The model's oscillator is off by this much, so that a rate that was not measured would show.
_VIRTUAL_PPB = 100_000
_VIRTUAL_FS_HZ = 500.05


def ads1292r_front_end(choice: FrontEndChoice, clock: Clock) -> Ads1292rSource:
    """The source of an ADS1292R.

    Args:
        choice: where it is, or `virtual`.
        clock: the agent's.

    Raises:
        SourceLostError: `module-missing`.
    """
    wiring = Ads1292rWiring(
        choice.spi_bus,
        choice.spi_device,
        choice.spi_hz,
        choice.drdy_chip,
        choice.drdy_line,
        choice.serial or computer_serial(),
    )
    if choice.virtual:
        board = _virtual_board(wiring)
        return Ads1292rSource(board.spidev, board.gpiod, BenchTime(board.bench), clock, wiring)
    return Ads1292rSource(bus_module("spidev"), bus_module("gpiod"), SystemTime(), clock, wiring)


def _virtual_board(wiring: Ads1292rWiring) -> "PiBoard":
    """A model where the wiring expects the chip, with a simulated patient, in real time."""
    from pocketk_chips.ads1292r import Ads1292r
    from pocketk_chips.spi_wire import SpiWire

    board, patient = virtual_patient_board(_VIRTUAL_FS_HZ)
    chip = Ads1292r(board.bench, patient, _VIRTUAL_PPB)
    board.connect_spi(wiring.spi_bus, wiring.spi_device, SpiWire(board.bench, chip))
    board.connect_line(wiring.drdy_chip, wiring.drdy_line, chip.drdy)
    return board
