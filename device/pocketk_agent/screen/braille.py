"""A trace drawn in braille dots: two dots wide and four dots high in every character."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

SPANS_MV = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0, 12.0, 20.0, 50.0, 100.0, 500.0)  # the picture rests
LARGEST_MV = 1e6  # a picture of more than a kilovolt tells nothing; also keeps the arithmetic exact
DOTS_WIDE, DOTS_HIGH = 2, 4
_BLANK = 0x2800
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def display_range(trace_mv: ArrayLike) -> tuple[float, float]:
    """Choose the range of a picture.

    Args:
        trace_mv: (n,) millivolts; NaN and infinities are left out.

    Returns:
        Lowest and highest millivolt of the picture, at least 1 mV apart; -0.5 and 0.5 for an empty trace.
    """
    values = _drawable(trace_mv)
    values = values[np.isfinite(values)]
    if values.size == 0:
        return -SPANS_MV[0] / 2, SPANS_MV[0] / 2
    low, high = float(values.min()), float(values.max())
    # More than the signal, for the centre moves to a grid of a tenth of the span: 1 / (1 - 0.1) and a little.
    needed = 1.12 * (high - low)
    span = next((step for step in SPANS_MV if step >= needed), needed)
    centre = round((low + high) / 2 / (0.1 * span)) * 0.1 * span
    return centre - span / 2, centre + span / 2


def braille_lines(
    trace_mv: ArrayLike, *, columns: int, rows: int, range_mv: tuple[float, float] | None = None
) -> list[str]:
    """Draw a trace; neighbours are joined vertically, so that a QRS complex shows however narrow it is.

    Args:
        trace_mv: (n,) millivolts over the whole width; a dot column that holds a NaN stays blank.
        columns: characters per line.
        rows: lines.
        range_mv: millivolts of the lowest and the highest dot; `display_range` of the trace by default.

    Returns:
        `rows` lines of `columns` characters.
    """
    if columns < 1 or rows < 1:
        return []
    trace = _drawable(trace_mv)
    low, high = range_mv if range_mv is not None else display_range(trace)
    lowest, highest = _column_extremes(trace, columns * DOTS_WIDE)
    last = rows * DOTS_HIGH - 1
    dot = np.arange(last + 1)[:, None]
    top = _dot_row(highest, low, high, last)
    bottom = _dot_row(lowest, low, high, last)
    # A blank column has a NaN for both ends, and every comparison with NaN is false.
    return _characters((dot >= top) & (dot <= bottom), columns, rows)


def scale_bar(*, rows: int, span_mv: float) -> list[str]:
    """Draw a bar of 1 mV, one character wide, standing on the lowest dot.

    Args:
        rows: lines.
        span_mv: millivolts between the lowest and the highest dot, at least 1.

    Returns:
        `rows` lines of one character.
    """
    if rows < 1:
        return []
    last = rows * DOTS_HIGH - 1
    length = round(last / max(span_mv, 1.0))
    dots = np.zeros((last + 1, DOTS_WIDE), dtype=bool)
    dots[last - length :, 0] = True
    dots[[last - length, last], 1] = True
    return _characters(dots, 1, rows)


def _drawable(trace_mv: ArrayLike) -> NDArray[np.float64]:
    """Millivolts with NaN for everything that is not finite, (n,)."""
    trace = np.asarray(trace_mv, dtype=np.float64).ravel()
    return np.clip(np.where(np.isfinite(trace), trace, np.nan), -LARGEST_MV, LARGEST_MV)


def _column_extremes(trace: NDArray[np.float64], dot_columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest millivolt per dot column, (dot_columns,) each, NaN where blank."""
    if trace.size == 0:
        blank = np.full(dot_columns, np.nan)
        return blank, blank
    if trace.size < dot_columns:
        trace = _stretched(trace, dot_columns)
    starts = np.arange(dot_columns) * trace.size // dot_columns
    lowest, highest = np.minimum.reduceat(trace, starts), np.maximum.reduceat(trace, starts)
    before = np.concatenate([[np.nan], trace[starts[1:] - 1]])
    # fmin and fmax ignore the NaN of a blank neighbour; a blank column itself stays blank.
    joined_low, joined_high = np.fmin(lowest, before), np.fmax(highest, before)
    blank = np.isnan(lowest)
    return np.where(blank, np.nan, joined_low), np.where(blank, np.nan, joined_high)


def _stretched(trace: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Straight lines between the samples of a trace that is shorter than the picture is wide, (n,)."""
    position = np.linspace(0, trace.size - 1, n)
    # Interpolation across a NaN gives NaN, which keeps a gap blank.
    return np.interp(position, np.arange(trace.size), trace)


def _dot_row(mv: NDArray[np.float64], low: float, high: float, last: int) -> NDArray[np.float64]:
    """Dot row from the top of every value, NaN where the value is NaN."""
    return np.clip(np.round((high - mv) / (high - low) * last), 0, last)


def _characters(dots: NDArray[np.bool_], columns: int, rows: int) -> list[str]:
    """Pack (4 * rows, 2 * columns) dots into characters; an empty one becomes a space."""
    cells = dots.reshape(rows, DOTS_HIGH, columns, DOTS_WIDE)
    codes = _BLANK + np.einsum("rhcw,hw->rc", cells.astype(np.int64), _BITS)
    return ["".join(" " if code == _BLANK else chr(code) for code in line) for line in codes]
