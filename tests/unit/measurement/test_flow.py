"""The stations of a measurement, by the device's clock."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.flow import MeasurementFlow
from pocketk_agent.measurement.state import FlowState

FS_HZ = 500.0


def block(start_s: float, stop_s: float, contact: bool = True) -> SampleBlock:
    first, last = round(start_s * FS_HZ), round(stop_s * FS_HZ)
    return SampleBlock(first, np.zeros(last - first, np.int32), np.full(last - first, not contact))


def flow_after(*blocks: SampleBlock) -> MeasurementFlow:
    flow = MeasurementFlow(FS_HZ)
    flow.start(blocks[0].first_index)
    for b in blocks:
        flow.advance(b)
    return flow


def test_a_measurement_with_steady_contact_passes_every_station():
    flow = MeasurementFlow(FS_HZ)
    assert flow.state is FlowState.IDLE
    flow.start(0)
    assert flow.state is FlowState.WAIT_CONTACT
    seen = []
    for k in range(400):
        flow.advance(block(k * 0.1, k * 0.1 + 0.1))
        if flow.state not in seen:
            seen.append(flow.state)
    assert seen == [FlowState.STABILISING, FlowState.RECORDING, FlowState.ANALYSING]
    assert flow.window_start == 5 * 500
    assert flow.window_stop == 35 * 500
    flow.done()
    assert flow.state is FlowState.DONE


def test_contact_starts_at_the_first_sample_with_it():
    flow = flow_after(block(0, 2, contact=False), block(2, 7.5))
    assert flow.state is FlowState.RECORDING
    assert flow.window_start == 7 * 500


def test_contact_lost_while_stabilising_starts_again():
    flow = flow_after(block(0, 4), block(4, 4.1, contact=False))
    assert flow.state is FlowState.WAIT_CONTACT
    flow.advance(block(4.1, 9.0))
    assert flow.state is FlowState.STABILISING
    flow.advance(block(9.0, 9.2))
    assert flow.state is FlowState.RECORDING
    assert flow.window_start == round(9.1 * 500)


def test_contact_lost_while_recording_is_left_to_the_gate():
    flow = flow_after(block(0, 10), block(10, 12, contact=False))
    assert flow.state is FlowState.RECORDING
    assert not flow.contact


def test_no_contact_for_fifteen_seconds_ends_the_wait():
    flow = flow_after(block(0, 14.9, contact=False))
    assert flow.state is FlowState.WAIT_CONTACT
    flow.advance(block(14.9, 15.1, contact=False))
    assert flow.state is FlowState.ANALYSING
    assert flow.window_start is None


def test_recording_waits_a_moment_for_late_frames():
    flow = flow_after(block(0, 5), block(5, 35.1))
    assert flow.state is FlowState.RECORDING
    assert flow.recorded_s == pytest.approx(30.0)
    flow.advance(block(35.1, 35.2))
    assert flow.state is FlowState.ANALYSING


def test_a_stream_that_ends_early_is_analysed_as_it_is():
    flow = flow_after(block(0, 5), block(5, 27))
    flow.end_of_stream()
    assert flow.state is FlowState.ANALYSING
    assert flow.recorded_s == pytest.approx(22.0)


def test_blocks_from_the_past_change_nothing():
    flow = flow_after(block(0, 4))
    flow.advance(block(1, 2, contact=False))
    assert flow.state is FlowState.STABILISING
    assert flow.contact


def test_remaining_time_counts_down_in_each_station():
    flow = flow_after(block(0, 2))
    assert flow.remaining_s == pytest.approx(3.0)
    flow.advance(block(2, 15))
    assert flow.remaining_s == pytest.approx(20.0)
    flow.end_of_stream()
    assert flow.remaining_s is None


def test_a_measurement_starts_once():
    flow = flow_after(block(0, 1))
    with pytest.raises(ValueError, match="IDLE"):
        flow.start(0)


@settings(deadline=None)
@given(cuts=st.lists(st.integers(1, 17600), unique=True, max_size=40))
def test_the_window_does_not_depend_on_how_samples_are_cut_into_blocks(cuts: list[int]):
    edges = [0, *sorted(cuts), 17700]
    flow = MeasurementFlow(FS_HZ)
    flow.start(0)
    for a, b in itertools.pairwise(edges):
        flow.advance(SampleBlock(a, np.zeros(b - a, np.int32), np.arange(a, b) < 100))
    assert flow.window_start == 2600
    assert flow.state is FlowState.ANALYSING
