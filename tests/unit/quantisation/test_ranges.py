"""Ranges of quantised tensors, from streamed counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_calibration.quantisation.ranges import (
    RULES,
    SILU_FLOOR,
    ValueCounts,
    ValueRange,
    find_range,
    rounding_error,
)


def counted(*parts: np.ndarray) -> ValueCounts:
    counts = ValueCounts()
    for part in parts:
        counts.add(part)
    return counts


def heavy_tailed(n: int = 200_000) -> np.ndarray:
    return np.random.default_rng(0).standard_t(3, n)


def int8_error(values: np.ndarray, held: ValueRange) -> float:
    level = np.clip(np.rint((values - held.low) / held.step), 0, 255)
    return float(((level * held.step + held.low - values) ** 2).mean())


def test_min_max_is_the_smallest_and_largest_of_all_windows_not_their_average() -> None:
    small, large = np.linspace(-0.1, 0.1, 50), np.linspace(-7.0, 9.0, 50)
    counts = counted(small, large, *[small] * 50)
    assert find_range(counts, "min-max") == ValueRange(-7.0, 9.0)


def test_least_error_rounds_and_clips_with_less_error_than_the_other_rules() -> None:
    values = heavy_tailed()
    errors = {rule: int8_error(values, find_range(counted(values), rule)) for rule in RULES}
    assert errors["least-error"] < 0.7 * errors["min-max"]
    assert errors["least-error"] <= errors["percentile"]


def test_least_error_is_within_two_percent_of_a_search_over_every_value_itself() -> None:
    values = heavy_tailed(20_000)
    ends = np.geomspace(1.0, 0.03, 60)
    best = min(int8_error(values, ValueRange(a * values.min(), b * values.max())) for a in ends for b in ends)
    assert int8_error(values, find_range(counted(values), "least-error")) < 1.02 * best


def test_percentile_agrees_with_numpy() -> None:
    values = heavy_tailed()
    found = find_range(counted(values), "percentile")
    assert found.low == pytest.approx(np.quantile(values, 1e-4), rel=0.1)
    assert found.high == pytest.approx(np.quantile(values, 1 - 1e-4), rel=0.1)


def test_a_floor_cuts_the_low_end_alone() -> None:
    values = np.random.default_rng(1).normal(0, 20, 10_000)
    whole, cut = (find_range(counted(values), "min-max", floor) for floor in (None, SILU_FLOOR))
    assert (cut.low, cut.high) == (SILU_FLOOR, whole.high)


def test_the_floor_lets_nothing_be_lost_that_silu_would_show() -> None:
    x = np.linspace(-200, SILU_FLOOR, 1000)
    silu = x / (1 + np.exp(-x))
    assert np.abs(silu - SILU_FLOOR / (1 + np.exp(-SILU_FLOOR))).max() < 0.0027


@given(st.lists(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_counting_loses_no_value_and_every_rule_holds_zero_within_what_was_met(parts: list[list[float]]) -> None:
    arrays = [np.asarray(part) for part in parts]
    counts, everything = counted(*arrays), np.concatenate(arrays)
    assert counts.counts.sum() == everything.size
    assert counts.met == ValueRange(min(everything.min(), 0.0), max(everything.max(), 0.0))
    for rule in RULES:
        found = find_range(counts, rule)
        assert counts.met.low <= found.low <= 0.0 <= found.high <= counts.met.high
        assert rounding_error(counts, found) >= 0.0


@pytest.mark.parametrize(
    ("values", "words"), [([], "no values"), ([1.0, np.nan], "not finite"), ([np.inf], "not finite")]
)
def test_values_that_cannot_be_counted_are_refused(values: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ValueCounts().add(np.asarray(values))


def test_an_unknown_rule_a_wrong_floor_and_no_values_are_refused() -> None:
    counts = counted(np.ones(3))
    with pytest.raises(ValueError, match="no rule for ranges; there are least-error"):
        find_range(counts, "moving-average")
    with pytest.raises(ValueError, match="below 0"):
        find_range(counts, "min-max", 1.0)
    with pytest.raises(ValueError, match="No value was counted"):
        find_range(ValueCounts(), "min-max")
