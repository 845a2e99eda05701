"""A recording of a signal that a front end makes of itself."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

CalibrationSignal = Literal["test-square", "test-level", "shorted", "inputs"]


@dataclass(frozen=True, eq=False)
class CalibrationRecording:
    """Samples of one signal, settled, none lost.

    Attributes:
        signal: what was at the converter.
        counts: (T,) int32 raw counts.
        lead_off: (T,) bool, True where the chip found an electrode without contact.
        edge_ns: (T,) int64, when each sample was there, on the host's monotonic clock.
        nominal_fs_hz: what the set-up asks for.
        lsb_mv: nominal millivolts a count.
        test_mv: nominal amplitude of the test square above and below zero, or size of the test level; None for others.
        serial: the front end's serial number.

    Raises:
        ValueError: arrays of different shape, fewer than two samples, or a scale that is none.
    """

    signal: CalibrationSignal
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    edge_ns: NDArray[np.int64]
    nominal_fs_hz: float
    lsb_mv: float
    test_mv: float | None
    serial: str

    def __post_init__(self) -> None:
        n = self.counts.shape
        if len(n) != 1 or n[0] < 2 or self.lead_off.shape != n or self.edge_ns.shape != n:
            raise ValueError(
                f"Counts {n}, lead-off {self.lead_off.shape}, edges {self.edge_ns.shape}: expected three arrays (T,) "
                "of the same T, at least 2."
            )
        scales = (self.nominal_fs_hz, self.lsb_mv, 1.0 if self.test_mv is None else self.test_mv)
        if not all(0.0 < each < np.inf for each in scales):
            raise ValueError(f"Rate, scale and amplitude are {scales}: expected positive numbers.")

    @property
    def seconds(self) -> float:
        """Length at the nominal rate."""
        return self.counts.size / self.nominal_fs_hz
