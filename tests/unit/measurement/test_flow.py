"""The stations of a measurement, by the device's clock."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.flow import FlowTimes, MeasurementFlow
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
    assert seen == [FlowState.WAIT_CONTACT, FlowState.STABILISING, FlowState.RECORDING, FlowState.ANALYSING]
    assert flow.window_start == 5 * 500
    assert flow.window_stop == 35 * 500
    flow.done()
    assert flow.state is FlowState.DONE


def test_contact_starts_at_the_first_sample_with_it():
    flow = flow_after(block(0, 2, contact=False), block(2, 7.5))
    assert flow.state is FlowState.RECORDING
    assert flow.window_start == 7 * 500


def test_contact_lost_while_stabilising_starts_again():
    flow = flow_after(block(0, 4), block(4, 4.6, contact=False))
    assert flow.state is FlowState.WAIT_CONTACT
    flow.advance(block(4.6, 9.5))
    assert flow.state is FlowState.STABILISING
    flow.advance(block(9.5, 9.7))
    assert flow.state is FlowState.RECORDING
    assert flow.window_start == round(9.6 * 500)


@pytest.mark.parametrize("at_s", [2.0, 20.0], ids=["stabilising", "recording"])
def test_a_flicker_of_less_than_half_a_second_restarts_nothing(at_s: float):
    flow = flow_after(block(0, at_s), block(at_s, at_s + 0.48, contact=False), block(at_s + 0.48, 35.3))
    assert flow.window_start == 5 * 500
    assert flow.window_stop == 35 * 500


def test_contact_that_flickers_is_no_contact_yet():
    flow = flow_after(*(block(k * 0.5, k * 0.5 + 0.5, contact=k % 2 == 0) for k in range(2)))
    assert flow.state is FlowState.WAIT_CONTACT
    short = [block(1 + k * 0.4, 1.4 + k * 0.4, contact=k % 2 == 0) for k in range(10)]
    for b in short:
        flow.advance(b)
    assert flow.state is FlowState.WAIT_CONTACT


def test_contact_lost_while_recording_settles_again_and_keeps_what_was_recorded():
    flow = flow_after(block(0, 10), block(10, 12, contact=False))
    assert flow.state is FlowState.WAIT_CONTACT
    assert not flow.contact
    assert flow.recorded_s == pytest.approx(5.5)
    flow.advance(block(12, 16.9))
    assert flow.state is FlowState.STABILISING
    flow.advance(block(16.9, 41.4))
    assert flow.state is FlowState.RECORDING
    flow.advance(block(41.4, 41.8))
    assert flow.state is FlowState.ANALYSING
    assert [(s.start / 500, s.stop / 500) for s in flow.segments] == [(5.0, 10.5), (17.0, 41.5)]
    assert (flow.window_start, flow.window_stop) == (2500, 20750)
    assert flow.complete


def test_contact_that_never_comes_back_ends_the_recording_after_the_placement_time():
    flow = flow_after(block(0, 10), block(10, 25.4, contact=False))
    assert flow.state is FlowState.WAIT_CONTACT
    flow.advance(block(25.4, 25.6, contact=False))
    assert flow.state is FlowState.ANALYSING
    assert not flow.complete
    assert flow.segments[-1].stop == round(10.5 * 500)


def test_a_recording_goes_on_until_it_is_enough():
    asked: list[tuple[int, int]] = []

    def enough(start: int, stop: int) -> bool:
        asked.append((start, stop))
        return stop >= 43 * 500

    flow = MeasurementFlow(FS_HZ, enough=enough)
    flow.start(0)
    for k in range(700):
        flow.advance(block(k * 0.1, k * 0.1 + 0.1))
    assert asked == [(2500, (35 + k) * 500) for k in range(9)]
    assert flow.window_stop == 43 * 500
    assert flow.extended
    assert flow.target_s == 60.0
    assert flow.recorded_s == pytest.approx(38.0)


def test_a_recording_that_is_never_enough_ends_after_a_minute():
    flow = MeasurementFlow(FS_HZ, enough=lambda _start, _stop: False)
    flow.start(0)
    flow.advance(block(0, 65.1))
    assert flow.state is FlowState.RECORDING
    assert flow.remaining_s == 0.0
    flow.advance(block(65.1, 65.3))
    assert flow.state is FlowState.ANALYSING
    assert (flow.window_start, flow.window_stop) == (5 * 500, 65 * 500)
    assert flow.recorded_s == pytest.approx(60.0)


@pytest.mark.parametrize("wrong", [{"debounce_s": -1.0}, {"recheck_s": 0.0}, {"longest_s": 20.0}])
def test_impossible_durations_are_refused(wrong: dict[str, float]):
    with pytest.raises(ValueError, match="expected"):
        FlowTimes(**wrong)


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
