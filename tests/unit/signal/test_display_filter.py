"""The filter of the screen: what scipy designs, causal, and the same whatever the blocks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from measurement_plugin import Measure
from pocketk_agent.signal.display_filter import DisplayFilter


def designed(x_mv: np.ndarray, fs_hz: float) -> np.ndarray:
    """The same filter made by scipy, the first sample taken as its rest."""
    # Two equal poles, together 3 dB down at 40 Hz as the bilinear transform bends it.
    pole_hz = fs_hz / np.pi * np.arctan(np.tan(np.pi * 40.0 / fs_hz) / np.sqrt(np.sqrt(2.0) - 1.0))
    designs = ((1, 0.05, "highpass"), (1, pole_hz, "lowpass"), (1, pole_hz, "lowpass"))
    sos = np.vstack([np.asarray(signal.butter(*design, fs=fs_hz, output="sos")) for design in designs])
    return np.asarray(signal.sosfilt(sos, x_mv - x_mv[0]))


@pytest.mark.parametrize("fs_hz", [250.0, 500.0, 500.05, 1000.0])
def test_it_is_the_filter_that_scipy_designs(fs_hz: float) -> None:
    x_mv = 300.0 + np.random.default_rng(1).normal(0.0, 0.5, 5000).cumsum()
    np.testing.assert_allclose(DisplayFilter(fs_hz).feed(x_mv), designed(x_mv, fs_hz), atol=1e-9)


@pytest.mark.parametrize(("corner_hz", "seconds"), [(0.05, 200.0), (40.0, 20.0)])
def test_at_both_corners_it_lets_half_the_power_through(corner_hz: float, seconds: float, measure: Measure) -> None:
    t_s = np.arange(round(seconds * 500.0)) / 500.0
    y = DisplayFilter(500.0).feed(np.sin(2.0 * np.pi * corner_hz * t_s))
    settled = y[len(y) // 2 :]
    measure("DISPLAY-BAND", abs(20.0 * np.log10(np.ptp(settled) / 2.0 * np.sqrt(2.0))), n=len(settled))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_blocks_of_any_length_give_the_same_trace(lengths: list[int]) -> None:
    x_mv = np.random.default_rng(2).normal(0.0, 1.0, sum(lengths))
    blocks, whole = DisplayFilter(500.0), DisplayFilter(500.0)
    parts = [blocks.feed(part) for part in np.split(x_mv, np.cumsum(lengths)[:-1])]
    np.testing.assert_array_equal(np.concatenate(parts), whole.feed(x_mv))


def test_it_knows_nothing_of_what_has_not_come_yet() -> None:
    x_mv = np.random.default_rng(3).normal(0.0, 1.0, 1000)
    other = np.concatenate((x_mv[:600], np.full(400, 50.0)))
    np.testing.assert_array_equal(DisplayFilter(500.0).feed(x_mv)[:600], DisplayFilter(500.0).feed(other)[:600])


def test_it_begins_at_zero_whatever_the_electrode_offset() -> None:
    assert np.abs(DisplayFilter(500.0).feed(np.full(500, 300.0))).max() == 0.0


def test_nothing_in_gives_nothing_out() -> None:
    assert DisplayFilter(500.0).feed(np.zeros(0)).shape == (0,)
