"""What the screen draws: causal, holes where samples are missing, at rest again after a hole or lost contact."""

from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.display_trace import DisplayTrace
from pocketk_agent.signal.display_filter import DisplayFilter

OFFSET = round(200.0 / ADS1292R.lsb_mv)


def fed(counts: np.ndarray, lead_off: np.ndarray | None = None, length: int = 25, skip: slice | None = None):
    trace = DisplayTrace(ADS1292R)
    off = np.zeros(len(counts), bool) if lead_off is None else lead_off
    for k in range(0, len(counts), length):
        if skip is None or not skip.start <= k < skip.stop:
            trace.add(SampleBlock(k, counts[k : k + length], off[k : k + length]))
    return trace


def test_it_shows_the_newest_six_seconds_through_the_causal_filter() -> None:
    counts, _ = ecg_counts(20.0)
    trace = fed(counts)
    whole = DisplayFilter(500.0).feed(ADS1292R.to_mv(counts))[::4]
    np.testing.assert_allclose(trace.newest_mv(), whole[-750:], atol=1e-6)
    assert trace.fs_hz == 125.0


@pytest.mark.parametrize("length", [1, 7, 25, 5000])
def test_blocks_of_any_length_give_the_same_trace(length: int) -> None:
    counts, _ = ecg_counts(10.0)
    np.testing.assert_array_equal(fed(counts, length=length).newest_mv(), fed(counts).newest_mv())


def test_a_lost_stretch_is_a_hole_of_its_own_length() -> None:
    counts, _ = ecg_counts(5.0)
    shown = fed(counts, skip=slice(1000, 1500)).newest_mv()
    assert len(shown) == 625
    assert np.flatnonzero(np.isnan(shown)).tolist() == list(range(250, 375))


def test_a_hole_longer_than_the_trace_leaves_only_what_came_after_it() -> None:
    trace = DisplayTrace(ADS1292R)
    for first in (0, 1_000_000):
        trace.add(SampleBlock(first, np.zeros(100, np.int32), np.zeros(100, bool)))
    assert np.isfinite(trace.newest_mv()).sum() == 25
    assert len(trace.newest_mv()) == 750


def test_after_a_hole_the_trace_is_at_rest_at_once() -> None:
    counts = np.full(2000, 0, np.int32)
    counts[1000:] = OFFSET
    shown = fed(counts, skip=slice(900, 1000)).newest_mv()
    assert np.nanmax(np.abs(shown)) < 1e-6


def test_when_contact_comes_back_the_trace_is_at_rest_at_once() -> None:
    counts = np.zeros(2000, np.int32)
    lead_off = np.zeros(2000, bool)
    lead_off[600:1010], counts[600:1010], counts[1010:] = True, 2**23 - 1, OFFSET
    assert np.abs(fed(counts, lead_off).newest_mv()[1010 // 4 + 1 :]).max() < 1e-6


def test_a_block_that_was_overtaken_is_not_drawn() -> None:
    trace = fed(np.zeros(500, np.int32))
    before = trace.newest_mv()
    trace.add(SampleBlock(100, np.full(25, 99999, np.int32), np.zeros(25, bool)))
    np.testing.assert_array_equal(trace.newest_mv(), before)


def test_another_rate_has_another_trace_rate() -> None:
    assert DisplayTrace(replace(ADS1292R, fs_hz=250.0)).fs_hz == 125.0
    assert DisplayTrace(replace(ADS1292R, fs_hz=100.0)).fs_hz == 100.0
