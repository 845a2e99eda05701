"""How long whole strips take, all models in turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

import numpy as np

# Untimed calls of each before the first timed one: what a runtime builds on its first calls is in place then.
_WARM_UP = 2


@dataclass(frozen=True)
class StripTiming:
    """Milliseconds from the counts of a strip to its outcome.

    Attributes:
        median_ms, p95_ms, least_ms: over all timed calls.
        spread_ms: interquartile range.
        n: timed calls.
    """

    median_ms: float
    p95_ms: float
    least_ms: float
    spread_ms: float
    n: int

    def keeps(self, deadline_s: float) -> bool:
        """Whether median and 95th percentile lie within a deadline."""
        return max(self.median_ms, self.p95_ms) <= 1e3 * deadline_s


def time_strips(
    score: Mapping[str, Callable[[], object]], repeats: int, clock: Callable[[], float] = perf_counter
) -> dict[str, StripTiming]:
    """Time every call, interleaved, so that what disturbs the device disturbs all alike.

    Args:
        score: name -> scores one strip, the same for all.
        repeats: timed calls each, at least 1.
        clock: seconds.
    """
    times: dict[str, list[float]] = {name: [] for name in score}
    for turn in range(_WARM_UP + repeats):
        for name, call in score.items():
            start = clock()
            call()
            if turn >= _WARM_UP:
                times[name].append(1e3 * (clock() - start))
    return {name: _timing(ms) for name, ms in times.items()}


def _timing(ms: list[float]) -> StripTiming:
    quarter, median, three_quarters, p95 = np.percentile(ms, [25, 50, 75, 95])
    return StripTiming(float(median), float(p95), min(ms), float(three_quarters - quarter), len(ms))
