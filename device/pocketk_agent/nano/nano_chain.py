"""`pocketk-nano-v1` for many strips at once, bit for bit what the firmware's chain gives for each alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd
from pocketk_firmware.nano.chain_state import DECIMATION, HALF_RANGE, LARGEST_STEP, LIMIT, STEP_BITS
from pocketk_firmware.nano.coefficients import sections
from pocketk_firmware.nano.scaling import Scaling, scale_of

Ints = NDArray[np.int32]

# Strips that go through together: a row of one sample is 8 kB, so that a stage's work stays in a CPU's cache and
# NumPy's cost per call is small beside it; 45 MB for strips of 11 s.
_TOGETHER = 2048
_EXTREME = 2**31 - 1


@dataclass(frozen=True)
class NanoStrips:
    """What the chain makes of N strips.

    Attributes:
        steps: (N, T // 4) int8 at 125 Hz, 20 uV a step.
        railed: (N,) int64, samples at or beyond a rail of the converter.
        limited: (N,) int64, samples further than 10.2 mV from the tracked level.
        saturated: (N,) int64, outputs further than 2.54 mV from 0.
    """

    steps: NDArray[np.int8]
    railed: NDArray[np.int64]
    limited: NDArray[np.int64]
    saturated: NDArray[np.int64]


@dataclass(frozen=True)
class StatedScale:
    """A front end's scale in the integers of HELLO and of `.counts` headers."""

    fs_millihz: int
    lsb_pv: int
    zero_counts: int
    rail_low_counts: int
    rail_high_counts: int
    adc_bits: int


def stated_scale(front_end: FrontEnd) -> StatedScale:
    """Return the scale of a front end as its firmware states it, rounded to millihertz and picovolts."""
    return StatedScale(
        fs_millihz=round(front_end.fs_hz * 1e3),
        lsb_pv=round(front_end.lsb_mv * 1e9),
        zero_counts=front_end.zero_counts,
        rail_low_counts=front_end.rail_low_counts,
        rail_high_counts=front_end.rail_high_counts,
        adc_bits=front_end.adc_bits,
    )


def run_nano_chain(counts: NDArray[Any], stated: Any, mains_hz: int) -> NanoStrips:
    """Put N strips of equal length through the chain, each from its first sample on.

    Args:
        counts: (N, T) raw counts of any integer dtype, N and T at least 1.
        stated: what one front end, the same for all, says of its scale: HELLO, a `.counts` header, `StatedScale`.
        mains_hz: 50 or 60.

    Raises:
        ValueError: a shape or dtype is wrong, a count does not fit in 32 bits, or the scale or the mains frequency
            is refused (`pocketk_firmware.nano.scaling`).
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or 0 in counts.shape or not np.issubdtype(counts.dtype, np.integer):
        raise ValueError(f"counts must be integers of shape (N, T), not {counts.dtype} {counts.shape}")
    if not np.can_cast(counts.dtype, np.int32) and (counts.max() > _EXTREME or counts.min() < -_EXTREME - 1):
        raise ValueError("counts do not fit in 32 bits")
    scaling, biquads = scale_of(stated), sections(mains_hz)
    parts = [_run(counts[at : at + _TOGETHER].T, scaling, biquads) for at in range(0, len(counts), _TOGETHER)]
    steps, railed, limited, saturated = (np.concatenate(one) for one in zip(*parts, strict=True))
    return NanoStrips(steps, railed, limited, saturated)


def _run(counts: NDArray[Any], scaling: Scaling, biquads: Any) -> tuple[Any, ...]:
    """Run the chain on (T, n) counts: time first, so that one sample of all strips lies together."""
    clipped = counts.astype(np.int32, order="C")
    np.clip(clipped, scaling.low, scaling.high, out=clipped)
    railed = np.sum((clipped == scaling.low) | (clipped == scaling.high), axis=0)
    units = _to_units(clipped, scaling)
    limited = np.sum(np.abs(units) > LIMIT, axis=0)
    np.clip(units, -LIMIT, LIMIT, out=units)
    for biquad in biquads:
        _filter(units, biquad)
    steps = (units[DECIMATION - 1 :: DECIMATION] + 16) >> STEP_BITS
    saturated = np.sum(np.abs(steps) > LARGEST_STEP, axis=0)
    steps = np.clip(steps, -LARGEST_STEP, LARGEST_STEP).astype(np.int8)
    return np.ascontiguousarray(steps.T), railed, limited, saturated


def _to_units(counts: Ints, scaling: Scaling) -> Ints:
    """Take the DC level off (T, n) counts, in place, and return units."""
    counts -= scaling.middle
    counts <<= scaling.up
    dc, part = counts[0].copy(), np.empty_like(counts[0])
    tracker = [np.int32(bits) for bits in (8, 9, 11)]
    for rest in counts:
        np.subtract(rest, dc, out=rest)
        for bits in tracker:
            dc += np.right_shift(rest, bits, out=part)
    counts >>= scaling.down
    counts += 1
    counts >>= 1
    np.clip(counts, -HALF_RANGE, HALF_RANGE, out=counts)
    counts *= scaling.multiplier
    counts += 0x8000
    counts >>= 16
    return counts


def _filter(x: Ints, biquad: tuple[int, int, int, int, int]) -> None:
    """Put (T, n) units through one section, in place."""
    b0, b1, b2, a1, a2 = (np.int32(one) for one in biquad)  # NumPy is slow with Python's integers
    half, fraction, bits = np.int32(0x2000), np.int32(0x3FFF), np.int32(14)
    most, least = np.int32(LIMIT), np.int32(-LIMIT)
    total = b0 * x
    total[1:] += b1 * x[:-1]
    total[2:] += b2 * x[:-2]
    total += half
    y1, y2, e1, e2, lost, part = (np.zeros_like(x[0]) for _ in range(6))
    for row, y in zip(total, x, strict=True):
        np.multiply(e1, a1, out=lost)
        lost += np.multiply(e2, a2, out=part)
        np.subtract(half, lost, out=lost)
        lost >>= bits
        np.add(row, lost, out=row)
        np.subtract(row, np.multiply(y1, a1, out=part), out=row)
        np.subtract(row, np.multiply(y2, a2, out=part), out=row)
        e1, e2 = e2, e1
        np.bitwise_and(row, fraction, out=e1)
        e1 -= half
        np.right_shift(row, bits, out=y)
        np.minimum(y, most, out=y)
        np.maximum(y, least, out=y)
        y1, y2 = y, y1
