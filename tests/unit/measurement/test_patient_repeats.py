"""Repeated measurements of one patient on one device: what is read, said and kept beside the newest outcome."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.measurement import repeats as repeats_module
from pocketk_agent.measurement.information import repeats_line
from pocketk_agent.measurement.repeats import Agreement, Baseline, Repeats, readings_of_patient, repeats_of
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.store.memory_store import MemoryStore
from pocketk_agent.store.record import parse_record, record_text
from pocketk_agent.store.store import Store, StoreError
from session_rig import ADS1292R, Always, blocks, bundle, station

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
STEADY = blocks(35.4)
HIGH, LOW = 3.0, -5.0


def measure_patient(
    store: Store, minute: float, patient_id: str | None = "P-1", logit: float = HIGH, trained: bool = True
) -> tuple[MeasurementResult, RecordingScreen]:
    clock = SteppedClock(START + timedelta(minutes=minute))
    screen = RecordingScreen()
    made = station(
        source=FakeSource(ADS1292R, STEADY, clock),
        clock=clock,
        store=store,
        screen=screen,
        bundle=bundle(trained=trained, runner=Always(logit)),
    )
    return Session(made, patient_id).run(), screen


@cache
def high_or_low(logit: float) -> MeasurementResult:
    return measure_patient(MemoryStore(), 0, logit=logit)[0]


def keep(store: Store, minute: float, patient_id: str | None = "P-1", logit: float = HIGH) -> None:
    """As if it had been measured at that minute."""
    when = START + timedelta(minutes=minute)
    made = replace(high_or_low(logit), measurement_id=f"{when:%Y%m%dT%H%M%SZ}-aaaaaa", started_at=when)
    store.put(replace(made, patient_id=patient_id))


def line_of(screen: RecordingScreen) -> str | None:
    return next((line for line in screen.information if line.startswith("Patient")), None)


def test_three_measurements_of_a_patient_are_put_together():
    store = MemoryStore()
    keep(store, 0)
    keep(store, 10, logit=LOW)
    result, screen = measure_patient(store, 20)
    assert result.repeats is not None
    assert (result.repeats.agreement, result.repeats.counted) == (Agreement.MET, 2)
    assert line_of(screen) == "Patient P-1, for information: 2 of 3 results within 60 min HIGH (rule: 2 of 3; met)."
    body = store.get(result.measurement_id).body
    assert body["patient_id"] == "P-1"
    assert body["repeats"]["newest"] == store.ids()
    assert body["repeats"]["agreement"] == "met"
    assert body["repeats"]["rule"]["within_s"] == 3600.0


def test_the_first_measurement_says_that_there_are_too_few():
    _, screen = measure_patient(MemoryStore(), 0)
    expected = "Patient P-1, for information: 1 of 1 result within 60 min HIGH (rule: 2 of 3; too few results to tell)."
    assert line_of(screen) == expected


@pytest.mark.parametrize("logit", [HIGH, LOW])
def test_earlier_results_never_change_an_outcome(logit: float):
    store = MemoryStore()
    alone = high_or_low(logit)
    for minute in range(3):
        keep(store, minute, logit=LOW if logit == HIGH else HIGH)
    result, _ = measure_patient(store, 30, logit=logit)
    assert result.outcome == alone.outcome


def test_other_patients_and_nobodys_measurements_are_left_out():
    store = MemoryStore()
    for minute, patient_id in enumerate(("P-2", None, "P-11")):
        keep(store, minute, patient_id)
    result, _ = measure_patient(store, 10)
    assert result.repeats is not None
    assert result.repeats.newest == (result.measurement_id,)


def test_without_a_patient_nothing_is_said_and_nothing_read():
    class Unlisted(MemoryStore):
        def ids(self) -> list[str]:
            raise AssertionError

    result, screen = measure_patient(Unlisted(), 0, None)
    assert (result.patient_id, result.repeats, line_of(screen)) == (None, None, None)


def test_an_outcome_that_is_no_tier_has_no_repeats_line():
    store = MemoryStore()
    for minute in range(3):
        keep(store, minute)
    result, screen = measure_patient(store, 10, trained=False)
    assert result.outcome.kind is OutcomeKind.INCONCLUSIVE
    assert result.repeats is None
    assert line_of(screen) is None
    assert store.get(result.measurement_id).patient_id == "P-1"


def test_a_clock_that_was_set_back_gives_no_repeats():
    store = MemoryStore()
    keep(store, 60)
    result, _ = measure_patient(store, 0)
    assert result.outcome.is_result
    assert result.repeats is None


@pytest.mark.parametrize("failure", [StoreError("damaged"), OSError("unplugged")])
def test_a_store_that_cannot_be_listed_costs_the_earlier_measurements_only(failure: Exception):
    class Unlisted(MemoryStore):
        def ids(self) -> list[str]:
            raise failure

    result, _ = measure_patient(Unlisted(), 0)
    assert result.outcome.kind is OutcomeKind.HIGH
    assert result.repeats is not None
    assert result.repeats.n_measurements == 1


def test_a_damaged_record_is_left_out():
    class Damaged(MemoryStore):
        def get(self, measurement_id: str):
            if measurement_id == self.ids()[0]:
                raise StoreError("damaged")
            return super().get(measurement_id)

    store = Damaged()
    for minute in range(3):
        keep(store, minute)
    assert len(readings_of_patient(store, "P-1")) == 2


def test_no_more_than_the_newest_records_are_read(monkeypatch: pytest.MonkeyPatch):
    store = MemoryStore()
    for minute in range(3):
        keep(store, minute)
    monkeypatch.setattr(repeats_module, "_MOST_READ", 2)
    assert [r.measurement_id for r in readings_of_patient(store, "P-1")] == store.ids()[1:]


def test_a_failure_while_putting_together_leaves_the_outcome_as_it_is(monkeypatch: pytest.MonkeyPatch):
    def failing(*_: object):
        raise ZeroDivisionError

    monkeypatch.setattr(repeats_module, "repeats_of", failing)
    result, screen = measure_patient(MemoryStore(), 0)
    assert result.outcome.kind is OutcomeKind.HIGH
    assert (result.repeats, line_of(screen)) == (None, None)


def test_a_name_is_refused_before_anything_is_measured():
    with pytest.raises(ValueError, match="no patient id"):
        measure_patient(MemoryStore(), 0, "Ada Lovelace")


def test_a_record_of_an_agent_that_knew_no_patients_still_loads():
    body = json.loads(record_text(high_or_low(HIGH)))
    for field in ("patient_id", "repeats", "beats", "beats_not_measured"):
        del body[field]
    record = parse_record(json.dumps(body))
    assert record.patient_id is None
    assert record.outcome == "HIGH"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (1.25, "; 1.2 logits above the own baseline of 4 earlier results (spread 0.3)."),
        (-0.4, "; 0.4 logits below the own baseline of 4 earlier results (spread 0.3)."),
        (0.02, "; level with the own baseline of 4 earlier results (spread 0.3)."),
    ],
)
def test_the_change_from_the_own_baseline_is_said(change: float, said: str):
    store = MemoryStore()
    keep(store, 0)
    together: Repeats = repeats_of(readings_of_patient(store, "P-1"))
    line = repeats_line(replace(together, baseline=Baseline(4, -2.0, 0.3, change)))
    assert line.endswith(said)


def test_the_words_follow_the_rule():
    store = MemoryStore()
    keep(store, 0)
    together = repeats_of(readings_of_patient(store, "P-1"))
    rule = replace(together.rule, k=3, m=4, counted=frozenset({OutcomeKind.ELEVATED, OutcomeKind.HIGH}))
    line = repeats_line(replace(together, rule=rule, agreement=Agreement.NOT_MET, newest=("a", "b"), counted=1))
    assert (
        line == "Patient P-1, for information: 1 of 2 results within 60 min ELEVATED or HIGH (rule: 3 of 4; not met)."
    )
