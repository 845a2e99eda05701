"""Reads a source on a bench to its end and puts its samples at their places."""

from dataclasses import dataclass

import numpy as np

from pocketk_agent.sources.source import EndOfStream, Source


@dataclass(frozen=True)
class Read:
    """What a source has delivered.

    Attributes:
        index: (n,) indices, in the order in which they came.
        counts: (n,) counts.
        lead_off: (n,) flags.
    """

    index: np.ndarray
    counts: np.ndarray
    lead_off: np.ndarray

    @property
    def missing(self) -> np.ndarray:
        """Indices between the first and the last that never came."""
        return np.setdiff1d(np.arange(self.index[0], self.index[-1] + 1), self.index)


def read_whole(source: Source, after_block=None) -> Read:
    """Read an open source to its end; `after_block(index after it)` is called after every block."""
    index, counts, lead_off = [], [], []
    while True:
        try:
            block = source.read(5.0)
        except EndOfStream:
            return Read(np.concatenate(index), np.concatenate(counts), np.concatenate(lead_off))
        if block is not None:
            index.append(np.arange(block.first_index, block.stop_index))
            counts.append(block.counts)
            lead_off.append(block.lead_off)
            if after_block is not None:
                after_block(block.stop_index)


def read_on(source: Source) -> None:
    """Read for 5 s at most; what is lost is raised."""
    for _ in range(10):
        source.read(0.5)


def once(index: int, act):
    """Do something after the first block that reaches a sample; for `read_whole`."""
    done = []

    def after_block(stop: int) -> None:
        if stop >= index and not done:
            done.append(stop)
            act()

    return after_block
