"""The newest seconds as the screen draws them."""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.signal.display_filter import DisplayFilter

_TRACE_S, _TRACE_HZ = 6.0, 125.0


class DisplayTrace:
    """Filters what comes in for the screen, causally, and keeps its newest six seconds in memory allocated once.

    A lost sample stays a hole. After a hole, and when the electrodes have contact again, the filter begins at the new
    level: a high-pass of 0.05 Hz would take ten seconds to come back from a step of the electrode offset.

    Args:
        front_end: scale and rate.
    """

    def __init__(self, front_end: FrontEnd) -> None:
        self._front_end = front_end
        self._filter = DisplayFilter(front_end.fs_hz)
        self._step = max(1, round(front_end.fs_hz / _TRACE_HZ))
        self._kept = np.full(round(_TRACE_S * front_end.fs_hz / self._step), np.nan, np.float32)
        self._length = 0
        self._next_index: int | None = None
        self._off = False

    @property
    def fs_hz(self) -> float:
        """Rate of the trace."""
        return self._front_end.fs_hz / self._step

    def add(self, block: SampleBlock) -> None:
        """Draw a block; one that was overtaken by a later one comes too late for the screen."""
        if self._next_index is None:
            self._next_index = block.first_index
        if block.first_index < self._next_index or not len(block.counts):
            return
        if block.first_index > self._next_index:
            self._filter.restart()
            self._keep(self._next_index, np.full(self._shown(block.first_index - self._next_index), np.nan))
        self._next_index = block.stop_index
        self._keep(block.first_index, self._filtered(block))

    def newest_mv(self) -> NDArray[np.float32]:
        """(n,) millivolts about zero at `fs_hz`, NaN where a sample is missing; a copy."""
        return self._kept[len(self._kept) - self._length :].copy()

    def _filtered(self, block: SampleBlock) -> NDArray[np.float64]:
        """The block's samples, the filter begun anew wherever contact comes back."""
        x_mv, out = self._front_end.to_mv(block.counts), []
        edges = np.flatnonzero(np.diff(block.lead_off, prepend=self._off)).tolist()
        for a, b in zip([0, *edges], [*edges, len(x_mv)], strict=True):
            if a in edges and not block.lead_off[a]:
                self._filter.restart()
            out.append(self._filter.feed(x_mv[a:b]))
        self._off = bool(block.lead_off[-1])
        return np.concatenate(out)

    def _shown(self, n: int) -> int:
        """A long hole fills the trace and no more."""
        return min(n, len(self._kept) * self._step)

    def _keep(self, first_index: int, x_mv: NDArray[np.float64]) -> None:
        """Every step-th sample, counted by device index, so that blocks of any length give the same trace."""
        new = x_mv[-first_index % self._step :: self._step][-len(self._kept) :]
        if len(new):
            self._kept[: -len(new)] = self._kept[len(new) :]
            self._kept[-len(new) :] = new
            self._length = min(len(self._kept), self._length + len(new))
