"""The seam through which a front end's own test signals are recorded for its calibration."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CalibrationSignal = Literal["test-square", "shorted", "inputs"]


class CalibrationSignalError(Exception):
    """The front end has no such signal; the message says what it has."""


@dataclass(frozen=True)
class CalibrationRecording:
    """Samples of one signal, settled.

    Attributes:
        signal: what was at the converter.
        counts: (T,) int32 raw counts.
        lead_off: (T,) bool.
        edge_ns: (T,) int64, when each sample was there, on the host's monotonic clock.
        nominal_fs_hz: what the set-up asks for.
        lsb_mv: nominal millivolts a count.
        test_mv: nominal amplitude of the test square above and below zero; None where none was on.
        serial: the front end's serial number.
    """

    signal: CalibrationSignal
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    edge_ns: NDArray[np.int64]
    nominal_fs_hz: float
    lsb_mv: float
    test_mv: float | None
    serial: str


class CalibrationSignals(ABC):
    """A driver that can put its chip's own signals before the converter."""

    @abstractmethod
    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """Record a signal on an open driver, then restore the inputs and start sampling again at index 0.

        Args:
            signal: "test-square", "shorted" or "inputs" (what the electrodes give).
            seconds: length of the recording, above 0.

        Raises:
            CalibrationSignalError: the front end has no such signal, or seconds is not above 0.
            SourceLostError: the chip is gone, or samples were lost.
        """
