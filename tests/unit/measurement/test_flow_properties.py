"""S1 over orders and timings: whatever happens to the signal, a tier rests on three clips that the gate accepted."""

import itertools
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.flow import MeasurementFlow
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.quality.gate import judge_clip
from pocketk_agent.signal.segments import CLEARANCE_S
from pocketk_agent.sources.fake_source import FakeSource, ScriptStep, Silence
from session_rig import Always, bundle, measured, station

FS_HZ = 500
BLOCK = 125
LONGEST_S = 120
CLEAN, _ = ecg_counts(LONGEST_S)
NOISE = np.random.default_rng(3).normal(0, 60_000, CLEAN.size).astype(np.int32)
KINDS = ("good", "good", "good", "lead-off", "gap", "flat", "rail", "noise")


@dataclass(frozen=True)
class Happening:
    """One kind of signal for some blocks of a quarter of a second."""

    kind: str
    n_blocks: int


happenings = st.lists(
    st.builds(Happening, st.sampled_from(KINDS), st.integers(1, 100)), min_size=1, max_size=10
)  # fmt: skip


class Watching(Always):
    """Keeps every clip that it was shown."""

    def __init__(self) -> None:
        super().__init__(logit=9.0)
        self.seen: list[np.ndarray] = []

    def infer(self, clips):
        """See `Runner`."""
        self.seen.extend(clips.copy())
        return super().infer(clips)


def script_of(happened: list[Happening], *, timed: bool = False) -> list[ScriptStep]:
    steps: list[ScriptStep] = []
    at = 0
    for happening in happened:
        for _ in range(happening.n_blocks):
            here = slice(at, at + BLOCK)
            if here.stop > CLEAN.size:
                return steps
            counts = CLEAN[here].copy()
            if happening.kind == "flat":
                counts[:] = 1000
            elif happening.kind == "rail":
                counts[:] = ADS1292R.rail_high_counts
            elif happening.kind == "noise":
                counts += NOISE[here]
            if timed:
                steps.append(Silence(BLOCK / FS_HZ))
            if happening.kind != "gap":
                steps.append(SampleBlock(at, counts, np.full(BLOCK, happening.kind == "lead-off")))
            at += BLOCK
    return steps


def bad_of(result: MeasurementResult) -> np.ndarray:
    recording = result.recording
    assert recording is not None
    return recording.missing | recording.lead_off | recording.saturated


def assert_clip_is_good(result: MeasurementResult, start: int, clearance: int) -> None:
    """A clip from settled contact, without a bad sample in it or within the clearance, that the gate accepts."""
    assert result.recording is not None
    bad = bad_of(result)
    assert not bad[start : start + 5000].any()
    # A clip may touch a gap or the edge of a settled part, but no bridged sample. What lies before the recorded
    # window is no part of the strip, so that no filter sees it: there is nothing to keep clear of.
    bridged = bad & ~result.recording.missing
    window_start = 0 if result.window is None else result.window[0] - result.recording.first_index
    assert not bridged[max(window_start, start - clearance) : start + 5000].any()
    assert judge_clip(result.recording.ecg_mv[start : start + 5000], FS_HZ, result.mains_hz) == ()
    first = result.recording.first_index + start
    assert any(s.start <= first and first + 5000 <= s.stop for s in result.segments)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happened=happenings)
@example(happened=[Happening("rail", 17), Happening("good", 43)])
def test_a_tier_always_rests_on_three_good_clips_and_the_network_sees_no_other(happened: list[Happening]):
    runner = Watching()
    result = measured(station(script_of(happened), bundle=bundle(runner=runner)))
    if result.outcome.is_result:
        assert result.outcome.clips_used == 3
    if result.scored is None:
        assert runner.seen == []
        return
    assert len(runner.seen) == (0 if result.scored.logits is None else len(result.scored.clips))
    assert result.window is not None
    assert result.recording is not None
    offset = result.window[0] - result.recording.first_index
    starts = [offset + round(s * FS_HZ) for s in result.scored.clip_start_s]
    assert all(b - a >= 5000 for a, b in itertools.pairwise(starts))
    for start in starts:
        # After a refused clip a strip begins anew: then only what follows the start is kept clear.
        assert_clip_is_good(result, start, 0 if any(result.scored.quality.clip_reasons) else round(CLEARANCE_S * FS_HZ))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happened=happenings.filter(lambda some: sum(h.n_blocks for h in some) > 60))
