"""The seam behind which a chip's own calibration signals lie."""

from abc import ABC, abstractmethod

from pocketk_agent.front_end_calibration.recording import SIGNALS, CalibrationRecording

__all__ = ["SIGNALS", "CalibrationRecording", "CalibrationSignals"]


class CalibrationSignals(ABC):
    """A front end that can switch its converter to signals of its own."""

    @abstractmethod
    def record(self, signal: str, seconds: float) -> CalibrationRecording:
        """Switch to a signal, record it without a gap, and switch back.

        Args:
            signal: "test-square" (the chip's own square wave), "shorted" (both inputs tied together inside the chip) or
                "inputs" (the electrodes, as in a measurement).
            seconds: length, at the nominal rate.

        Raises:
            SourceLostError: the front end is gone, silent, or lost a sample.
            ValueError: no such signal.
        """
