"""The stations at their edges: what falls together in time, and a stream that ends there."""

import numpy as np

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.flow import FlowTimes, MeasurementFlow
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.signal.segments import Span

FS_HZ = 100.0


def played(flow: MeasurementFlow, *stretches: tuple[float, bool]) -> MeasurementFlow:
    """Play stretches, each with the second at which it ends and whether there is contact, as one block each."""
    first = 0
    flow.start(first)
    for until_s, contact in stretches:
        last = round(until_s * FS_HZ)
        flow.advance(SampleBlock(first, np.zeros(last - first, np.int32), np.full(last - first, not contact)))
        first = last
    return flow


def never(_start: int, _stop: int) -> bool:
    return False


def test_other_durations_are_kept_to():
    flow = played(MeasurementFlow(FS_HZ, FlowTimes(stabilise_s=2.0, record_s=10.0)), (12.3, True))
    assert flow.segments == (Span(200, 1200),)
    assert flow.target_s == 10.0


def test_a_stream_that_ends_while_a_late_frame_is_waited_for_ends_with_the_full_measurement():
    asked: list[tuple[int, int]] = []

    def enough(start: int, stop: int) -> bool:
        asked.append((start, stop))
        return True

    flow = played(MeasurementFlow(FS_HZ, enough=enough), (35.1, True))
    flow.end_of_stream()
    assert asked == [(500, 3500)]
    assert flow.segments == (Span(500, 3500),)
    assert flow.window_stop == 3500


def test_a_stream_that_ends_there_and_is_not_enough_keeps_all_that_came():
    flow = played(MeasurementFlow(FS_HZ, enough=never), (35.1, True))
    flow.end_of_stream()
    assert flow.segments == (Span(500, 3510),)


def test_a_stream_that_ends_after_the_longest_recording_ends_with_it():
    flow = played(MeasurementFlow(FS_HZ, enough=never), (65.1, True))
    flow.end_of_stream()
    assert flow.segments == (Span(500, 6500),)


def test_a_measurement_that_would_be_full_after_the_longest_recording_ends_with_that():
    stretches = ((15.0, True), (28.0, False), (40.0, True), (48.1, False), (65.18, True))
    flow = played(MeasurementFlow(FS_HZ, enough=lambda _start, _stop: True), *stretches)
    flow.end_of_stream()
    assert sum(span.length for span in flow.segments) < 3000
    assert flow.window_stop == 6500


def test_a_stream_that_ends_before_anything_was_recorded_has_no_window():
    flow = played(MeasurementFlow(FS_HZ), (2.0, True))
    flow.end_of_stream()
    assert flow.state is FlowState.ANALYSING
    assert (flow.window_start, flow.window_stop, flow.segments) == (None, None, ())


def test_contact_that_becomes_certain_after_the_wait_has_ended_comes_too_late():
    flow = played(MeasurementFlow(FS_HZ), (14.8, False), (21.0, True))
    assert flow.state is FlowState.ANALYSING
    assert flow.window_start is None


def test_a_loss_that_becomes_certain_after_the_recording_has_ended_changes_nothing():
    flow = played(MeasurementFlow(FS_HZ), (34.9, True), (40.0, False))
    assert flow.state is FlowState.ANALYSING
    assert flow.segments == (Span(500, 3500),)


def test_contact_that_still_settles_when_the_longest_recording_is_over_is_not_recorded():
    flow = played(MeasurementFlow(FS_HZ, enough=never), (57.5, True), (60.0, False), (65.05, True))
    assert flow.state is FlowState.ANALYSING
    assert flow.segments == (Span(500, 5800),)
    assert flow.window_stop == 6500


def test_contact_settled_exactly_when_the_longest_recording_is_over_records_nothing():
    flow = played(MeasurementFlow(FS_HZ, enough=never), (57.5, True), (60.0, False), (65.0, True))
    assert flow.state is FlowState.ANALYSING
    assert flow.segments == (Span(500, 5800),)


def test_contact_lost_in_the_moment_in_which_it_would_have_settled_records_nothing():
    flow = played(MeasurementFlow(FS_HZ), (4.5, True), (6.0, False))
    assert flow.state is FlowState.WAIT_CONTACT
    assert flow.window_start is None


def test_contact_lost_one_sample_after_it_has_settled_has_recorded_that_sample():
    flow = played(MeasurementFlow(FS_HZ), (4.51, True), (6.0, False))
    assert flow.segments == (Span(500, 501),)


def test_a_full_measurement_that_is_looked_at_in_the_moment_of_a_loss_is_over():
    flow = played(MeasurementFlow(FS_HZ), (34.7, True), (36.0, False))
    assert flow.state is FlowState.ANALYSING
    assert flow.window_stop == 3500


def test_durations_of_nothing_and_a_longest_recording_as_long_as_a_full_one_are_possible():
    times = FlowTimes(slack_s=0.0, record_s=30.0, longest_s=30.0)
    flow = played(MeasurementFlow(FS_HZ, times, never), (35.0, True))
    assert flow.segments == (Span(500, 3500),)
    assert flow.extended is False


def test_a_block_that_comes_twice_or_begins_in_the_past_counts_once():
    flow = played(MeasurementFlow(FS_HZ), (2.0, False))
    flow.advance(SampleBlock(0, np.zeros(200, np.int32), np.ones(200, bool)))
    flow.advance(SampleBlock(100, np.zeros(700, np.int32), np.arange(100, 800) < 250))
    assert flow.window_start == 750


def test_a_loss_while_a_late_frame_is_waited_for_is_looked_at_as_soon_as_the_recording_goes_on():
    asked: list[tuple[int, int]] = []

    def enough(start: int, stop: int) -> bool:
        asked.append((start, stop))
        return True

    played(MeasurementFlow(FS_HZ, enough=enough), (34.6, True), (40.0, False), (45.3, True))
    assert asked == [(500, 4500)]
