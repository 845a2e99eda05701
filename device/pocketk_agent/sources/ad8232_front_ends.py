"""The two boards with an AD8232 as a configuration asks for them: on this computer's buses, or as models."""

from typing import TYPE_CHECKING

from pocketk_agent.clock import Clock
from pocketk_agent.sources.ads1115_ad8232_source import Ads1115Ad8232Source
from pocketk_agent.sources.bus.ad8232_board import LeadOffPlace
from pocketk_agent.sources.bus.ads1115_wiring import Ads1115Wiring
from pocketk_agent.sources.bus.host_time import BenchTime, SystemTime
from pocketk_agent.sources.bus.mcp3008_wiring import Mcp3008Wiring
from pocketk_agent.sources.bus.serial_number import computer_serial
from pocketk_agent.sources.front_end_choice import FrontEndChoice, bus_module
from pocketk_agent.sources.mcp3008_ad8232_source import Mcp3008Ad8232Source
from pocketk_agent.sources.virtual_patient_board import virtual_patient_board

if TYPE_CHECKING:
    from pocketk_chips.ad8232 import Ad8232
    from pocketk_chips.linux.pi_board import PiBoard

# The model's oscillator is as slow as the chip's may be, short of a little.
_ADS1115_PPM, _ADS1115_HZ = -80_000.0, 791.2
_MCP3008_HZ = 500.0


def ads1115_ad8232_front_end(choice: FrontEndChoice, clock: Clock) -> Ads1115Ad8232Source:
    """The source of an ADS1115 behind an AD8232.

    Args:
        choice: where they are (ALERT/RDY as `drdy_line`), or `virtual`.
        clock: the agent's.

    Raises:
        SourceLostError: `module-missing`.
    """
    wiring = Ads1115Wiring(
        choice.i2c_bus,
        choice.i2c_address,
        choice.drdy_chip,
        choice.drdy_line,
        _lead_off(choice),
        choice.serial or computer_serial(),
    )
    if choice.virtual:
        board = _virtual_ads1115(wiring)
        return Ads1115Ad8232Source(board.smbus2, board.gpiod, BenchTime(board.bench), clock, wiring)
    return Ads1115Ad8232Source(bus_module("smbus2"), bus_module("gpiod"), SystemTime(), clock, wiring)


def mcp3008_ad8232_front_end(choice: FrontEndChoice, clock: Clock) -> Mcp3008Ad8232Source:
    """The source of an MCP3008 behind an AD8232.

    Args:
        choice: where they are, or `virtual`; there is no `drdy_line`.
        clock: the agent's.

    Raises:
        SourceLostError: `module-missing`.
        ValueError: the SPI clock is above what the chip bears.
    """
    wiring = Mcp3008Wiring(
        choice.spi_bus, choice.spi_device, choice.spi_hz, _lead_off(choice), choice.serial or computer_serial()
    )
    if choice.virtual:
        board = _virtual_mcp3008(wiring)
        return Mcp3008Ad8232Source(board.spidev, board.gpiod, BenchTime(board.bench), clock, wiring)
    return Mcp3008Ad8232Source(bus_module("spidev"), bus_module("gpiod"), SystemTime(), clock, wiring)


def _lead_off(choice: FrontEndChoice) -> LeadOffPlace:
    return LeadOffPlace(choice.drdy_chip, choice.lead_off_plus_line, choice.lead_off_minus_line)


def _virtual_ads1115(wiring: Ads1115Wiring) -> "PiBoard":
    from pocketk_chips.ads1115 import Ads1115
    from pocketk_chips.i2c_wire import I2cWire

    board, amplifier = _virtual_board(wiring.lead_off, _ADS1115_HZ)
    chip = Ads1115(board.bench, amplifier)
    chip.ppm = _ADS1115_PPM
    board.connect_i2c(wiring.i2c_bus, I2cWire(board.bench, {wiring.i2c_address: chip}))
    board.connect_line(wiring.alert_chip, wiring.alert_line, chip.alert)
    return board


def _virtual_mcp3008(wiring: Mcp3008Wiring) -> "PiBoard":
    from pocketk_chips.mcp3008 import Mcp3008
    from pocketk_chips.spi_wire import SpiWire

    board, amplifier = _virtual_board(wiring.lead_off, _MCP3008_HZ)
    chip = Mcp3008(board.bench, [amplifier, *[None] * 7])
    board.connect_spi(wiring.spi_bus, wiring.spi_device, SpiWire(board.bench, chip))
    return board


def _virtual_board(place: LeadOffPlace, fs_hz: float) -> "tuple[PiBoard, Ad8232]":
    """An amplifier where the wiring expects it, with a simulated patient, in real time."""
    from pocketk_chips.ad8232 import Ad8232
    from pocketk_chips.coupling import AcCoupledInput

    board, patient = virtual_patient_board(fs_hz)
    amplifier = Ad8232(AcCoupledInput(patient, Ad8232.HIGH_PASS_HZ))
    board.connect_line(place.gpio_chip, place.plus, amplifier.lo_plus)
    board.connect_line(place.gpio_chip, place.minus, amplifier.lo_minus)
    return board, amplifier
