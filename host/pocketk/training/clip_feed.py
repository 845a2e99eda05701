"""Batches as a network takes them: clips from the store, or features of clips where only the head is trained."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pocketk.training.augmentation import Augmentation
from pocketk.training.clip_store import ClipStore
from pocketk.training.nano_augmentation import NanoAugmentation
from pocketk_models.net1d import Net1D

Rows = NDArray[np.int64]
_AT_ONCE = 256


class Feed(ABC):
    """Gives what a network reads for rows of a store."""

    @abstractmethod
    def training(self, rows: Rows, step: int, rank: int, twin_of: Rows | None = None) -> Tensor:
        """Of the batch of a step, augmented where that is wanted; the same arguments give the same batch.

        Args:
            rows: of the store.
            step: from 0.
            rank: of the device.
            twin_of: (T,) the last T rows are other versions of the clips at these places of `rows`.
        """

    @abstractmethod
    def plain(self, rows: Rows) -> Tensor:
        """As it is."""


class ClipFeed(Feed):
    """Clips, (B, 1, N) float32.

    Args:
        store: the store.
        augmentation: of the clips of a training.
    """

    def __init__(self, store: ClipStore, augmentation: Augmentation | NanoAugmentation) -> None:
        self._store, self._augmentation = store, augmentation

    def training(self, rows: Rows, step: int, rank: int, twin_of: Rows | None = None) -> Tensor:
        """See `Feed.training`."""
        return torch.from_numpy(self._augmentation.apply(self._store.read(rows), step, rank, twin_of))

    def plain(self, rows: Rows) -> Tensor:
        """See `Feed.plain`."""
        return torch.from_numpy(self._store.read(rows))


class FeatureFeed(Feed):
    """Features of clips, (B, F) float32, held in memory: 4 kB a clip for ECGFounder.

    Args:
        features: (N, F), one row a clip of the store.
    """

    def __init__(self, features: Tensor) -> None:
        self._features = features

    @classmethod
    def of(
        cls, store: ClipStore, rows: Rows, net: Net1D, device: torch.device, on_done: Callable[[int], None]
    ) -> "FeatureFeed":
        """Compute the features of some rows once; the others stay zero and are not to be asked for.

        Args:
            store: the store.
            rows: that will be asked for.
            net: whose features.
            device: to compute on.
            on_done: called with the number of clips done so far.
        """
        features = torch.zeros(len(store.index), net.config.filter_list[-1])
        net = net.to(device).eval()
        with torch.inference_mode():
            for start in range(0, len(rows), _AT_ONCE):
                some = rows[start : start + _AT_ONCE]
                x = torch.from_numpy(store.read(some)).to(device)
                features[torch.from_numpy(some)] = net.features(x).cpu()
                on_done(start + len(some))
        return cls(features.clone())

    def training(self, rows: Rows, step: int, rank: int, twin_of: Rows | None = None) -> Tensor:  # noqa: ARG002 - features are not augmented
        """See `Feed.training`."""
        return self.plain(rows)

    def plain(self, rows: Rows) -> Tensor:
        """See `Feed.plain`."""
        return self._features[torch.from_numpy(rows)]
