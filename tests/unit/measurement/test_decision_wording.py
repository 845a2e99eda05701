"""What an outcome says and counts, word for word: it is all that a person reads."""

import math
from dataclasses import replace

import numpy as np
import pytest

from example_manifest import TRAINED, UNTRAINED
from pocketk_agent.measurement.decision import DeviceFault, Doubt, Evidence, calibrated_probability, decide
from pocketk_agent.measurement.disagreement import DisagreementLimit
from pocketk_agent.outcome import Outcome, OutcomeKind, Risk
from pocketk_agent.probability import AbstentionBand, Calibration, Platt
from pocketk_agent.quality.reason import QualityReason

SHORT = Doubt("22 s of 30", "Too short.")
PACED = Doubt("paced", "Paced.")
# The second output decides; the first one, or the mean of both, would say something else.
TWO_HEADED = replace(TRAINED, outputs=("other", "k_gt_5_5"))


def clips(*logits: float) -> np.ndarray:
    return np.array(logits, np.float32)[:, None]


def test_a_device_error_says_what_the_fault_says_and_counts_no_clip():
    outcome = decide(Evidence(DeviceFault("battery", "The battery is empty.")), None)
    assert outcome == Outcome(OutcomeKind.DEVICE_ERROR, ("battery",), "The battery is empty.", 0)


def test_a_poor_recording_names_every_reason_in_words():
    outcome = decide(Evidence(poor=(QualityReason.FLAT, QualityReason.LOW_AMPLITUDE), logits=clips(0, 0)), TRAINED)
    words = "No result: the signal is flat; the heartbeat is too small to be measured."
    assert outcome == Outcome(OutcomeKind.POOR_RECORDING, ("flat", "low-amplitude"), words, 0)


@pytest.mark.parametrize(("logits", "used"), [(None, 0), (clips(0.1, 0.2), 2)])
def test_an_inconclusive_outcome_says_every_doubt_and_counts_the_scored_clips(logits: np.ndarray | None, used: int):
    outcome = decide(Evidence(doubts=(PACED, SHORT), logits=logits), TRAINED)
    assert outcome == Outcome(OutcomeKind.INCONCLUSIVE, ("paced", "22 s of 30"), "Paced. Too short.", used)


def test_the_doubts_of_the_recording_come_before_those_of_the_model():
    assert decide(Evidence(doubts=(SHORT,)), UNTRAINED).reasons == ("22 s of 30", "untrained model")


def test_clips_that_disagree_say_so_and_are_counted():
    words = "The parts of the recording contradict each other: measure again."
    outcome = decide(Evidence(logits=clips(-4, 0, 4)), TRAINED)
    assert outcome == Outcome(OutcomeKind.INCONCLUSIVE, ("clips disagree",), words, 3)


def test_a_spread_at_the_limit_is_still_one_score_and_beyond_it_none():
    limit = DisagreementLimit(2.0, "test")
    assert decide(Evidence(logits=clips(-1, 1)), TRAINED, limit).is_result
    assert decide(Evidence(logits=clips(-1, 1.001)), TRAINED, limit).reasons == ("clips disagree",)


def test_a_logit_that_is_not_a_number_is_a_disagreement():
    assert decide(Evidence(logits=clips(math.nan)), TRAINED).reasons == ("clips disagree",)


@pytest.mark.parametrize(
    ("logit", "kind", "words"),
    [
        (-3.0, OutcomeKind.LOW, "Low: this does not exclude hyperkalaemia."),
        (-1.0, OutcomeKind.ELEVATED, "Elevated: consider a blood potassium."),
        (1.0, OutcomeKind.HIGH, "High: check blood potassium now."),
    ],
)
def test_a_tier_carries_its_words_its_probability_and_the_prevalence(logit: float, kind: OutcomeKind, words: str):
    outcome = decide(Evidence(logits=clips(logit, logit)), TRAINED)
    probability = pytest.approx(1 / (1 + math.exp(-logit)), abs=1e-6)
    assert outcome == Outcome(kind, (), words, 2, Risk(probability, 0.03))  # pyright: ignore[reportArgumentType]


def test_only_the_output_for_potassium_decides():
    steady = np.array([[-9.0, -3.0], [9.0, -3.0]], np.float32)
    assert decide(Evidence(logits=steady), TWO_HEADED).kind is OutcomeKind.LOW
    assert decide(Evidence(logits=steady[:, ::-1]), TWO_HEADED).reasons == ("clips disagree",)


def test_a_calibration_shifts_and_stretches_the_logit_of_the_score():
    calibrated = replace(TRAINED, calibration=Calibration(Platt(2.0, 0.7), 0.03, 0.03))
    assert calibrated_probability(0.25, calibrated) == pytest.approx(1 / (1 + 9 * math.exp(-0.7)))


