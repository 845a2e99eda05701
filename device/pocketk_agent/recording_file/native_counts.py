"""The integers that a file holds, before any scaling."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class NativeCounts:
    """A recording as its converter delivered it.

    Attributes:
        counts: (T,) int32.
        lsb_mv: millivolts per count; negative where the file inverts the lead.
        zero_counts: count that stands for 0 mV; a fraction where the file's scale says so (EDF).
        rail_low_counts: count at and below which the converter is saturated, None where the file does not say.
        rail_high_counts: count at and above which the converter is saturated, None where the file does not say.
        adc_bits: resolution of the converter, None where the file does not say.
    """

    counts: NDArray[np.int32]
    lsb_mv: float
    zero_counts: float
    rail_low_counts: int | None = None
    rail_high_counts: int | None = None
    adc_bits: int | None = None

    def to_mv(self) -> NDArray[np.float64]:
        """Millivolts, (T,)."""
        return (self.counts.astype(np.float64) - self.zero_counts) * self.lsb_mv
