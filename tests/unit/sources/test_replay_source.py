"""The replay's pace on a stepped clock, its blocks, and where the strip itself begins."""

import numpy as np
import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.sources.pace import Pace
from pocketk_agent.sources.played_counts import recording_to_counts
from pocketk_agent.sources.replay_source import ReplaySource, blocks_of
from pocketk_agent.sources.source import EndOfStream
from unit.sources.made_up_strips import native_strip


def played_to_the_end(source: ReplaySource, timeout_s: float) -> tuple[int, int]:
    """Number of blocks, and of reads that timed out."""
    delivered = timed_out = 0
    while True:
        try:
            block = source.read(timeout_s)
        except EndOfStream:
            return delivered, timed_out
        delivered += block is not None
        timed_out += block is None


@pytest.mark.parametrize("factor", [1.0, 4.0, 0.5])
def test_a_replay_takes_its_length_on_the_clock(factor: float) -> None:
    clock = SteppedClock()
    source = ReplaySource(native_strip(600), pace=Pace.real_time(factor), clock=clock)
    source.open()
    assert played_to_the_end(source, 60.0) == (50 + 24, 0)
    assert clock.monotonic_s() == pytest.approx((5.0 + 2.4) / factor)


def test_as_fast_as_possible_takes_no_time() -> None:
    clock = SteppedClock()
    source = ReplaySource(native_strip(600), pace=Pace.as_fast_as_possible(), clock=clock)
    source.open()
    assert played_to_the_end(source, 60.0) == (74, 0)
    assert clock.monotonic_s() == 0.0


def test_nothing_comes_before_its_last_sample_is_due() -> None:
    clock = SteppedClock()
    source = ReplaySource(native_strip(600), pace=Pace.real_time(), clock=clock)
    source.open()
    assert [source.read(0.04) is None for _ in range(3)] == [True, True, False]
    assert clock.monotonic_s() == pytest.approx(0.1)
    clock.sleep(1.0)  # the reader was away: what is due comes at once, not a second late
    for _ in range(10):
        assert source.read(0.0) is not None
    assert source.read(0.0) is None
    assert clock.monotonic_s() == pytest.approx(1.1)


def test_a_block_that_is_due_just_then_comes() -> None:
    clock = SteppedClock()
    source = ReplaySource(native_strip(600), pace=Pace.real_time(), clock=clock)
    source.open()
    assert source.read(25 / 250) is not None


def test_a_gap_takes_its_time_too() -> None:
    clock = SteppedClock()
    strip = native_strip(500, missing=(slice(0, 250),))
    source = ReplaySource(strip, pace=Pace.real_time(), clock=clock, lead_in_s=0.0)
    source.open()
    assert source.read(0.9) is None
    block = source.read(1.0)
    assert block is not None
    assert (block.first_index, clock.monotonic_s()) == (250, pytest.approx(1.1))


def test_the_strip_begins_after_the_lead_in() -> None:
    strip = native_strip(600)
    source = ReplaySource(strip, pace=Pace.as_fast_as_possible(), clock=SteppedClock(), block_samples=7)
    source.open()
    assert source.lead_in_samples == 1250
    counts = np.concatenate([block.counts for block in (source.read(0) for _ in range(265)) if block is not None])
    assert strip.native is not None
    np.testing.assert_array_equal(counts[1250:], strip.native.counts)


@pytest.mark.parametrize("size", [1, 24, 25, 10_000])
def test_blocks_end_at_gaps_and_at_their_size(size: int) -> None:
    missing = (slice(0, 3), slice(50, 51), slice(75, 100), slice(597, 600))
    played = recording_to_counts(native_strip(missing=missing), lead_in_s=0.0)
    found = list(blocks_of(played, size))
    covered = np.concatenate([np.arange(block.first_index, block.stop_index) for block in found])
    np.testing.assert_array_equal(covered, np.flatnonzero(~played.missing))
    assert max(len(block.counts) for block in found) <= size
    if size == 10_000:
        assert [(block.first_index, block.stop_index) for block in found] == [(3, 50), (51, 75), (100, 597)]


def test_impossible_paces_and_sizes_are_refused() -> None:
    for factor in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="pace"):
            Pace.real_time(factor)
    with pytest.raises(ValueError, match="block_samples"):
        ReplaySource(native_strip(), pace=Pace.real_time(), clock=SteppedClock(), block_samples=0)
