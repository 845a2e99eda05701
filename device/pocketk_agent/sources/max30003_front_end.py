"""A MAX30003 as a configuration asks for it: on this computer's bus, or as a model."""

from typing import TYPE_CHECKING

from pocketk_agent.clock import Clock
from pocketk_agent.sources.bus.host_time import BenchTime, SystemTime
from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring
from pocketk_agent.sources.bus.serial_number import computer_serial
from pocketk_agent.sources.front_end_choice import FrontEndChoice, bus_module
from pocketk_agent.sources.max30003_source import Max30003Source
from pocketk_agent.sources.virtual_patient_board import virtual_patient_board

if TYPE_CHECKING:
    from pocketk_chips.linux.pi_board import PiBoard

# The model's oscillator is off by this much, so that a rate that was not measured would show.
_VIRTUAL_PPM, _VIRTUAL_FS_HZ = -100.0, 499.95


def max30003_front_end(choice: FrontEndChoice, clock: Clock) -> Max30003Source:
    """The source of a MAX30003.

    Args:
        choice: where it is (its line INTB as `drdy_line`), or `virtual`.
        clock: the agent's.

    Raises:
        SourceLostError: `module-missing`.
    """
    wiring = Max30003Wiring(
        choice.spi_bus,
        choice.spi_device,
        choice.spi_hz,
        choice.drdy_chip,
        choice.drdy_line,
        choice.serial or computer_serial(),
    )
    if choice.virtual:
        board = _virtual_board(wiring)
        return Max30003Source(board.spidev, board.gpiod, BenchTime(board.bench), clock, wiring)
    return Max30003Source(bus_module("spidev"), bus_module("gpiod"), SystemTime(), clock, wiring)


def _virtual_board(wiring: Max30003Wiring) -> "PiBoard":
    """A model where the wiring expects the chip, with a simulated patient, in real time."""
    from pocketk_chips.coupling import AcCoupledInput
    from pocketk_chips.max30003 import Max30003
    from pocketk_chips.spi_wire import SpiWire

    board, patient = virtual_patient_board(_VIRTUAL_FS_HZ)
    chip = Max30003(board.bench, AcCoupledInput(patient, Max30003.HIGH_PASS_HZ))
    chip.ppm = _VIRTUAL_PPM
    board.connect_spi(wiring.spi_bus, wiring.spi_device, SpiWire(board.bench, chip))
    board.connect_line(wiring.intb_chip, wiring.intb_line, chip.intb)
    return board
