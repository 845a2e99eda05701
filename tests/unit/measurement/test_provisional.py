"""The provisional score: every second, in time, and without holding anything up."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from example_manifest import TRAINED
from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent.clock import SteppedClock, SystemClock
from pocketk_agent.inference.runner import RunnerError
from pocketk_agent.measurement.provisional import Latency, ProvisionalScorer
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.session import Session
from pocketk_agent.measurement.worker import InlineWorker, ThreadWorker
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.sources.fake_source import FakeSource, ScriptStep, Silence
from session_rig import Always, blocks, bundle, measured, station


class Slow(Always):
    """A network that takes its time on a clock."""

    def __init__(self, clock: SteppedClock, seconds: float) -> None:
        super().__init__()
        self._clock, self._seconds = clock, seconds

    def infer(self, clips):
        """See `Runner`."""
        self._clock.sleep(self._seconds)
        return super().infer(clips)


class Failing(Always):
    """A network that fails."""

    def infer(self, clips):
        """See `Runner`."""
        raise RunnerError("no memory")


def newest(seconds: float = 10.0) -> Recording:
    counts, lead_off = ecg_counts(seconds)
    return Recording(ADS1292R, 1000, counts, lead_off, np.zeros(counts.size, bool))


def scorer_on(clock: SteppedClock, runner: Always) -> ProvisionalScorer:
    return ProvisionalScorer(TRAINED, runner, 50.0, clock, InlineWorker())


def ticks(scorer: ProvisionalScorer, clock: SteppedClock, seconds: float, recording: Recording) -> None:
    """Ask twenty times a second, as the stream does."""
    until_s = clock.monotonic_s() + seconds + 0.1  # sums of 0.05 s fall short
    while clock.monotonic_s() <= until_s:
        if scorer.due(clock.monotonic_s()):
            scorer.offer(recording)
        clock.sleep(0.05)


def test_a_score_is_due_every_second():
    clock, runner = SteppedClock(), Always(logit=0.0)
    scorer = scorer_on(clock, runner)
    ticks(scorer, clock, 5.0, newest())
    report = scorer.report()
    assert (report.due, len(report.scores), report.missed, runner.calls) == (5, 5, 0, 5)
    assert {s.score for s in report.scores} == {0.5}
    assert {s.stop_index for s in report.scores} == {6000}


def test_a_network_that_takes_longer_than_a_second_misses_its_deadlines():
    clock = SteppedClock()
    scorer = scorer_on(clock, Slow(clock, 1.2))
    ticks(scorer, clock, 6.0, newest())
    report = scorer.report()
    assert report.missed == report.due > 0
    assert report.latency is not None
    assert report.latency.max_ms > 1200


def test_seconds_that_were_slept_through_are_missed_deadlines():
    clock = SteppedClock()
    scorer = scorer_on(clock, Always())
    assert not scorer.due(clock.monotonic_s())
    clock.sleep(4.5)
    assert scorer.due(clock.monotonic_s())
    scorer.offer(newest())
    report = scorer.report()
    assert (report.due, report.missed, len(report.scores)) == (4, 3, 1)


def test_nothing_is_due_while_nothing_is_recorded():
    clock = SteppedClock()
    scorer = scorer_on(clock, Always())
    ticks(scorer, clock, 1.5, newest())
    scorer.pause()
    clock.sleep(30.0)
    assert not scorer.due(clock.monotonic_s())
    assert scorer.report().missed == 0


def without(recording: Recording, **changes: np.ndarray) -> Recording:
    return replace(recording, **changes)


BAD = np.arange(5000) == 2500
REFUSED = {
    "short": newest(9.0),
    "gap": without(newest(), missing=BAD),
    "lead-off": without(newest(), lead_off=BAD),
    "flat": without(newest(), counts=np.zeros(5000, np.int32)),
    "rail": without(newest(), counts=np.full(5000, ADS1292R.rail_high_counts, np.int32)),
    "noise": without(newest(), counts=np.random.default_rng(0).normal(0, 40_000, 5000).astype(np.int32)),
    "no signal": without(newest(), missing=np.ones(5000, bool)),
}


@pytest.mark.parametrize("recording", REFUSED.values(), ids=REFUSED)
def test_what_the_gate_refuses_is_withheld_from_the_network(recording: Recording):
    clock, runner = SteppedClock(), Always()
    scorer = scorer_on(clock, runner)
    ticks(scorer, clock, 2.0, recording)
    report = scorer.report()
    assert runner.calls == 0
    assert (report.due, report.withheld, report.failed, report.scores) == (2, 2, 0, ())


def test_a_network_that_fails_is_counted_and_raises_nothing():
    clock = SteppedClock()
    scorer = scorer_on(clock, Failing())
    ticks(scorer, clock, 2.0, newest())
    assert (scorer.report().failed, scorer.report().withheld) == (2, 0)


def test_a_stalled_network_overtakes_its_own_queue_and_is_accounted_for():
    go, begun = threading.Event(), threading.Event()

    class Stalled(Always):
        def infer(self, clips):
            begun.set()
            go.wait(10.0)
            return super().infer(clips)

    clock, worker = SteppedClock(), ThreadWorker()
    scorer = ProvisionalScorer(TRAINED, Stalled(), 50.0, clock, worker)
    scorer.due(0.0)
    clock.sleep(1.0)
    for k in range(4):
        assert scorer.due(clock.monotonic_s())
        scorer.offer(newest())
        if k == 0:
            assert begun.wait(5.0)
        clock.sleep(1.0)
    clock.sleep(0.5)
    report = scorer.report()
    go.set()
    worker.close()
    # The first is being worked on, the last one waits, the two between were overtaken.
    assert (report.due, report.overtaken, report.unfinished, report.missed) == (4, 2, 2, 4)


def timed(script: list) -> list[ScriptStep]:
    return [step for b in script for step in (Silence(len(b.counts) / 500), b)]


def test_a_measurement_keeps_its_provisional_scores_apart_from_its_outcome():
    made = station(blocks(35.4))
    made = replace(made, source=FakeSource(ADS1292R, timed(blocks(35.4)), made.clock), bundle=bundle(trained=False))
    result = measured(made)
    assert str(result.outcome) == "INCONCLUSIVE(untrained model)"
    report = result.provisional
    assert report is not None
    # One a second of 30 s and a little; the first nine rest on less than 10 s.
    assert report.due in (29, 30)
    assert report.withheld == 9
    assert len(report.scores) == report.due - report.withheld
    assert report.missed == 0


def test_a_runner_that_stalls_does_not_hold_up_the_stream_and_is_stated():
    go = threading.Event()

    class Stalled(Always):
        def infer(self, clips):
            go.wait(20.0)
            return super().infer(clips)

    made = station(blocks(35.4))
    source = FakeSource(ADS1292R, timed(blocks(35.4)), made.clock)
    made = replace(made, source=source, bundle=bundle(runner=Stalled()), worker=ThreadWorker())
    clock = SystemClock()
    before_s = clock.monotonic_s()
    result = Session(made).run()
    took_s = clock.monotonic_s() - before_s
    go.set()
    assert str(result.outcome) == "DEVICE_ERROR(runner)"
    assert result.recording is not None
    assert result.recording.seconds > 35
    assert result.recording.gaps == []
    assert result.outcome.kind is OutcomeKind.DEVICE_ERROR
    # The stepped clock makes the stream instant: what is left is the wait for the network.
    assert took_s < 6.0


def test_latency_of_nothing_is_none():
    assert Latency.of([]) is None
    assert Latency.of([0.1, 0.3]) == Latency(2, 200.0, pytest.approx(290.0), pytest.approx(298.0), pytest.approx(300.0))  # pyright: ignore[reportArgumentType]
