"""Running filters are those of scipy.ndimage, bit for bit: networks and limits were made with these."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, median_filter, minimum_filter1d, uniform_filter1d

from pocketk_agent.signal.moving_window import moving_max, moving_mean, moving_median, moving_min

Float64 = NDArray[np.float64]

_VALUES = st.floats(-5e3, 5e3, width=64) | st.sampled_from([0.0, -0.0, 1.0])
_SIGNALS = arrays(np.float64, st.integers(1, 300), elements=_VALUES)
_WINDOWS = st.integers(1, 320)


def _walk(n: int, seed: int) -> Float64:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(0.0, 0.01, n)) + (rng.random(n) < 0.01) * 3.0


@given(x=_SIGNALS, half=st.integers(0, 160))
def test_the_median_with_repeated_ends_is_that_of_scipy(x: Float64, half: int) -> None:
    window = 2 * half + 1
    np.testing.assert_array_equal(moving_median(x, window), median_filter(x, window, mode="nearest"))


@given(x=_SIGNALS, half=st.integers(0, 160))
def test_the_median_with_zeros_beyond_is_that_of_scipy(x: Float64, half: int) -> None:
    window = 2 * half + 1
    np.testing.assert_array_equal(moving_median(x, window, beyond=0.0), median_filter(x, window, mode="constant"))


@given(x=_SIGNALS, window=_WINDOWS)
def test_the_maximum_is_that_of_scipy(x: Float64, window: int) -> None:
    np.testing.assert_array_equal(moving_max(x, window), maximum_filter1d(x, window, mode="nearest"))


@given(x=_SIGNALS, window=_WINDOWS)
def test_the_minimum_is_that_of_scipy(x: Float64, window: int) -> None:
    np.testing.assert_array_equal(moving_min(x, window), minimum_filter1d(x, window, mode="nearest"))


@given(x=_SIGNALS, window=_WINDOWS)
def test_the_mean_is_that_of_scipy_bit_for_bit(x: Float64, window: int) -> None:
    np.testing.assert_array_equal(moving_mean(x, window), uniform_filter1d(x, window, mode="nearest"))


@pytest.mark.parametrize("window", [1, 5, 10, 125, 126])
def test_a_long_strips_mean_is_that_of_scipy_bit_for_bit(window: int) -> None:
    x = _walk(30_000, 3)
    np.testing.assert_array_equal(moving_mean(x, window), uniform_filter1d(x, window, mode="nearest"))


def test_the_mean_of_several_rows_runs_along_each() -> None:
    rows = np.stack([_walk(400, seed) for seed in range(5)])
    np.testing.assert_array_equal(moving_mean(rows, 29), uniform_filter1d(rows, 29, axis=1, mode="nearest"))


@pytest.mark.parametrize("window", [5, 11, 201])
def test_a_long_strips_median_is_that_of_scipy(window: int) -> None:
    x = _walk(30_000, 4)
    np.testing.assert_array_equal(moving_median(x, window, beyond=0.0), median_filter(x, window, mode="constant"))


@pytest.mark.parametrize("running", [moving_median, moving_max, moving_min, moving_mean])
def test_nothing_stays_nothing(running: Callable[[Float64, int], Float64]) -> None:
    assert running(np.zeros(0), 5).shape == (0,)


@pytest.mark.parametrize("running", [moving_median, moving_max, moving_min, moving_mean])
def test_a_window_of_no_sample_is_refused(running: Callable[[Float64, int], Float64]) -> None:
    with pytest.raises(ValueError, match="samples; expected"):
        running(np.ones(10), 0)


def test_an_even_window_has_no_median() -> None:
    with pytest.raises(ValueError, match="odd"):
        moving_median(np.ones(10), 4)
