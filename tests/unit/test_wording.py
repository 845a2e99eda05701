"""Words that carry a meaning of their own."""

import pytest

from pocketk_agent import wording
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.outcome import Outcome, OutcomeKind, Risk
from pocketk_agent.quality.reason import QualityReason


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\tb\n c ", "a b c"),
        ("\x1b[31mred", "?[31mred"),
        ("zero\u200bwidth \u202eflip", "zero?width ?flip"),
        ("\ud800", "?"),
        ("Gerät µV", "Gerät µV"),
        ("x" * 401, "x" * 399 + "…"),
    ],
)
def test_printable(raw: str, shown: str) -> None:
    assert wording.printable(raw) == shown


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "below 1 %"),
        (0.0099, "below 1 %"),
        (0.01, "1 %"),
        (0.126, "13 %"),
        (0.99, "99 %"),
        (0.999, "above 99 %"),
        (float("nan"), "unknown"),
        (1.2, "unknown"),
        (-0.1, "unknown"),
    ],
)
def test_percent(share: float, words: str) -> None:
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("lead", "words"),
    [("I", "Lead I"), ("MLII", "lead MLII, not Lead I"), ("", "lead unnamed, not Lead I")],
)
def test_lead(lead: str, words: str) -> None:
    assert wording.lead_in_words(lead) == words


@pytest.mark.parametrize("code", QualityReason)
def test_every_quality_reason_has_words_and_keeps_its_code(code: QualityReason) -> None:
    words = wording.reason_in_words(code.value)
    assert words.endswith(f" ({code.value})")
    assert len(words) > len(code.value) + 3


def test_an_unknown_reason_stands_for_itself() -> None:
    assert wording.reason_in_words("front-end\x07lost") == "front-end?lost"


def test_every_kind_and_station_has_its_own_words() -> None:
    assert len(set(wording.HEADLINES.values())) == len(OutcomeKind)
    assert len(set(wording.MEANINGS.values())) == len(OutcomeKind)
    assert len(set(wording.STATIONS.values())) == len(FlowState)
    assert set(wording.GUIDANCE) == set(FlowState)


def test_low_never_claims_to_exclude() -> None:
    sentences = wording.outcome_in_words(Outcome(OutcomeKind.LOW, (), "Scored.", 3, Risk(0.004, 0.023)))
    assert any("does not exclude hyperkalaemia" in sentence for sentence in sentences)
    assert any("below 1 % (assumed prevalence 2.3 %)" in sentence for sentence in sentences)


def test_seconds_are_rounded_down_and_never_negative() -> None:
    values = [12.999, 29.9999999999, -3.0, float("nan"), float("inf")]
    assert [wording.whole_seconds(value) for value in values] == [12, 30, 0, 0, 0]


def test_reasons_are_not_said_twice() -> None:
    poor = Outcome(OutcomeKind.POOR_RECORDING, ("flat", "noise"), "No result: the signal is flat.")
    assert wording.outcome_in_words(poor)[-1] == (
        "Reasons: flat; movement or muscle noise hides the heartbeat (noise)."
    )


def test_a_risk_says_its_interval_and_the_severe_probability() -> None:
    words = wording.risk_in_words(Risk(0.12, 0.02, probability_k_ge_6_0=0.04, interval=(0.09, 0.155)))
    assert words == (
        "Probability of potassium > 5.5 mmol/L: 12 % (assumed prevalence 2 %, 95 % interval 9 % to 16 %). "
        "Of potassium >= 6.0 mmol/L: 4 %."
    )
