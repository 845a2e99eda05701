"""A recording of a signal that a front end makes of itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TEST_SQUARE, SHORTED, INPUTS = "test-square", "shorted", "inputs"
SIGNALS = (TEST_SQUARE, SHORTED, INPUTS)


@dataclass(frozen=True, eq=False)
class CalibrationRecording:
    """Samples of one signal, none lost.

    Attributes:
        counts: (n,) int32 raw counts.
        lead_off: (n,) bool, True where the chip found an electrode without contact.
        edge_ns: (n,) int64, the host's monotonic clock at each sample's data-ready edge, nanoseconds.
        nominal_fs_hz: rate that the chip was set to, hertz.
        lsb_mv: nominal millivolts per count.
        serial: of the front end.
    """

    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    edge_ns: NDArray[np.int64]
    nominal_fs_hz: float
    lsb_mv: float
    serial: str
