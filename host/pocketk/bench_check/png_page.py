"""A PNG page measured with a ruler: pixels, and how many of them make a millimetre."""

import io
import math
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIGNATURE_BYTES, _CHUNK_OVERHEAD_BYTES = 8, 12
_BLACK = 0.3  # of full white in every colour; grid and bands are lighter


@dataclass(frozen=True)
class Stroke:
    """An upright stroke: its middle from the left, its ends from the top, millimetres."""

    x_mm: float
    top_mm: float
    bottom_mm: float


@dataclass(frozen=True)
class PngPage:
    """Which pixels are black, and their size.

    Attributes:
        black: (height, width) bool.
        mm_per_px: from the file's own pixels per metre.
    """

    black: NDArray[np.bool_]
    mm_per_px: float

    @classmethod
    def of(cls, png: bytes) -> "PngPage":
        """Read a page.

        Args:
            png: the file's bytes.

        Raises:
            ValueError: the file does not say how large its pixels are.
        """
        from matplotlib.image import imread

        image = imread(io.BytesIO(png), format="png")
        return cls(np.asarray((image[..., :3] < _BLACK).all(axis=-1)), 1e3 / _pixels_per_metre(png))

    def upright(self, shortest_mm: float, longest_mm: float) -> list[Stroke]:
        """The upright strokes of some length, from left to right."""
        lengths, ends = _longest_runs(self.black)
        columns = np.flatnonzero((lengths * self.mm_per_px >= shortest_mm) & (lengths * self.mm_per_px <= longest_mm))
        strokes = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if columns.size else []
        return [self._stroke(stroke, lengths, ends) for stroke in strokes]

    def _stroke(self, columns: NDArray[np.intp], lengths: NDArray[np.int64], ends: NDArray[np.int64]) -> Stroke:
        longest = columns[np.argmax(lengths[columns])]
        bottom = float(ends[longest])
        middle, top = 0.5 + float(columns.mean()), bottom - float(lengths[longest])
        return Stroke(middle * self.mm_per_px, top * self.mm_per_px, bottom * self.mm_per_px)

    def line_mm(self, x_mm: float, top_mm: float, bottom_mm: float) -> float:
        """Middle of what is black in the column at `x_mm` between two heights, NaN where nothing is."""
        first, stop = int(top_mm / self.mm_per_px), int(bottom_mm / self.mm_per_px)
        rows = np.flatnonzero(self.black[first:stop, int(x_mm / self.mm_per_px)])
        return (first + 0.5 + float(rows.mean())) * self.mm_per_px if rows.size else math.nan


def _pixels_per_metre(png: bytes) -> int:
    at = _SIGNATURE_BYTES
    while at + _CHUNK_OVERHEAD_BYTES <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"pHYs":
            across, down, unit = struct.unpack_from(">IIB", png, at + 8)
            if unit == 1 and across == down > 0:
                return across
            break
        at += length + _CHUNK_OVERHEAD_BYTES
    raise ValueError("The PNG does not state square pixels per metre; expected a pHYs chunk in metres.")


def _longest_runs(black: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Longest run of black in each column, and the row after it, both (width,)."""
    longest = np.zeros(black.shape[1], np.int64)
    run, ends = longest.copy(), longest.copy()
    for k, row in enumerate(black, start=1):
        run = np.where(row, run + 1, 0)
        ends[run > longest] = k
        np.maximum(longest, run, out=longest)
    return longest, ends
