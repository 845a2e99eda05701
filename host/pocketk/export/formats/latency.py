"""How long each file takes for one clip, all in turn."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from pocketk.export.formats.format_result import Latency
from pocketk.export.formats.runtimes import Scorer


def measure_latencies(
    scorers: Mapping[str, Scorer], clip: NDArray[np.float32], *, repeats: int, threads: int
) -> dict[str, Latency]:
    """Time every scorer on one clip, interleaved, so that what disturbs the machine disturbs all alike.

    Args:
        scorers: Name -> scorer.
        clip: (1, C, N) float32.
        repeats: Timed calls each, at least 1; one untimed call goes before each, for what the others evicted.
        threads: What the scorers were opened with, for the record.
    """
    times: dict[str, list[float]] = {name: [] for name in scorers}
    for _ in range(repeats):
        for name, score in scorers.items():
            score(clip)
            start = perf_counter()
            score(clip)
            times[name].append(1e3 * (perf_counter() - start))
    return {
        name: Latency(float(np.median(ms)), float(np.percentile(ms, 95)), min(ms), len(ms), threads)
        for name, ms in times.items()
    }
