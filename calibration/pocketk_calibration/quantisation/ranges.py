"""Which range of values a quantised tensor holds, by rule, from counts of the values it met.

The counts are streamed, so that ranges rest on every value of hundreds of windows, not on what fits into memory. Three
rules:

* `min-max`: the smallest and largest value ever met. The quantiser's own way, a moving average of each window's
  smallest and largest, is none of the rules: under it the range of a logit collapses towards its mean.
* `percentile`: the innermost range that holds 99.99 % of the values at each end.
* `least-error`: the range whose rounding and clipping together give the smallest mean squared error (Banner, Nahshan
  and Soudry, Post-training 4-bit quantization of convolution networks, NeurIPS 2019, section 3, without their
  assumption of a distribution).

A range always holds zero, which padding needs exactly (Jacob et al., CVPR 2018, section 2.1).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 4096
LEVELS = 255  # steps of an int8 range
RULES = ("least-error", "min-max", "percentile")
# Below it x * sigmoid(x) is over -0.0027: a tensor that only this function reads need not reach lower.
SILU_FLOOR = -8.0
_TAIL = 1e-4
_FIRST_REACH = 1.0 / 16.0
_CANDIDATES = 40  # of each end; neighbours are 9 % apart
_SMALLEST_SHARE = 0.03  # of the range met, the narrowest candidate
_SWEEPS = 4


@dataclass(frozen=True)
class ValueRange:
    """Lowest and highest value, `low` at most 0 and `high` at least 0."""

    low: float
    high: float

    @property
    def step(self) -> float:
        """Distance of two int8 levels."""
        return (self.high - self.low) / LEVELS


class ValueCounts:
    """How often a tensor took which value: 4096 even bins over a reach that doubles as larger values come."""

    def __init__(self) -> None:
        self.reach = _FIRST_REACH
        self.counts: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self.smallest = np.inf
        self.largest = -np.inf

    def add(self, values: NDArray[np.floating]) -> None:
        """Count values of any shape.

        Raises:
            ValueError: none, or some that are not finite.
        """
        flat = np.asarray(values).reshape(-1)
        if not flat.size:
            raise ValueError("There are no values to count.")
        low, high = float(flat.min()), float(flat.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError("Some values are not finite; the network fails on this window.")
        self.smallest, self.largest = min(self.smallest, low), max(self.largest, high)
        while max(-self.smallest, self.largest) >= self.reach:
            self._double()
        place = (flat + self.reach) * (BINS / 2 / self.reach)
        self.counts += np.bincount(np.minimum(place.astype(np.int64), BINS - 1), minlength=BINS)

    def _double(self) -> None:
        wider = np.zeros(BINS, np.int64)
        wider[BINS // 4 : 3 * BINS // 4] = self.counts.reshape(-1, 2).sum(axis=1)
        self.counts, self.reach = wider, 2 * self.reach

    @property
    def centres(self) -> NDArray[np.float64]:
        """(4096,) middle of each bin."""
        return (np.arange(BINS, dtype=np.float64) + 0.5) * (2 * self.reach / BINS) - self.reach

    @property
    def met(self) -> ValueRange:
        """Smallest and largest value, with zero.

        Raises:
            ValueError: nothing was counted.
        """
        if not np.isfinite(self.smallest):
            raise ValueError("No value was counted, so there is no range.")
        return ValueRange(min(self.smallest, 0.0), max(self.largest, 0.0))


def find_range(counts: ValueCounts, rule: str, floor: float | None = None) -> ValueRange:
    """Return the range of a tensor.

    Args:
        counts: of its values.
        rule: one of `RULES`.
        floor: values below it need not be told apart (`SILU_FLOOR`), None where all matter.

    Raises:
        ValueError: no such rule, nothing counted, or a floor that is not below 0.
    """
    if rule not in _RULES:
        raise ValueError(f"{rule!r} is no rule for ranges; there are {', '.join(RULES)}.")
    if floor is not None and not floor < 0.0:
        raise ValueError(f"The floor is {floor}; give a number below 0, or None.")
    found = _RULES[rule](counts)
    return found if floor is None else ValueRange(max(counts.met.low, floor), found.high)


def rounding_error(counts: ValueCounts, tried: ValueRange) -> float:
    """Mean squared error of holding the counted values in `tried` with 256 levels, each bin at its middle."""
    used = counts.counts > 0
    value, weight = counts.centres[used], counts.counts[used]
    step = max(tried.step, np.finfo(np.float64).tiny)
    held = np.clip(np.rint((value - tried.low) / step), 0, LEVELS) * step + tried.low
    return float(np.average((held - value) ** 2, weights=weight))


def _min_max(counts: ValueCounts) -> ValueRange:
    return counts.met


def _percentile(counts: ValueCounts) -> ValueRange:
    met, share = counts.met, np.cumsum(counts.counts) / counts.counts.sum()
    low = counts.centres[np.searchsorted(share, _TAIL)]
    high = counts.centres[min(np.searchsorted(share, 1.0 - _TAIL), BINS - 1)]
    return ValueRange(float(np.clip(low, met.low, 0.0)), float(np.clip(high, 0.0, met.high)))


def _least_error(counts: ValueCounts) -> ValueRange:
    """Each end in turn, over candidates a constant ratio apart."""
    met = counts.met
    best, shares = met, np.geomspace(1.0, _SMALLEST_SHARE, _CANDIDATES)
    for _ in range(_SWEEPS):
        before = best
        lows = (ValueRange(float(met.low * share), best.high) for share in shares)
        best = min(lows, key=lambda one: rounding_error(counts, one))
        highs = [ValueRange(best.low, float(met.high * share)) for share in shares]
        best = min(highs, key=lambda one: rounding_error(counts, one))
        if best == before:
            break
    return best


_RULES: dict[str, Callable[[ValueCounts], ValueRange]] = {
    "least-error": _least_error,
    "min-max": _min_max,
    "percentile": _percentile,
}
