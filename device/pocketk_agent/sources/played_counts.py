"""A recording turned back into what a front end would have sent: raw counts, flags and a scale."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip
from pocketk_firmware.front_end import COUNT_MAX, COUNT_MIN
from pocketk_firmware.payload import printable

# A file is played with its first seconds mirrored in front, so that a 30 s strip is a full measurement.
LEAD_IN_S = 5.0
_PV_PER_MV = 1e9
# Steps for files without usable integers: 0.1 uV (range +-839 mV), 2 uV (range +-16.8 V).
_STEPS_PV = (100_000, 2_000_000)
# The wire carries whole picovolts: from 1000 of them on, rounding changes the gain by less than 0.05 %.
_SMALLEST_LSB_PV, _LARGEST_LSB_PV = 1000, 0xFFFFFFFF
_MOST_ADC_BITS = 24
_Item = TypeVar("_Item", bound=np.generic)


@dataclass(frozen=True)
class PlayedCounts:
    """What a front end would have sent of a strip, lead-in included.

    Attributes:
        front_end: identity and scale, rounded as the wire carries them.
        counts: (T,) int32 raw counts within 24 bits; the zero count where a sample is missing.
        lead_off: (T,) bool.
        missing: (T,) bool, True where there is no sample: the index is skipped.
        lead_in_samples: how many of the T samples are mirrored ones before the strip.
        source: what is played, for reports.
    """

    front_end: FrontEnd
    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    lead_in_samples: int
    source: str


@dataclass(frozen=True)
class _Scale:
    """Counts and their meaning, before the lead-in."""

    counts: NDArray[np.int32]
    lsb_pv: int
    zero_counts: int
    rail_low_counts: int
    rail_high_counts: int
    adc_bits: int


def recording_to_counts(strip: RecordedStrip, *, lead_in_s: float = LEAD_IN_S, serial: str = "REPLAY") -> PlayedCounts:
    """Turn a recording back into counts, with its beginning mirrored in front of it.

    The file's own integers are kept where the wire can carry them (24 bits, a positive step of at least 1 nV; a
    zero between two counts moves to the nearer one). Else millivolts are rounded to 0.1 uV, or to 2 uV where they
    exceed 838 mV.

    Args:
        strip: the recording.
        lead_in_s: seconds to mirror in front, 0 or more; longer than the strip, it goes back and forth.
        serial: serial number of the pretended front end.

    Raises:
        ValueError: lead_in_s is negative.
    """
    if lead_in_s < 0.0:
        raise ValueError(f"lead_in_s is {lead_in_s}; expected 0 or more seconds.")
    scale = _native_scale(strip) or _quantised_scale(strip)
    lead_in = round(lead_in_s * strip.fs_hz)
    counts = np.where(strip.missing, np.int32(scale.zero_counts), scale.counts).astype(np.int32)
    return PlayedCounts(
        front_end=_front_end(strip, scale, serial),
        counts=_mirrored(counts, lead_in),
        lead_off=_mirrored(strip.lead_off, lead_in),
        missing=_mirrored(strip.missing, lead_in),
        lead_in_samples=lead_in,
        source=strip.source,
    )


def _native_scale(strip: RecordedStrip) -> _Scale | None:
    """The file's own integers, or None where the wire cannot carry them."""
    native = strip.native
    if native is None or not 0.0 < native.lsb_mv * _PV_PER_MV <= _LARGEST_LSB_PV:
        return None
    present = native.counts[~strip.missing]
    lsb_pv, zero_counts = round(native.lsb_mv * _PV_PER_MV), round(native.zero_counts)
    low, high = _clip(native.rail_low_counts, COUNT_MIN), _clip(native.rail_high_counts, COUNT_MAX)
    fits = min(present.min(), zero_counts) >= COUNT_MIN and max(present.max(), zero_counts) <= COUNT_MAX
    if not fits or lsb_pv < _SMALLEST_LSB_PV or low >= high:
        return None
    return _Scale(native.counts, lsb_pv, zero_counts, low, high, min(native.adc_bits or _MOST_ADC_BITS, _MOST_ADC_BITS))


def _quantised_scale(strip: RecordedStrip) -> _Scale:
    largest_mv = float(np.nanmax(np.abs(strip.ecg_mv)))
    lsb_pv = next(step for step in _STEPS_PV if largest_mv * _PV_PER_MV / step < COUNT_MAX)
    lsb_mv = lsb_pv / _PV_PER_MV
    counts = np.round(np.nan_to_num(strip.ecg_mv, nan=0.0) / lsb_mv).astype(np.int32)
    low, high = _quantised_rails(strip.native, lsb_mv)
    return _Scale(counts, lsb_pv, 0, low, high, _MOST_ADC_BITS)


def _quantised_rails(native: NativeCounts | None, lsb_mv: float) -> tuple[int, int]:
    """The file's rails on the new scale: a saturated sample stays one."""
    low, high = COUNT_MIN, COUNT_MAX
    if native is not None and native.rail_low_counts is not None and native.rail_high_counts is not None:
        ends = np.array([native.rail_low_counts, native.rail_high_counts], dtype=np.float64)
        ends_mv = np.sort((ends - native.zero_counts) * native.lsb_mv)
        low, high = (int(np.clip(round(end / lsb_mv), COUNT_MIN, COUNT_MAX)) for end in ends_mv)
    return (low, high) if low < high else (COUNT_MIN, COUNT_MAX)


def _clip(rail: int | None, otherwise: int) -> int:
    return otherwise if rail is None else min(max(rail, COUNT_MIN), COUNT_MAX)


def _front_end(strip: RecordedStrip, scale: _Scale, serial: str) -> FrontEnd:
    return FrontEnd(
        serial=serial,
        firmware=NO_FIRMWARE,
        runtime="replay",
        profile="replay",
        lead=printable(strip.lead),
        fs_hz=round(strip.fs_hz * 1000) / 1000,
        lsb_mv=scale.lsb_pv / _PV_PER_MV,
        zero_counts=scale.zero_counts,
        rail_low_counts=scale.rail_low_counts,
        rail_high_counts=scale.rail_high_counts,
        adc_bits=scale.adc_bits,
    )


def _mirrored(values: NDArray[_Item], lead_in: int) -> NDArray[_Item]:
    return np.pad(values, (lead_in, 0), mode="reflect")
