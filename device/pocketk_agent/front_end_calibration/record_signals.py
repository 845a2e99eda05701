"""Recording all signals of a front end that one calibration needs."""

from collections.abc import Callable
from typing import Protocol

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.recording import CalibrationRecording, CalibrationSignal
from pocketk_agent.front_end_calibration.signal_set import CalibrationSignalSet
from pocketk_agent.sources.bus.calibration_signals import CalibrationSignalError
from pocketk_agent.sources.source import SourceLostError
from pocketk_agent.version import VERSION

# Long enough for 23 periods of a 1 Hz square, and for eleven windows of 10 s after the filter's ends.
SIGNAL_S = 24.0
CONTACT_S = 3.0
LEVEL_S = 1.0

OPEN = "Leave the electrodes open: nobody and nothing touches them."
CLOSED = "Join the electrodes: both thumbs on, a lead simulator, or a wire between them."


class CalibrationDriver(Protocol):
    """A driver that samples and has signals of its own, such as that of an ADS1292R."""

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        ...

    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """See `CalibrationSignals`."""
        ...

    def close(self) -> None:
        """See `SampleDriver`."""
        ...


def record_signals(driver: CalibrationDriver, ask: Callable[[str], None]) -> CalibrationSignalSet:
    """Record the test square, the test level, shorted, open and joined inputs, one after the other; takes a minute.

    Args:
        driver: closed, before and after.
        ask: told what to do with the electrodes before each; returns once that is done.

    Raises:
        FrontEndCalibrationError: code "calibration-recording"; the front end has no such signals, or was lost.
    """
    try:
        return _recorded(driver, ask)
    except (SourceLostError, CalibrationSignalError, ValueError) as error:
        raise FrontEndCalibrationError(
            "calibration-recording", f"The calibration signals cannot be recorded: {error}"
        ) from error
    finally:
        driver.close()


def _recorded(driver: CalibrationDriver, ask: Callable[[str], None]) -> CalibrationSignalSet:
    front_end = driver.open()
    square = driver.record("test-square", SIGNAL_S)
    shorted = driver.record("shorted", SIGNAL_S)
    level = _level(driver)
    ask(OPEN)
    open_inputs = driver.record("inputs", CONTACT_S)
    ask(CLOSED)
    closed_inputs = driver.record("inputs", CONTACT_S)
    return CalibrationSignalSet(front_end, VERSION, square, shorted, open_inputs, closed_inputs, level)


def _level(driver: CalibrationDriver) -> CalibrationRecording | None:
    try:
        return driver.record("test-level", LEVEL_S)
    except CalibrationSignalError:
        return None  # not every chip can hold its test signal
