"""What a front end says of itself, and the blocks of samples it delivers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# What a replayed file gives as its firmware.
NO_FIRMWARE = "none"


@dataclass(frozen=True)
class FrontEnd:
    """Identity and scale of an analogue front end.

    Attributes:
        serial: the device's serial number.
        firmware: version of its firmware.
        runtime: what runs the firmware, e.g. "micropython 1.29.0".
        profile: id of the front-end profile (chip, gain, analogue band).
        lead: name of the lead, "I" for the handheld.
        fs_hz: true sampling rate, hertz.
        lsb_mv: millivolts per count.
        zero_counts: count that stands for 0 mV.
        rail_low_counts: count at and below which the converter is saturated.
        rail_high_counts: count at and above which the converter is saturated.
        adc_bits: resolution of the converter.
    """

    serial: str
    firmware: str
    runtime: str
    profile: str
    lead: str
    fs_hz: float
    lsb_mv: float
    zero_counts: int
    rail_low_counts: int
    rail_high_counts: int
    adc_bits: int

    def to_mv(self, counts: NDArray[np.int32]) -> NDArray[np.float64]:
        """Millivolts of raw counts, same shape."""
        return (counts.astype(np.float64) - self.zero_counts) * self.lsb_mv

    def at_rail(self, counts: NDArray[np.int32]) -> NDArray[np.bool_]:
        """True where the converter is saturated, same shape."""
        return (counts <= self.rail_low_counts) | (counts >= self.rail_high_counts)


@dataclass(frozen=True)
class SampleBlock:
    """Consecutive samples.

    Attributes:
        first_index: the device's index of the first sample; the device's index is the clock.
        counts: (n,) int32 raw counts.
        lead_off: (n,) bool, True where an electrode had no contact.
    """

    first_index: int
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]

    @property
    def stop_index(self) -> int:
        """Index after the last sample."""
        return self.first_index + len(self.counts)


@dataclass(frozen=True)
class FrontEndHealth:
    """What a front end last said of its state, and what went wrong on the way.

    Attributes:
        battery_percent: 0 to 100, None where unknown.
        temperature_c: degrees Celsius, None where unknown.
        faults: every fault counter of both ends of the wire, by name.
        notes: what else an engineer should know, a sentence each; no fault.
    """

    battery_percent: int | None
    temperature_c: float | None
    faults: dict[str, int]
    notes: tuple[str, ...] = ()
