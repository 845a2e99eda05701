"""Which front end a device has, as a plain value, and the source that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pocketk_agent.clock import Clock, SystemClock
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.source import Source


@dataclass(frozen=True)
class FrontEndChoice:
    """A front end and how it is wired.

    Attributes:
        kind: "ads1292r", "max30003", "ads1115-ad8232", "mcp3008-ad8232", "serial", "replay" or "simulated-patient".
        serial: serial number to go by, None for the board's own.
        spi_bus: of /dev/spidev<bus>.<device>.
        spi_device: the same.
        spi_hz: clock of the bus.
        drdy_chip: GPIO chip on which the data-ready line ends.
        drdy_line: its offset there.
        i2c_bus: of /dev/i2c-<bus>.
        i2c_address: seven bits.
        port: serial port of the handheld.
        file: recording to replay.
        virtual: a register-level model of the chip instead of the bus.
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
    port: str = "/dev/ttyACM0"
    file: Path | None = None
    virtual: bool = False


class FrontEndChoiceError(Exception):
    """The choice cannot be had here; the message says what to change."""


def open_front_end(choice: FrontEndChoice, clock: Clock | None = None, pace: Pace | None = None) -> Source:
    """The source of a choice; it is not opened yet.

    Args:
        choice: which.
        clock: what it waits on; the machine's own where none is given.
        pace: of what is replayed or simulated; real time where none is given.

    Raises:
        FrontEndChoiceError: no such kind, or it lacks what it needs.
    """
    clock, pace = clock or SystemClock(), pace or Pace.real_time()
    if choice.kind == "serial":
        from pocketk_agent.sources.serial_source import SerialSource
        from pocketk_agent.transport.serial_transport import SerialTransport

        return SerialSource(SerialTransport(choice.port), clock)
    if choice.kind == "replay":
        return _replay(choice, clock, pace)
    if choice.kind == "simulated-patient":
        from pocketk_agent.sources.virtual_patient_source import VirtualPatientSource

        return VirtualPatientSource(clock=clock, pace=pace)
    raise FrontEndChoiceError(f"There is no front end of the kind {choice.kind!r}.")


def _replay(choice: FrontEndChoice, clock: Clock, pace: Pace) -> Source:
    from pocketk_agent.recording_file import RecordingFileError
    from pocketk_agent.recording_file.file_format import read_recording
    from pocketk_agent.sources.replay_source import ReplaySource

    if choice.file is None:
        raise FrontEndChoiceError('A front end of the kind "replay" needs the key `file`: the recording to play.')
    try:
        return ReplaySource(read_recording(choice.file), pace=pace, clock=clock)
    except RecordingFileError as error:
        raise FrontEndChoiceError(str(error)) from error
