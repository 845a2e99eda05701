"""Which front end a measurement is made with, and how it is opened."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args

from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.sources.bus.mcp3008_wiring import HIGHEST_HZ as MCP3008_HIGHEST_HZ
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.source import Source, SourceLostError

FrontEndKind = Literal[
    "ads1292r", "max30003", "ads1115-ad8232", "mcp3008-ad8232", "serial", "replay", "simulated-patient"
]
KINDS: tuple[str, ...] = get_args(FrontEndKind)
# Real-time pace of a model that stands for a chip.
_VIRTUAL_KINDS = ("ads1292r", "max30003", "ads1115-ad8232", "mcp3008-ad8232")


@dataclass(frozen=True)
class FrontEndChoice:
    """What a configuration says of the front end.

    Attributes:
        kind: one of `KINDS`.
        serial: serial number of the front end; None for the computer's own.
        spi_bus: number of the SPI bus.
        spi_device: number of its chip-select line.
        spi_hz: SPI clock.
        drdy_chip: path of the GPIO chip that data-ready, interrupt or ALERT/RDY is connected to.
        drdy_line: number of the line on it.
        i2c_bus: number of the I2C bus.
        i2c_address: 7-bit address.
        lead_off_plus_line: line on `drdy_chip` that LO+ of an AD8232 is connected to.
        lead_off_minus_line: likewise for LO-.
        port: of the handheld on USB.
        file: recording to be replayed.
        virtual: the register-level model with a simulated patient instead of the bus.

    Raises:
        ValueError: there is no such kind, no recording to replay, no model of the kind, or a clock above the chip's.
    """

    kind: str
    serial: str | None = None
    spi_bus: int = 0
    spi_device: int = 0
    spi_hz: int = 1_000_000
    drdy_chip: str = "/dev/gpiochip0"
    drdy_line: int = 25
    i2c_bus: int = 1
    i2c_address: int = 0x48
    lead_off_plus_line: int = 17
    lead_off_minus_line: int = 27
    port: str = "/dev/ttyACM0"
    file: Path | None = None
    virtual: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no front end {self.kind!r}; give one of {', '.join(KINDS)}.")
        if self.kind == "replay" and self.file is None:
            raise ValueError("The front end 'replay' needs a file.")
        if self.virtual and self.kind not in _VIRTUAL_KINDS:
            raise ValueError(f"There is no model of {self.kind!r}; virtual goes with {', '.join(_VIRTUAL_KINDS)}.")
        if self.kind == "mcp3008-ad8232" and self.spi_hz > MCP3008_HIGHEST_HZ:
            raise ValueError(f"spi_hz is {self.spi_hz}; an MCP3008 at 3.3 V bears at most {MCP3008_HIGHEST_HZ}.")


def open_front_end(choice: FrontEndChoice, clock: Clock | None = None, pace: Pace | None = None) -> Source:
    """The source that a choice stands for; nothing is connected before its own `open`.

    Args:
        choice: see `FrontEndChoice`; a configuration's model with the same attributes does as well.
        clock: the agent's; the machine's own where none is given.
        pace: of what is replayed or simulated without a chip; real time where none is given.

    Raises:
        SourceLostError: `module-missing`, the extra with the bus's module is not installed.
        RecordingFileError: the file to be replayed cannot be read.
    """
    clock, pace = clock or SystemClock(), pace or Pace.real_time()
    if choice.kind == "serial":
        return _serial(choice, clock)
    if choice.kind == "replay":
        return _replay(choice, clock, pace)
    if choice.kind == "simulated-patient":
        return _simulated_patient(clock, pace)
    return _chip(choice, clock)


def bus_module(name: Literal["spidev", "gpiod", "smbus2"]) -> Any:
    """A bus module, imported only now.

    Raises:
        SourceLostError: `module-missing`, it is not installed.
    """
    try:
        if name == "spidev":
            return import_module("spidev")
        return import_module("gpiod") if name == "gpiod" else import_module("smbus2")
    except ImportError as error:
        raise SourceLostError(
            "module-missing", f"{name} is not installed: pip install 'pocketk[pi]' ({error})."
        ) from error


def _serial(choice: FrontEndChoice, clock: Clock) -> Source:
    from pocketk_agent.sources.serial_source import SerialSource
    from pocketk_agent.transport.serial_transport import SerialTransport

    return SerialSource(SerialTransport(choice.port), clock)


def _replay(choice: FrontEndChoice, clock: Clock, pace: Pace) -> Source:
    from pocketk_agent.recording_file import read_recording
    from pocketk_agent.sources.replay_source import ReplaySource

    assert choice.file is not None  # noqa: S101 - FrontEndChoice has checked it
    return ReplaySource(read_recording(choice.file), pace=pace, clock=clock)


def _simulated_patient(clock: Clock, pace: Pace) -> Source:
    from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource

    return VirtualPatientSource(pace=pace, clock=clock)


def _chip(choice: FrontEndChoice, clock: Clock) -> Source:
    if choice.kind == "ads1292r":
        from pocketk_agent.sources.ads1292r_front_end import ads1292r_front_end

        return ads1292r_front_end(choice, clock)
    if choice.kind == "max30003":
        from pocketk_agent.sources.max30003_front_end import max30003_front_end

        return max30003_front_end(choice, clock)
    from pocketk_agent.sources.ad8232_front_ends import ads1115_ad8232_front_end, mcp3008_ad8232_front_end

    return (ads1115_ad8232_front_end if choice.kind == "ads1115-ad8232" else mcp3008_ad8232_front_end)(choice, clock)
