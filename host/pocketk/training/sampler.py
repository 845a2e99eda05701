"""Which clips make up the batch of a step: pure functions of seed and step, so that a training resumes anywhere."""

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from pocketk.training.preset import Sampling
from pocketk.training.training_error import TrainingError

Rows = NDArray[np.int64]


class ClipSampler(ABC):
    """Draws the rows of batches."""

    @abstractmethod
    def batch(self, step: int, size: int) -> Rows:
        """Rows of the batch of a step, (size,) int64; the same step gives the same rows.

        Args:
            step: from 0.
            size: clips in every batch of this training.
        """


class PermutationSampler(ClipSampler):
    """Every row once an epoch, each epoch in another order; batches run on over the end of an epoch.

    Args:
        rows: (n,) to draw from.
        seed: of the orders.

    Raises:
        TrainingError: no row.
    """

    def __init__(self, rows: Rows, seed: int) -> None:
        if not len(rows):
            raise TrainingError("There is no clip to learn from.")
        self._rows, self._seed = rows, seed
        self._orders: dict[int, Rows] = {}

    def batch(self, step: int, size: int) -> Rows:
        """See `ClipSampler.batch`."""
        places = np.arange(step * size, (step + 1) * size)
        epochs, inside = np.divmod(places, len(self._rows))
        self._orders = {epoch: self._order(epoch) for epoch in map(int, np.unique(epochs))}
        drawn = np.empty(size, np.int64)
        for epoch, order in self._orders.items():
            here = epochs == epoch
            drawn[here] = order[inside[here]]
        return drawn

    def _order(self, epoch: int) -> Rows:
        kept = self._orders.get(epoch)
        return np.random.default_rng([self._seed, epoch]).permutation(self._rows) if kept is None else kept


class BalancedSampler(ClipSampler):
    """Each class with the same chance, rows within it alike, with replacement.

    That is drawing rows with weights of 1 over the size of their class, as the published recipe does.

    Args:
        rows: (n,) to draw from.
        positive: (n,) bool, the class of each.
        seed: of the draws.

    Raises:
        TrainingError: a class without rows.
    """

    def __init__(self, rows: Rows, positive: NDArray[np.bool_], seed: int) -> None:
        self._classes = (rows[~positive], rows[positive])
        self._seed = seed
        if not all(map(len, self._classes)):
            raise TrainingError(
                "The clips to learn from are of one class; expected K above and at or below 5.5 mmol/L."
            )

    def batch(self, step: int, size: int) -> Rows:
        """See `ClipSampler.batch`."""
        rng = np.random.default_rng([self._seed, step])
        is_positive, place = rng.random(size) < 0.5, rng.random(size)
        negative, positive = (each[(place * len(each)).astype(np.int64)] for each in self._classes)
        return np.where(is_positive, positive, negative)


def sampler_named(sampling: Sampling, rows: Rows, positive: NDArray[np.bool_], seed: int) -> ClipSampler:
    """The sampler of a preset."""
    return BalancedSampler(rows, positive, seed) if sampling == "balanced" else PermutationSampler(rows, seed)
