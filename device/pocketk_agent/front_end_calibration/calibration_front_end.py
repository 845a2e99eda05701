"""The driver of a front end that is to be calibrated, on this computer's bus or as a model."""

from collections.abc import Callable
from dataclasses import dataclass

from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.record_signals import OPEN, CalibrationDriver
from pocketk_agent.sources.front_end_choice import FrontEndChoice, bus_module
from pocketk_agent.sources.source import SourceLostError

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


def calibration_front_end(choice: FrontEndChoice) -> CalibrationFrontEnd:
    """The driver that a choice stands for; nothing is connected before its own `open`.

    Raises:
        FrontEndCalibrationError: code "calibration-recording"; a front end without signals of its own, or a module is
            missing.
    """
    if choice.kind != "ads1292r":
        raise FrontEndCalibrationError(
            "calibration-recording",
            f"A front end {choice.kind!r} has no test signals of its own that can be recorded, so that it cannot be "
            "calibrated; 'ads1292r' can.",
        )
    try:
        return _virtual_ads1292r(choice) if choice.virtual else _ads1292r(choice)
    except SourceLostError as error:
        raise FrontEndCalibrationError("calibration-recording", str(error)) from error


def _ads1292r(choice: FrontEndChoice) -> CalibrationFrontEnd:
    from pocketk_agent.sources.ads1292r_front_end import ads1292r_wiring
    from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
    from pocketk_agent.sources.bus.host_time import SystemTime

    wiring = ads1292r_wiring(choice)
    return CalibrationFrontEnd(Ads1292rDriver(bus_module("spidev"), bus_module("gpiod"), SystemTime(), wiring))


def _virtual_ads1292r(choice: FrontEndChoice) -> CalibrationFrontEnd:
    """The register-level model in virtual time: a minute of signals in two seconds."""
    from pocketk_agent.sources.ads1292r_front_end import VIRTUAL_PPB, ads1292r_wiring
    from pocketk_agent.sources.bus.ads1292r_driver import Ads1292rDriver
    from pocketk_agent.sources.bus.host_time import BenchTime
    from pocketk_chips.ads1292r import Ads1292r
    from pocketk_chips.bench import ChipBench
    from pocketk_chips.inputs import FlatInput
    from pocketk_chips.linux.pi_board import PiBoard
    from pocketk_chips.spi_wire import SpiWire

    wiring = ads1292r_wiring(choice)
    bench = ChipBench()
    chip = Ads1292r(bench, FlatInput(), VIRTUAL_PPB)
    board = PiBoard(bench)
    board.connect_spi(wiring.spi_bus, wiring.spi_device, SpiWire(bench, chip))
    board.connect_line(wiring.drdy_chip, wiring.drdy_line, chip.drdy)

    def ask(words: str) -> None:
        chip.channels.lead_off_until_ns = 2**62 if words == OPEN else 0

    return CalibrationFrontEnd(Ads1292rDriver(board.spidev, board.gpiod, BenchTime(bench), wiring), ask)