def test_a_model_without_calibration_has_no_probability():
    with pytest.raises(ValueError, match=r"^A model without calibration has no probability\.$"):
        calibrated_probability(0.5, UNTRAINED)


class Broken(Platt):
    """A curve that no manifest can hold."""

    def logit(self, score_logit: np.ndarray) -> np.ndarray:
        return np.full_like(score_logit, np.nan)


BROKEN = Calibration(Broken(1.0, 0.0), 0.03, 0.03)
# A band around logit 0, and a second endpoint whose own calibration says more than the first one's.
BANDED = replace(TRAINED, abstention=AbstentionBand(0.4, 0.6, 0.9))
SECOND = replace(
    TRAINED, outputs=("k_gt_5_5", "k_ge_6_0"), calibration_k_ge_6_0=Calibration(Platt(1.0, -1.0), 0.01, 0.01)
)


def test_a_probability_in_the_band_says_so_and_counts_the_clips():
    words = "The probability lies where the model cannot tell high from normal potassium: no statement."
    outcome = decide(Evidence(logits=clips(0.1, -0.1)), BANDED)
    assert outcome == Outcome(OutcomeKind.INCONCLUSIVE, ("conformal band",), words, 2)


def test_clips_that_disagree_are_named_before_the_band():
    assert decide(Evidence(logits=clips(-4, 0, 4)), BANDED).reasons == ("clips disagree",)


def test_a_doubt_of_the_recording_is_named_before_the_band():
    assert decide(Evidence(doubts=(SHORT,), logits=clips(0)), BANDED).reasons == ("22 s of 30",)


@pytest.mark.parametrize("probability", [0.4, 0.6])
def test_both_ends_of_the_band_belong_to_it(probability: float):
    ends = replace(BANDED, abstention=AbstentionBand(0.5, 0.5, 0.9))
    assert decide(Evidence(logits=clips(0.0)), ends).reasons == ("conformal band",)
    assert BANDED.abstention is not None
    assert BANDED.abstention.holds(probability)


def test_a_tier_carries_the_probability_of_the_second_endpoint():
    risk = decide(Evidence(logits=np.array([[1.0, 0.5]], np.float32)), SECOND).risk
    assert risk is not None
    assert risk.probability_k_ge_6_0 == pytest.approx(1 / (1 + math.exp(0.5)), abs=1e-6)


def test_the_second_endpoint_never_exceeds_the_first():
    risk = decide(Evidence(logits=np.array([[1.0, 5.0]], np.float32)), SECOND).risk
    assert risk is not None
    assert risk.probability_k_ge_6_0 == risk.probability


def test_a_tier_carries_the_interval_of_its_probability():
    sure = replace(TRAINED, calibration=Calibration(Platt(1.0, 0.0), 0.03, 0.03, ((0.0, 0.0), (0.0, 0.25))))
    risk = decide(Evidence(logits=clips(1.0)), sure).risk
    assert risk is not None
    half = 1.959964 * 0.5
    assert risk.interval == pytest.approx([1 / (1 + math.exp(half - 1)), 1 / (1 + math.exp(-half - 1))], abs=1e-6)


def test_a_second_probability_that_is_not_a_number_is_an_error_and_no_tier():
    broken = replace(SECOND, calibration_k_ge_6_0=BROKEN)
    with pytest.raises(ValueError, match=r"^A probability that is not a number has no tier\.$"):
        decide(Evidence(logits=np.zeros((1, 2), np.float32)), broken)


def test_a_probability_that_is_not_a_number_is_an_error_and_no_tier():
    broken = replace(TRAINED, calibration=BROKEN)
    with pytest.raises(ValueError, match=r"^A probability that is not a number has no tier\.$"):
        decide(Evidence(logits=clips(0.0)), broken)


@pytest.mark.parametrize("missing", [{"thresholds": None}, {"calibration": None}])
def test_a_model_with_half_of_its_calibration_gives_no_tier(missing: dict[str, None]):
    half = replace(TRAINED, **missing)  # pyright: ignore[reportArgumentType]
    assert decide(Evidence(logits=clips(3.0)), half).reasons == ("uncalibrated model",)


def test_evidence_that_decides_nothing_says_what_is_missing():
    with pytest.raises(ValueError, match=r"^The evidence holds no fault, no reason, no doubt and no logits\.$"):
        decide(Evidence(), TRAINED)
    with pytest.raises(ValueError, match=r"^Without a bundle the evidence must hold a device fault\.$"):
        decide(Evidence(), None)
