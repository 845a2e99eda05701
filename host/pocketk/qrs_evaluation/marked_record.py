"""A strip whose QRS complexes are known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DATA_SET_MARKS = "marks of the data set"


@dataclass(frozen=True)
class MarkedRecord:
    """A strip and its beats.

    Attributes:
        data_set: name.
        record: name; with the channel where a record has several.
        ecg_mv: (T,) finite millivolts.
        fs_hz: rate.
        beats: (n,) samples.
        mains_hz: mains frequency where it was recorded.
        stretch: first and last sample between which the marks are complete, None for the whole record.
        reference: where the beats come from.
        stated_bpm: heart rate that a standard states for the record, None where there is none.
    """

    data_set: str
    record: str
    ecg_mv: NDArray[np.float64]
    fs_hz: float
    beats: NDArray[np.int64]
    mains_hz: float = 50.0
    stretch: tuple[float, float] | None = None
    reference: str = DATA_SET_MARKS
    stated_bpm: float | None = None

    @property
    def seconds(self) -> float:
        """Length."""
        return self.ecg_mv.size / self.fs_hz
