"""Times taken in turns: whatever disturbs the machine disturbs every way of doing the work alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

# Rounds before the first that counts: what a runtime builds on its first calls is in place then.
WARM_UP = 2
Key = TypeVar("Key")
Input = TypeVar("Input")


@dataclass(frozen=True)
class Spread:
    """Many values of one quantity.

    Attributes:
        median, p5, p95: of the values.
        n: how many.
    """

    median: float
    p5: float
    p95: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float] | NDArray[np.float64]) -> Spread:
        """The spread of some values.

        Raises:
            ValueError: there are none, or one is not finite.
        """
        array = np.asarray(values, np.float64)
        if not array.size or not np.isfinite(array).all():
            raise ValueError(f"{array.size} values, expected some, all of them finite")
        p5, median, p95 = np.percentile(array, [5, 50, 95])
        return cls(float(median), float(p5), float(p95), int(array.size))


def time_ways(
    ways: Mapping[Key, Callable[[Input], object]],
    inputs: Sequence[Input],
    rounds: int,
    clock: Callable[[], float] = perf_counter,
) -> dict[Key, NDArray[np.float64]]:
    """Milliseconds (rounds,) of every way, on inputs that change with every call.

    In a round each way has its turn, in an order drawn anew (fixed seed), and goes once untimed over another input
    just before: code and weights are then as warm as in a device that does nothing else, the input is not.

    Args:
        ways: name -> does the work for one input.
        inputs: at least two.
        rounds: that count, at least 1.
        clock: seconds.

    Raises:
        ValueError: too few inputs or rounds.
    """
    if len(inputs) < 2 or rounds < 1:
        raise ValueError(f"{len(inputs)} inputs and {rounds} rounds; give at least 2 and 1")
    names, rng = list(ways), np.random.default_rng(0)
    spent_ms = np.zeros((WARM_UP + rounds, len(names)))
    for turn in range(WARM_UP + rounds):
        before, timed = inputs[(turn + 1) % len(inputs)], inputs[turn % len(inputs)]
        for place in rng.permutation(len(names)):
            work = ways[names[place]]
            work(before)
            start = clock()
            work(timed)
            spent_ms[turn, place] = 1e3 * (clock() - start)
    return {name: spent_ms[WARM_UP:, place] for place, name in enumerate(names)}