def test_a_provisional_score_rests_on_ten_good_seconds_and_is_never_in_the_outcome(happened: list[Happening]):
    made = station(bundle=bundle(runner=Watching()))
    made = station(source=FakeSource(ADS1292R, script_of(happened, timed=True), made.clock), clock=made.clock)
    result = measured(made)
    report = result.provisional
    if report is None:
        return
    assert report.missed == 0
    assert report.due == report.withheld + report.failed + report.overtaken + report.unfinished + len(report.scores)
    for score in report.scores:
        assert result.recording is not None
        assert_clip_is_good(result, score.stop_index - 5000 - result.recording.first_index, 0)
    if result.scored is None or len(result.scored.clips) < 3:
        assert result.outcome.risk is None


ORDER = {
    FlowState.WAIT_CONTACT: {FlowState.WAIT_CONTACT, FlowState.STABILISING, FlowState.ANALYSING},
    FlowState.STABILISING: {FlowState.STABILISING, FlowState.WAIT_CONTACT, FlowState.RECORDING, FlowState.ANALYSING},
    FlowState.RECORDING: {FlowState.RECORDING, FlowState.WAIT_CONTACT, FlowState.ANALYSING},
    FlowState.ANALYSING: {FlowState.ANALYSING},
}


def follow(runs: list[int], enough_after_s: int, block: int) -> tuple[MeasurementFlow, np.ndarray]:
    """Play contact and its loss in turns; asserts what must hold at every block."""
    lead_off = np.concatenate([np.full(n, k % 2 == 0) for k, n in enumerate(runs)])
    flow = MeasurementFlow(100.0, enough=lambda start, stop: stop - start >= 100 * enough_after_s)
    flow.start(0)
    for at in range(0, lead_off.size, block):
        before, recorded_s, remaining_s = flow.state, flow.recorded_s, flow.remaining_s
        was_extended = flow.extended
        flow.advance(SampleBlock(at, np.zeros(lead_off[at : at + block].size, np.int32), lead_off[at : at + block]))
        assert flow.state in ORDER[before]
        assert flow.recorded_s >= recorded_s
        same = flow.state is before and flow.extended is was_extended
        if same and remaining_s is not None and before is FlowState.RECORDING:
            assert flow.remaining_s is not None
            assert flow.remaining_s <= remaining_s
    return flow, lead_off


runs_of_contact = st.lists(st.integers(1, 3000), min_size=1, max_size=9)


# Blocks are shorter than any station, so that none is passed through unseen.
@settings(max_examples=120, deadline=None)
@given(runs=runs_of_contact, enough_after_s=st.integers(0, 80), block=st.integers(9, 45))
@example(runs=[1, 50, 1, 399, 50], enough_after_s=0, block=9)
def test_stations_follow_their_order_and_a_recording_its_limits(runs: list[int], enough_after_s: int, block: int):
    flow, lead_off = follow(runs, enough_after_s, block)
    flow.end_of_stream()
    assert flow.state is FlowState.ANALYSING
    flow.done()
    assert flow.state is FlowState.DONE
    flow.advance(SampleBlock(lead_off.size, np.zeros(900, np.int32), np.zeros(900, bool)))
    flow.end_of_stream()
    assert flow.state is FlowState.DONE
    if flow.window_start is None or flow.window_stop is None:
        assert flow.segments == ()
        return
    assert flow.window_stop - flow.window_start <= 6000
    for span in flow.segments:
        assert flow.window_start <= span.start <= span.stop <= flow.window_stop
        # Five seconds before a recording there is no loss of contact of half a second.
        off = lead_off[max(0, span.start - 500) : span.start]
        assert span.start >= 500
        assert not np.convolve(off, np.ones(50), "valid").max(initial=0) >= 50
    assert sum(span.length for span in flow.segments) >= round(100 * flow.recorded_s) - 1


@settings(max_examples=50, deadline=None)
@given(
    runs=runs_of_contact, enough_after_s=st.integers(0, 80), blocks=st.tuples(st.integers(9, 45), st.integers(9, 45))
)
def test_a_recording_does_not_depend_on_the_size_of_the_blocks(runs, enough_after_s, blocks):
    flows = [follow(runs, enough_after_s, block)[0] for block in blocks]
    for flow in flows:
        flow.end_of_stream()
    one, other = flows
    assert (one.window_start, one.window_stop, one.segments) == (other.window_start, other.window_stop, other.segments)
