"""The seam through which a front end's own test signals are recorded for its calibration."""

from abc import ABC, abstractmethod

from pocketk_agent.front_end_calibration.recording import CalibrationRecording, CalibrationSignal

__all__ = ["CalibrationRecording", "CalibrationSignal", "CalibrationSignalError", "CalibrationSignals"]


class CalibrationSignalError(Exception):
    """The front end has no such signal; the message says what it has."""


class CalibrationSignals(ABC):
    """A driver that can put its chip's own signals before the converter."""

    @abstractmethod
    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """Record a signal on an open driver, then restore the inputs and start sampling again at index 0.

        Args:
            signal: "test-square", "test-level" (the square's upper level, held: it tells the polarity, which a square
                does not), "shorted" or "inputs" (what the electrodes give).
            seconds: length of the recording, above 0.

        Raises:
            CalibrationSignalError: the front end has no such signal, or seconds is not above 0.
            SourceLostError: the chip is gone, or samples were lost.
        """
