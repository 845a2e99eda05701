"""Every sample at its own index, whatever order the blocks come in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated_ecg import ADS1292R
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.recorder import Recorder
from pocketk_agent.signal.segments import Span

BLOCK = 25


def block(first: int, n: int = BLOCK) -> SampleBlock:
    """Counts equal their own index, so that a shifted sample shows."""
    counts = np.arange(first, first + n, dtype=np.int32)
    return SampleBlock(first, counts, counts % 7 == 0)


def test_blocks_in_order_make_a_recording_without_gaps():
    recorder = Recorder(ADS1292R, 1.0)
    for k in range(4):
        recorder.add(block(1000 + BLOCK * k))
    recording = recorder.recording()
    assert recording.first_index == 1000
    np.testing.assert_array_equal(recording.counts, np.arange(1000, 1100))
    assert recording.gaps == []
    assert recorder.stop_index == 1100


def test_a_lost_block_is_a_gap_at_its_place():
    recorder = Recorder(ADS1292R, 1.0)
    recorder.add(block(0))
    recorder.add(block(50))
    recording = recorder.recording()
    assert recording.gaps == [Span(25, 50)]
    assert recording.counts[50] == 50


def test_a_late_block_fills_its_gap():
    recorder = Recorder(ADS1292R, 1.0)
    for first in (0, 50, 25):
        recorder.add(block(first))
    np.testing.assert_array_equal(recorder.recording().counts, np.arange(75))
    assert recorder.recording().gaps == []


def test_a_repeated_block_changes_nothing():
    recorder = Recorder(ADS1292R, 1.0)
    recorder.add(block(0))
    recorder.add(SampleBlock(0, np.full(BLOCK, -1, np.int32), np.ones(BLOCK, bool)))
    np.testing.assert_array_equal(recorder.recording().counts, np.arange(BLOCK))


def test_samples_beyond_the_capacity_or_before_the_start_are_refused_and_counted():
    recorder = Recorder(ADS1292R, 0.1)
    recorder.add(block(100))
    recorder.add(block(90, 10))
    recorder.add(block(145, 20))
    assert recorder.refused_samples == 10 + 14
    assert recorder.full
    assert recorder.recording().counts.size == 51


def test_a_part_is_cut_to_what_there_is():
    recorder = Recorder(ADS1292R, 1.0)
    recorder.add(block(100))
    part = recorder.recording().between(110, 900)
    assert (part.first_index, part.counts.size) == (110, 15)
    assert recorder.recording().between(0, 50).counts.size == 0


def test_the_tail_is_the_newest_seconds():
    recorder = Recorder(ADS1292R, 1.0)
    recorder.add(block(0, 100))
    tail = recorder.tail(0.1)
    assert tail.first_index == 50
    assert tail.seconds == pytest.approx(0.1)


@given(order=st.lists(st.integers(0, 19), max_size=60))
def test_any_order_loss_and_repetition_keeps_every_sample_at_its_index(order: list[int]):
    recorder = Recorder(ADS1292R, 10.0)
    recorder.add(block(0))
    for k in order:
        recorder.add(block(BLOCK * k))
    recording = recorder.recording()
    came = sorted({0, *order})
    assert np.count_nonzero(~recording.missing) == BLOCK * len(came)
    present = np.flatnonzero(~recording.missing)
    np.testing.assert_array_equal(recording.counts[present], present)
