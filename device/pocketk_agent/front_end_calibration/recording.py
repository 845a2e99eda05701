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

    def __post_init__(self) -> None:
        n = self.counts.shape
        if len(n) != 1 or n[0] < 2 or self.lead_off.shape != n or self.edge_ns.shape != n:
            raise ValueError(
                f"Counts {n}, lead-off {self.lead_off.shape}, edges {self.edge_ns.shape}: expected three arrays (n,) "
                "of the same n, at least 2."
            )
        if not (0.0 < self.nominal_fs_hz < np.inf and 0.0 < self.lsb_mv < np.inf):
            raise ValueError(f"Rate {self.nominal_fs_hz} Hz, scale {self.lsb_mv} mV: expected positive numbers.")

    @property
    def seconds(self) -> float:
        """Length at the nominal rate."""
        return self.counts.size / self.nominal_fs_hz
