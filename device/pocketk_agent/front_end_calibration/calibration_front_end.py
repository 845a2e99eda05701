"""The driver of a front end that is to be calibrated, on this computer's bus or as a model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.record_signals import OPEN, CalibrationDriver
from pocketk_agent.front_end_calibration.test_square import TEST_SQUARES
from pocketk_agent.sources.bus.host_time import BenchTime, HostTime, SystemTime
from pocketk_agent.sources.bus.serial_number import computer_serial
from pocketk_agent.sources.front_end_choice import FrontEndChoice, bus_module
from pocketk_agent.sources.source import SourceLostError

# The models' oscillators are off by this much, so that a rate that was not measured would show.
VIRTUAL_PPM = 100
# Of a MAX30003 in 0-250 Hz, 3.1 uV peak to peak (UNVERIFIED); the ADS1292R's model has its own.
VIRTUAL_NOISE_V = 0.47e-6
Ask = Callable[[str], None]


@dataclass(frozen=True)
class CalibrationFrontEnd:
    """A driver, and how what it asks for is done to its electrodes.

    Attributes:
        driver: not yet open.
        ask: does it at once, for a model; None where a person has to.
    """

    driver: CalibrationDriver
    ask: Ask | None = None


class SwitchedInput:
    """Electrodes of a model that are open or joined, and without a voltage."""

    def __init__(self) -> None:
        self.is_open = False

    def ask(self, words: str) -> None:
        """Do what a person is asked to do."""
        self.is_open = words == OPEN

    def volts(self, n: int, t_ns: int) -> float:  # noqa: ARG002 - an input of `pocketk_chips.inputs`
        """None."""
        return 0.0

    def lead_off(self, n: int, t_ns: int) -> int:  # noqa: ARG002
        """Both electrodes or neither."""
        return 3 if self.is_open else 0


def calibration_front_end(choice: FrontEndChoice) -> CalibrationFrontEnd:
    """The driver that a choice stands for; nothing is connected before its own `open`.

    Raises:
        FrontEndCalibrationError: code "calibration-recording"; a front end without signals of its own, or a module is
            missing.
    """
    if choice.kind not in TEST_SQUARES:
        raise FrontEndCalibrationError(
            "calibration-recording",
            f"A front end {choice.kind!r} has no test signals of its own that can be recorded, so that it cannot be "
            f"calibrated; {' and '.join(TEST_SQUARES)} can.",
        )
    if choice.virtual:
        return _virtual(choice)
    try:
        spidev, gpiod = bus_module("spidev"), bus_module("gpiod")
    except SourceLostError as error:
        raise FrontEndCalibrationError("calibration-recording", str(error)) from error
    return CalibrationFrontEnd(_driver(choice, spidev, gpiod, SystemTime()))


def _driver(choice: FrontEndChoice, spidev: Any, gpiod: Any, time: HostTime) -> CalibrationDriver:
    from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
    from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
    from pocketk_agent.sources.bus.max30003_driver import Max30003Driver
    from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring

    where = (choice.spi_bus, choice.spi_device, choice.spi_hz, choice.drdy_chip, choice.drdy_line)
    serial = choice.serial or computer_serial()
    if choice.kind == "max30003":
        return Max30003Driver(spidev, gpiod, time, Max30003Wiring(*where, serial))
    return Ads1292rDriver(spidev, gpiod, time, Ads1292rWiring(*where, serial))


def _virtual(choice: FrontEndChoice) -> CalibrationFrontEnd:
    """A register-level model in virtual time: a minute of signals in a few seconds."""
    from pocketk_chips.ads1292r import Ads1292r
    from pocketk_chips.bench import ChipBench
    from pocketk_chips.linux.pi_board import PiBoard
    from pocketk_chips.max30003 import Max30003
    from pocketk_chips.small_noise import SmallNoise
    from pocketk_chips.spi_wire import SpiWire

    bench, electrodes = ChipBench(), SwitchedInput()
    if choice.kind == "max30003":
        chip: Any = Max30003(bench, electrodes)
        noise = SmallNoise()
        chip.ppm, edge = VIRTUAL_PPM, chip.intb
        chip.own_noise = lambda: VIRTUAL_NOISE_V * noise.next()
    else:
        chip = Ads1292r(bench, electrodes, 1000 * VIRTUAL_PPM)
        edge = chip.drdy
    board = PiBoard(bench)
    board.connect_spi(choice.spi_bus, choice.spi_device, SpiWire(bench, chip))
    board.connect_line(choice.drdy_chip, choice.drdy_line, edge)
    return CalibrationFrontEnd(_driver(choice, board.spidev, board.gpiod, BenchTime(bench)), electrodes.ask)
