"""What a person with two thumbs on the handheld is told, and when."""

from dataclasses import replace

import numpy as np
import pytest

from example_manifest import TRAINED
from generated_ecg import ADS1292R, ecg_counts
from pocketk_agent import wording
from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement import clip_search, scoring
from pocketk_agent.measurement.advice import advice_for
from pocketk_agent.measurement.decision import CONCLUSIVE, Evidence, decide
from pocketk_agent.measurement.disagreement import DisagreementLimit, logit_spread
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome, OutcomeKind
from pocketk_agent.quality.reason import DISTURBANCES, IN_WORDS, QualityReason
from pocketk_agent.screen.screen import ScreenFrame
from pocketk_agent.sources.fake_source import FakeSource, ScriptStep, Silence
from session_rig import Always, bundle, measured, station


def frames_of(seconds: float, noisy: tuple[float, float] = (0, 0), off: tuple[float, float] = (0, 0)):
    """The frames and the result of a measurement that is moved, or loses contact, between two seconds."""
    counts, lead_off = ecg_counts(seconds)
    at_s = np.arange(counts.size) / 500
    moving = (at_s >= noisy[0]) & (at_s < noisy[1])
    counts[moving] += np.random.default_rng(2).normal(0, 60_000, moving.sum()).astype(np.int32)
    lead_off |= (at_s >= off[0]) & (at_s < off[1])
    script: list[ScriptStep] = []
    for k in range(0, counts.size, 50):
        script += [Silence(0.1), SampleBlock(k, counts[k : k + 50], lead_off[k : k + 50])]
    made = station()
    made = replace(made, source=FakeSource(ADS1292R, script, made.clock))
    result = measured(made)
    return made.screen.frames, result  # pyright: ignore[reportAttributeAccessIssue]


def at(frames: list[ScreenFrame], state: FlowState, recorded_s: float) -> ScreenFrame:
    return next(f for f in frames if f.state is state and f.recorded_s >= recorded_s)


def test_a_steady_measurement_says_what_is_usual_and_counts_down():
    frames, _ = frames_of(35.4)
    assert {f.guidance for f in frames} == {wording.GUIDANCE[s] for s in {f.state for f in frames}}
    left = [f.remaining_s for f in frames if f.state is FlowState.RECORDING]
    assert left == sorted(left, reverse=True)
    assert not any(f.extended for f in frames)


def test_a_movement_is_named_while_there_is_still_time_to_hold_still():
    frames, _ = frames_of(35.4, noisy=(8.0, 12.0))
    early = next(f for f in frames if "Hold still: rest both hands" in f.guidance)
    assert early.state is FlowState.RECORDING
    assert early.recorded_s < 6.0  # within 3 s of the movement
    assert early.quality_in_words.startswith("hold still: ")


def test_an_extended_recording_says_why_it_goes_on_and_becomes_a_result():
    frames, result = frames_of(60.0, noisy=(12.0, 16.0))
    longer = at(frames, FlowState.RECORDING, 31.0)
    assert longer.extended
    assert longer.target_s == 60.0
    assert "goes on, up to 60 s" in longer.guidance
    assert "movement hides the heartbeat" in longer.guidance
    assert result.outcome.kind is OutcomeKind.HIGH
    assert result.outcome.clips_used == 3
    assert not result.partial
    assert result.window is not None
    assert 30.0 < (result.window[1] - result.window[0]) / 500 < 50.0


def test_contact_lost_while_recording_is_said_and_resumed():
    frames, result = frames_of(60.0, off=(17.0, 19.0))
    lost = next(f for f in frames if f.state is FlowState.WAIT_CONTACT and f.recorded_s > 0)
    assert "what was recorded is kept" in lost.guidance
    again = next(f for f in frames if f.state is FlowState.STABILISING and f.recorded_s > 0)
    assert "goes on in a moment" in again.guidance
    assert result.outcome.kind is OutcomeKind.HIGH
    assert len(result.segments) == 2
    recorded = [f.recorded_s for f in frames]
    assert recorded == sorted(recorded)


