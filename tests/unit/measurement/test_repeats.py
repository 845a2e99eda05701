"""Several measurements of one patient: k of m, and the change from their own baseline."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.measurement.repeats import (
    Agreement,
    Reading,
    RepeatRule,
    reading_of,
    repeats_by_patient,
    repeats_of,
)
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.store.record import parse_record, record_text
from session_rig import blocks, bundle, measured, station

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LOW, ELEVATED, HIGH = OutcomeKind.LOW, OutcomeKind.ELEVATED, OutcomeKind.HIGH
NO_RESULT = (OutcomeKind.DEVICE_ERROR, OutcomeKind.POOR_RECORDING, OutcomeKind.INCONCLUSIVE)
PROBABILITY = {LOW: 0.02, ELEVATED: 0.3, HIGH: 0.8}


def reading(minute: float, kind: OutcomeKind, patient: str = "p1", model: str = "m 1") -> Reading:
    when = START + timedelta(minutes=minute)
    return Reading(patient, f"{minute:09.3f}", when, kind, PROBABILITY.get(kind), model)


@pytest.mark.parametrize(
    ("kinds", "agreement", "counted"),
    [
        ((HIGH,), Agreement.TOO_FEW, 1),
        ((HIGH, HIGH), Agreement.TOO_FEW, 2),
        ((HIGH, LOW, HIGH), Agreement.MET, 2),
        ((LOW, ELEVATED, HIGH), Agreement.NOT_MET, 1),
        ((HIGH, HIGH, LOW, LOW), Agreement.NOT_MET, 1),
    ],
)
def test_two_of_the_newest_three(kinds: tuple[OutcomeKind, ...], agreement: Agreement, counted: int):
    together = repeats_of([reading(5 * k, kind) for k, kind in enumerate(kinds)])
    assert (together.agreement, together.counted) == (agreement, counted)


@pytest.mark.parametrize("kind", NO_RESULT)
def test_no_result_never_counts_as_a_low_one(kind: OutcomeKind):
    together = repeats_of([reading(0, HIGH), reading(1, kind), reading(2, kind), reading(3, HIGH)])
    assert together.agreement is Agreement.TOO_FEW
    assert (together.n_measurements, together.n_results) == (4, 2)


def test_results_too_far_apart_do_not_support_each_other():
    together = repeats_of([reading(0, HIGH), reading(61, HIGH), reading(62, HIGH)])
    assert together.newest == ("00061.000".rjust(9, "0"), "00062.000".rjust(9, "0"))
    assert together.agreement is Agreement.TOO_FEW


def test_probabilities_of_different_models_are_never_put_together():
    together = repeats_of([reading(0, HIGH, model="m 1"), *(reading(k, HIGH, model="m 2") for k in (1, 2))])
    assert together.agreement is Agreement.TOO_FEW


def test_a_baseline_is_the_patients_own_and_earlier():
    earlier = [reading(k - 9000, LOW) for k in range(4)]
    together = repeats_of([*earlier, *(reading(k, HIGH) for k in range(3))])
    assert together.baseline is not None
    assert together.baseline.n == 4
    assert together.baseline.sd_logit == 0.0
    assert together.baseline.change_logit == pytest.approx(5.278, abs=1e-3)  # logit 0.8 less logit 0.02


def test_two_earlier_results_are_no_baseline():
    earlier = [reading(k - 9000, LOW) for k in range(2)]
    assert repeats_of([*earlier, *(reading(k, HIGH) for k in range(3))]).baseline is None


def test_patients_are_kept_apart():
    several = [reading(k, HIGH, patient) for patient in ("a", "b") for k in range(3)]
    assert {p: r.agreement for p, r in repeats_by_patient(several).items()} == {"a": "met", "b": "met"}
    with pytest.raises(ValueError, match="2 patients"):
        repeats_of(several)


def test_a_measurement_given_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        repeats_of([reading(0, HIGH), reading(0, HIGH)])
    with pytest.raises(ValueError, match="0 patients"):
        repeats_of([])


@pytest.mark.parametrize(
    "wrong",
    [{"k": 0}, {"k": 4}, {"within": timedelta(0)}, {"baseline_results": 1}, {"counted": frozenset()},
     {"counted": frozenset({OutcomeKind.INCONCLUSIVE})}],
)  # fmt: skip
def test_impossible_rules_are_refused(wrong):
    with pytest.raises(ValueError, match="rule"):
        RepeatRule(**wrong)


@pytest.mark.parametrize(
    "changes",
    [{"started_at": datetime(2026, 1, 1)}, {"probability": None}, {"probability": 1.5},
     {"kind": OutcomeKind.INCONCLUSIVE}],
)  # fmt: skip
def test_impossible_readings_are_refused(changes):
    with pytest.raises(ValueError, match="Reading"):
        replace(reading(0, HIGH), **changes)


@pytest.mark.parametrize("trained", [True, False])
def test_a_stored_record_becomes_a_reading(trained: bool):
    result = measured(station(blocks(35.4), bundle=bundle(trained=trained)))
    made = reading_of(parse_record(record_text(result)), "p1")
    assert made.kind is result.outcome.kind
    assert made.probability == (None if result.outcome.risk is None else result.outcome.risk.probability)
    assert made.model == "example 1.0.0"
    assert abs(made.started_at - result.started_at) < timedelta(milliseconds=1)


def test_a_record_without_an_outcome_is_refused():
    record = parse_record(record_text(measured(station(blocks(35.4)))))
    body = json.loads(json.dumps(record.body))
    del body["outcome"]["risk"]
    with pytest.raises(ValueError, match="risk"):
        reading_of(replace(record, body=body), "p1")


@given(kinds=st.lists(st.sampled_from([*NO_RESULT, LOW, ELEVATED, HIGH]), min_size=1, max_size=12), data=st.data())
def test_the_order_in_which_they_are_given_does_not_matter(kinds: list[OutcomeKind], data: st.DataObject):
    readings = [reading(7 * k, kind) for k, kind in enumerate(kinds)]
    together = repeats_of(readings)
    assert repeats_of(data.draw(st.permutations(readings))) == together
    assert together.counted <= len(together.newest) <= 3
    assert (together.agreement is Agreement.MET) <= (together.counted >= 2)
