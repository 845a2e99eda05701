"""The rasteriser: range, dots, joints, gaps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pocketk_agent.screen.braille import braille_lines, display_range, scale_bar


def _dots(lines: list[str]) -> NDArray[np.bool_]:
    """Unpack braille text into (4 * rows, 2 * columns) bool, independently of how it was packed."""
    order = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]  # dots 1 to 8 as (row, column)
    dots = np.zeros((4 * len(lines), 2 * len(lines[0])), dtype=bool)
    for row, line in enumerate(lines):
        for column, character in enumerate(line):
            bits = 0 if character == " " else ord(character) - 0x2800
            for bit, (down, right) in enumerate(order):
                dots[4 * row + down, 2 * column + right] = bool(bits >> bit & 1)
    return dots


@pytest.mark.parametrize(
    ("trace", "span"), [([0.0] * 9, 1.0), ([], 1.0), ([np.nan], 1.0), ([0.0, 0.95], 1.25), ([-2.0, 2.0], 5.0)]
)
def test_the_range_is_at_least_1_mv_and_stepped(trace: list[float], span: float) -> None:
    low, high = display_range(trace)
    assert high - low == pytest.approx(span)


@given(st.lists(st.floats(-400, 400), min_size=1, max_size=50))
@settings(deadline=None)
def test_the_range_holds_every_value(trace: list[float]) -> None:
    low, high = display_range(trace)
    assert low <= min(trace)
    assert max(trace) <= high
    assert high - low >= 1.0


def test_the_range_leaves_infinities_out() -> None:
    low, high = display_range([0.0, np.inf, -np.inf, np.nan])
    assert (low, high) == (-0.5, 0.5)


def test_a_ramp_is_a_diagonal_with_one_dot_per_column() -> None:
    dots = _dots(braille_lines(np.arange(8.0), columns=4, rows=2, range_mv=(0.0, 7.0)))
    joined = np.eye(8, dtype=bool)[::-1] | np.eye(8, k=1, dtype=bool)[::-1]
    assert np.array_equal(dots & np.eye(8, dtype=bool)[::-1], np.eye(8, dtype=bool)[::-1])
    assert not np.any(dots & ~joined)


def test_a_single_sample_spike_reaches_from_the_baseline_to_the_top() -> None:
    trace = np.zeros(1000)
    trace[505] = 1.0
    dots = _dots(braille_lines(trace, columns=10, rows=3, range_mv=(0.0, 1.0)))
    assert dots[:, 10].all()
    assert dots[-1].all()
    assert not dots[:-1, [*range(10), *range(11, 20)]].any()


def test_a_step_between_two_columns_is_joined() -> None:
    dots = _dots(braille_lines([0.0] * 50 + [1.0] * 50, columns=5, rows=2, range_mv=(0.0, 1.0)))
    assert dots[:, 5].all()
    assert dots[-1, :5].all()
    assert dots[0, 5:].all()
    assert not dots[:-1, :5].any()
    assert not dots[1:, 6:].any()


def test_a_gap_is_blank_and_is_not_joined_across() -> None:
    trace = np.zeros(200)
    trace[40:80] = np.nan
    trace[80:] = 1.0
    dots = _dots(braille_lines(trace, columns=10, rows=2, range_mv=(0.0, 1.0)))
    assert dots[:, :4].any(axis=0).all()
    assert not dots[:, 4:8].any()
    assert dots[0, 8:].all()
    assert not dots[1:, 8:].any()


def test_one_missing_sample_blanks_its_column() -> None:
    trace = np.zeros(2000)
    trace[1050] = np.nan
    dots = _dots(braille_lines(trace, columns=10, rows=1))
    assert list(np.flatnonzero(~dots.any(axis=0))) == [10]


def test_fewer_samples_than_columns_are_joined_by_straight_lines_up_to_a_gap() -> None:
    dots = _dots(braille_lines([0.0, 1.0, np.nan, 1.0, 0.0], columns=20, rows=5, range_mv=(0.0, 1.0)))
    drawn = np.any(dots, axis=0)
    assert drawn[:10].all()
    assert not drawn[11:29].any()
    assert drawn[30:].all()
    assert dots[-1, 0]
    assert dots[1, 9]


def test_values_outside_the_range_stay_on_the_edge() -> None:
    dots = _dots(braille_lines([5.0] * 4 + [-5.0] * 4, columns=2, rows=2, range_mv=(-1.0, 1.0)))
    assert dots[0, :2].all()
    assert dots[-1, 2:].all()


@pytest.mark.parametrize("trace", [[], [np.nan] * 5, [np.inf]])
def test_nothing_to_draw_gives_blank_lines(trace: list[float]) -> None:
    assert braille_lines(trace, columns=3, rows=2) == ["   ", "   "]


@given(st.lists(st.floats(width=32), max_size=40), st.integers(-1, 9), st.integers(-1, 5))
@settings(deadline=None)
def test_the_picture_always_has_its_size(trace: list[float], columns: int, rows: int) -> None:
    lines = braille_lines(trace, columns=columns, rows=rows)
    expected = [columns] * rows if columns > 0 and rows > 0 else []
    assert [len(line) for line in lines] == expected


@pytest.mark.parametrize(("span_mv", "filled"), [(1.0, 40), (2.0, 21), (4.0, 11)])
def test_the_bar_is_as_long_as_1_mv(span_mv: float, filled: int) -> None:
    dots = _dots(scale_bar(rows=10, span_mv=span_mv))
    assert dots[-filled:, 0].all()
    assert not dots[:-filled].any()


def test_the_bar_and_a_trace_of_1_mv_are_equally_long() -> None:
    trace = np.tile([0.0, 1.0], 100)
    low, high = display_range(trace)
    traced = _dots(braille_lines(trace, columns=10, rows=12)).any(axis=1).sum()
    assert abs(int(traced) - int(_dots(scale_bar(rows=12, span_mv=high - low))[:, 0].sum())) <= 1


def test_a_bar_without_lines_is_nothing() -> None:
    assert scale_bar(rows=0, span_mv=1.0) == []
