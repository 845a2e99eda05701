"""The beats of a finished measurement: beside its outcome, and never able to touch it."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from generated_ecg import ADS1292R
from pocketk_agent.beats.beat_report import measure_beats
from pocketk_agent.beats.beat_words import not_measured_line
from pocketk_agent.beats.measured import Measured
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.inference.runner import RunnerError
from pocketk_agent.measurement import beat_findings
from pocketk_agent.measurement.beat_findings import BEATS_LIMIT_S
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.worker import InlineWorker, ThreadWorker
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.store.memory_store import MemoryStore
from session_rig import Always, blocks, bundle, measured, station

STEADY = blocks(35.4)


def noise_blocks() -> list[SampleBlock]:
    noise = np.random.default_rng(0).normal(0, 40_000, 17_700).astype(np.int32)
    return [SampleBlock(k, noise[k : k + 25], np.zeros(25, bool)) for k in range(0, 17_700, 25)]


def test_a_measurement_has_its_beats_in_result_record_and_on_the_screen():
    made = station(STEADY)
    result = measured(made)
    assert isinstance(made.screen, RecordingScreen)
    assert result.beats is not None
    assert result.beats.heart.rate_bpm.value == pytest.approx(75.0, abs=15.0)
    assert result.beats_not_measured == ""
    body = made.store.get(result.measurement_id).body
    assert body["beats"]["n_found"] == result.beats.n_found
    assert body["beats_not_measured"] is None
    assert made.screen.information[0] == "Single lead (Lead I), for information only:"


def test_a_tier_and_no_result_of_the_model_are_both_informed_of():
    for trained in (True, False):
        assert measured(station(STEADY, bundle=bundle(trained=trained))).beats is not None


def test_a_poor_recording_has_no_beat_numbers_anywhere():
    made = station(noise_blocks())
    result = measured(made)
    assert isinstance(made.screen, RecordingScreen)
    assert result.outcome.kind is OutcomeKind.POOR_RECORDING
    assert result.beats is None
    assert result.beats_not_measured == "the recording failed the quality gate"
    assert made.store.get(result.measurement_id).body["beats"] is None
    assert made.screen.information == ()


def test_a_faulty_device_has_no_beat_numbers_and_does_not_wait_for_them(monkeypatch: pytest.MonkeyPatch):
    class Broken(Always):
        def infer(self, clips):
            raise RunnerError("no memory")

    called: list[int] = []
    monkeypatch.setattr(beat_findings, "measure_beats", lambda *_: called.append(1))
    result = measured(station(STEADY, bundle=bundle(runner=Broken())))
    assert str(result.outcome) == "DEVICE_ERROR(runner)"
    assert (result.beats, result.beats_not_measured) == (None, "the device has a fault")
    assert called == []


def test_a_recording_that_never_began_has_no_beats():
    result = measured(station(blocks(3)))
    assert (result.beats, result.beats_not_measured) == (None, "nothing was scored")


def test_only_the_accepted_clips_are_measured():
    """Between the clips lies a stretch without contact, with a tall spike each 0.2 s that is no beat."""

    def without_contact(block: SampleBlock) -> SampleBlock:
        counts = block.counts.copy()
        counts[:5] += 1_000_000 * (block.first_index % 100 == 0)
        return replace(block, lead_off=np.ones(len(counts), bool), counts=counts)

    result = measured(station([without_contact(b) if 17 <= b.first_index / 500 < 19 else b for b in STEADY]))
    assert str(result.outcome) == "INCONCLUSIVE(20 s of 30)"
    assert result.scored is not None
    assert result.scored.clip_start_s == (0.0, 19.0)
    whole = measured(station(STEADY)).beats
    assert result.beats is not None
    assert whole is not None
    assert result.beats.seconds == 29.0
    assert result.beats.n_found <= round(whole.n_found * 20 / 30) + 1
    assert result.beats.heart.rate_bpm.value == pytest.approx(whole.heart.rate_bpm.value, abs=2.0)
    assert result.beats.intervals.qt_ms.value == pytest.approx(whole.intervals.qt_ms.value, abs=4.0)


def without_beats(result: MeasurementResult) -> tuple:
    """All of a result that a person acts on."""
    scored = result.scored
    assert scored is not None
    assert scored.logits is not None
    return (result.outcome, result.partial, result.window, scored.clip_start_s, scored.logits.tolist())


class OddError(Exception):
    """An error that nobody has thought of."""


FAILURES = [ValueError("no"), MemoryError(), OddError("?"), KeyboardInterrupt()]


@pytest.mark.parametrize("worker", [InlineWorker, ThreadWorker])
def test_a_failure_while_measuring_beats_leaves_the_outcome_as_it_is(worker, monkeypatch, measure):
    reference = without_beats(measured(station(STEADY)))
    changed = 0
    for failure in FAILURES:

        def failing(*_: object, failure: BaseException = failure):
            raise failure

        with monkeypatch.context() as patch:
            patch.setattr(beat_findings, "measure_beats", failing)
            made = station(STEADY, worker=worker())
            result = measured(made)
        changed += without_beats(result) != reference or made.store.ids() != [result.measurement_id]
        assert result.beats is None
        assert isinstance(made.screen, RecordingScreen)
        assert made.screen.information == (not_measured_line(result.beats_not_measured),)
    measure("BEATS-OUTCOME", changed, n=len(FAILURES))


def test_a_failure_says_what_failed(monkeypatch: pytest.MonkeyPatch):
    def failing(*_: object):
        raise OddError("no such wave")

    monkeypatch.setattr(beat_findings, "measure_beats", failing)
    assert measured(station(STEADY)).beats_not_measured == "it failed: OddError: no such wave"


def test_a_report_that_cannot_be_written_down_does_not_cost_the_outcome(monkeypatch: pytest.MonkeyPatch):
    def endless(*arguments: object):
        report = measure_beats(*arguments)  # pyright: ignore[reportArgumentType]
        return replace(report, heart=replace(report.heart, rate_bpm=Measured(float("nan"))))

    monkeypatch.setattr(beat_findings, "measure_beats", endless)
    made = station(STEADY)
    result = measured(made)
    assert result.outcome.is_result
    assert result.beats is None
    assert made.store.ids() == [result.measurement_id]


def test_beats_that_take_too_long_are_given_up(monkeypatch: pytest.MonkeyPatch, measure):
    over = threading.Event()
    monkeypatch.setattr(beat_findings, "measure_beats", lambda *_: over.wait(20.0))
    shown_s: list[float] = []

    class Timed(RecordingScreen):
        def finish(self, outcome, advice) -> None:
            shown_s.append(time.monotonic())
            super().finish(outcome, advice)

    class Decided(Always):
        decided_s = 0.0

        def infer(self, clips):
            Decided.decided_s = time.monotonic()
            return super().infer(clips)

    made = station(STEADY, worker=ThreadWorker(), screen=Timed(), bundle=bundle(runner=Decided()))
    result = measured(made)
    over.set()
    assert result.outcome.kind is OutcomeKind.HIGH
    assert result.beats_not_measured == f"it took longer than {BEATS_LIMIT_S:g} s"
    measure("BEATS-WAIT", shown_s[0] - Decided.decided_s, n=1)


def test_beats_are_measured_when_the_outcome_is_decided_already(monkeypatch: pytest.MonkeyPatch):
    runner, asked = Always(), []

    def watching(*arguments: object):
        asked.append(runner.calls)
        return measure_beats(*arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(beat_findings, "measure_beats", watching)
    result = measured(station(STEADY, bundle=bundle(runner=runner)))
    assert asked == [runner.calls]
    assert result.decided_s is not None


def test_a_screen_that_cannot_inform_has_shown_the_outcome():
    class Mute(RecordingScreen):
        def inform(self, lines: tuple[str, ...]) -> None:
            raise RuntimeError

    made = station(STEADY, screen=Mute())
    assert measured(made).outcome.kind is OutcomeKind.HIGH


def test_a_result_that_cannot_be_stored_has_no_beats():
    made = station(STEADY, store=MemoryStore(capacity=0))
    result = measured(made)
    assert isinstance(made.screen, RecordingScreen)
    assert str(result.outcome) == "DEVICE_ERROR(store)"
    assert result.beats is None
    assert made.screen.information == ()


def test_the_lead_that_was_measured_is_named():
    other = replace(ADS1292R, lead="MLII")
    made = station(blocks(35.4, other))
    made = replace(made, source=type(made.source)(other, STEADY, made.clock))  # pyright: ignore[reportCallIssue]
    measured(made)
    assert isinstance(made.screen, RecordingScreen)
    assert "lead MLII, not Lead I" in made.screen.information[0]
