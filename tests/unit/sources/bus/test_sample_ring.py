"""The ring keeps order and gaps, drops what finds no room, and lives in memory allocated once."""

import threading
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.sources.bus.sample_ring import SampleRing


def filled(indices, capacity: int = 100) -> SampleRing:
    ring = SampleRing(capacity)
    for index in indices:
        ring.put(index, -index, index % 3 == 0)
    return ring


def test_samples_come_out_as_they_went_in() -> None:
    (block,) = filled(range(10)).drain()
    assert block.first_index == 0
    assert block.counts.tolist() == [-index for index in range(10)]
    assert block.lead_off.tolist() == [index % 3 == 0 for index in range(10)]
    assert (block.counts.dtype, block.lead_off.dtype) == (np.int32, np.bool_)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=60), st.integers(1, 30))
def test_a_block_never_spans_a_gap_and_nothing_is_lost(steps: list[int], most: int) -> None:
    indices = np.cumsum(steps).tolist()
    ring, found = filled(indices), []
    while len(ring):
        for block in ring.drain(most):
            assert len(block.counts) <= most
            found += range(block.first_index, block.stop_index)
    assert found == indices
    assert ring.drain() == []


def test_what_finds_no_room_is_counted_and_is_a_gap_later() -> None:
    ring = filled(range(7), capacity=5)
    assert ring.overruns == 2
    ring.drain(3)
    assert ring.put(7, 0, lead_off=False)
    assert [(block.first_index, block.stop_index) for block in ring.drain()] == [(3, 5), (7, 8)]


def test_it_goes_round_and_round() -> None:
    ring, found = SampleRing(7), []
    for index in range(100):
        ring.put(index, index * index, lead_off=False)
        if index % 5 == 4:
            found += [count for block in ring.drain() for count in block.counts.tolist()]
    assert found == [index * index for index in range(100)]
    assert ring.overruns == 0


def test_the_ends_can_be_looked_at_without_taking_anything() -> None:
    ring = filled([4, 5, 9])
    assert (ring.first_index, ring.newest_index, len(ring), ring.written) == (4, 9, 3, 3)
    ring.clear()
    assert (ring.first_index, ring.newest_index, len(ring), ring.written) == (None, None, 0, 3)


def test_a_writer_and_a_reader_need_no_lock() -> None:
    ring, n, found = SampleRing(64), 10_000, []

    def write() -> None:
        for index in range(n):
            while not ring.put(index, index, index % 2 == 0):
                time.sleep(1e-5)

    writer = threading.Thread(target=write)
    writer.start()
    while len(found) < n:
        for block in ring.drain():
            assert block.counts.tolist() == list(range(block.first_index, block.stop_index))
            found += block.counts.tolist()
    writer.join()
    assert found == list(range(n))


def test_nothing_is_allocated_that_stays() -> None:
    ring = SampleRing(1000)
    tracemalloc.start()
    try:
        for index in range(1000):
            ring.put(index, index, lead_off=False)
        ring.drain()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(20):
            for index in range(1000):
                ring.put(index, index, lead_off=False)
            ring.drain()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 2000


def test_a_ring_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        SampleRing(0)