@pytest.mark.parametrize("reason", list(QualityReason))
def test_every_reason_has_words_and_an_instruction(reason: QualityReason):
    assert IN_WORDS[reason] in wording.reason_in_words(reason.value)
    assert wording.INSTRUCTIONS[reason.value] == wording.instruction_for(reason.value)
    outcome = decide(Evidence(poor=(reason,)), TRAINED)
    assert IN_WORDS[reason] in outcome.explanation
    assert advice_for(outcome)


def test_the_words_know_no_reason_that_the_gate_never_says():
    known = {reason.value for reason in QualityReason}
    assert set(wording.INSTRUCTIONS) == known
    assert known >= wording.STILL_REASONS


def test_only_noise_and_a_missing_rhythm_are_told_to_hold_still():
    told = {r for r in QualityReason if wording.instruction_for(r.value).startswith("Hold still")}
    assert told == {QualityReason(code) for code in wording.STILL_REASONS}


def test_what_says_nothing_against_the_recording_is_no_disturbance():
    others = {reason for reason in QualityReason if reason not in DISTURBANCES}
    assert others == {QualityReason.RATE_OUT_OF_RANGE, QualityReason.POLARITY_REVERSED, QualityReason.PACED}
    assert others.issuperset(CONCLUSIVE)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("polarity-reversed", "Swap your hands: left thumb"),
        ("mains", "charger"),
        ("rate-out-of-range", "Check the pulse"),
    ],
)
def test_a_reason_that_a_person_can_mend_is_told_first(code: str, words: str):
    assert words in wording.instruction_for(code)
    outcome = Outcome(OutcomeKind.POOR_RECORDING, ("noise", code), "No result.")
    assert words in advice_for(outcome)


def test_an_unknown_reason_is_told_to_hold_still():
    assert wording.instruction_for("something-new").startswith("Hold still")


@pytest.mark.parametrize("full", [True, False])
def test_what_no_further_recording_helps_is_inconclusive_and_never_scored(monkeypatch, full: bool):
    monkeypatch.setattr(clip_search, "judge_clip", lambda *_: (QualityReason.PACED,))
    runner = Always()
    counts, _ = ecg_counts(36)
    x = ADS1292R.to_mv(counts)[:15000]
    scored = scoring.score_strip(scoring.Strip(x, 500.0), TRAINED, runner, full_measurement=full)
    assert str(scored.outcome) == "INCONCLUSIVE(paced)"
    assert runner.calls == 0
    assert "paced" in advice_for(scored.outcome)


class Divided(Always):
    """A network that changes its mind from clip to clip."""

    def infer(self, clips):
        self.calls += 1
        return np.full((len(clips), 1), 4.0 if self.calls % 2 else -4.0, np.float32)


def test_clips_that_contradict_each_other_are_inconclusive():
    counts, lead_off = ecg_counts(35.4)
    script = [SampleBlock(k, counts[k : k + 25], lead_off[k : k + 25]) for k in range(0, counts.size, 25)]
    assert str(measured(station(script, bundle=bundle(runner=Divided()))).outcome) == "INCONCLUSIVE(clips disagree)"


@pytest.mark.parametrize(("spread", "is_result"), [(2.99, True), (3.01, False)])
def test_the_limit_of_disagreement_is_a_spread_of_logits(spread: float, is_result: bool):
    logits = np.array([[0.0], [spread / 2], [spread]], np.float32)
    assert logit_spread(logits, 0) == pytest.approx(spread, abs=1e-6)
    assert decide(Evidence(logits=logits), TRAINED).is_result is is_result
    assert decide(Evidence(logits=logits), TRAINED, DisagreementLimit(9.0, "test")).is_result
    with pytest.raises(ValueError, match="No clip"):
        logit_spread(np.zeros((0, 1), np.float32), 0)
