"""The log: JSON lines of events, and nothing of any patient."""

import io
import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.event_log.event import FIELDS, LogFieldError, log_event
from pocketk_agent.event_log.json_lines import LOG_NAME, JsonLines, start_log, stop_log
from pocketk_agent.measurement.session import Session, Station
from service_rig import ServiceRig, thumbs
from session_rig import blocks, station

PATIENT = "P-SECRET-4711"


@pytest.fixture
def log(tmp_path):
    start_log("debug", tmp_path)
    yield tmp_path / LOG_NAME
    stop_log()


class PatientSession(Session):
    """Every measurement of this service is somebody's."""

    def __init__(self, made: Station, patient_id: str | None = None) -> None:
        super().__init__(made, patient_id or PATIENT)


def test_a_service_that_measures_a_patient_logs_nothing_of_them(log, monkeypatch):
    monkeypatch.setattr("pocketk_agent.service.service.Session", PatientSession)
    rig = ServiceRig([(5.0, thumbs(on=True))], stop_at_s=60.0)
    rig.run()
    (result,) = rig.store.results.values()
    assert result.patient_id == PATIENT
    text = log.read_text(encoding="utf-8")
    events = [json.loads(line)["event"] for line in text.splitlines()]
    assert "measured" in events
    assert result.outcome.risk is not None
    forbidden = (PATIENT, result.measurement_id, str(result.outcome), f"{result.outcome.risk.probability:.2f}")
    assert [one for one in forbidden if one in text] == []


def test_a_measurement_by_itself_logs_nothing_of_its_patient(log):
    Session(station(blocks(35.4)), PATIENT).run()
    assert PATIENT not in (log.read_text(encoding="utf-8") if log.exists() else "")


@pytest.mark.parametrize("field", ["patient", "patient_id", "outcome", "measurement_id", "probability", "tier"])
def test_a_field_for_what_belongs_to_a_patient_does_not_exist(field: str):
    assert field not in FIELDS
    with pytest.raises(LogFieldError, match="not logged"):
        log_event("x", logging.INFO, **{field: "y"})


def test_of_an_exception_only_its_type_and_place_are_written():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    try:
        raise ValueError(PATIENT)
    except ValueError:
        record = logging.LogRecord("elsewhere", logging.ERROR, "f.py", 7, PATIENT, (), sys.exc_info())
    handler.emit(record)
    line = json.loads(stream.getvalue())
    assert PATIENT not in stream.getvalue()
    assert (line["error"], line["event"]) == ("ValueError", "foreign")
    assert line["place"].startswith("test_event_log.py:")


def test_the_log_does_not_grow_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("pocketk_agent.event_log.json_lines._FILE_BYTES", 2_000)
    start_log("info", tmp_path)
    for k in range(400):
        log_event("state", count=k)
    stop_log()
    assert len(list(tmp_path.iterdir())) == 5
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 5 * 2_000


def test_below_its_level_nothing_is_written(tmp_path):
    start_log("warning", tmp_path)
    log_event("state")
    log_event("fault", logging.WARNING, code="x")
    stop_log()
    assert [json.loads(line)["event"] for line in (tmp_path / LOG_NAME).read_text().splitlines()] == ["fault"]


@given(st.text(max_size=400))
def test_any_text_stays_on_one_line(text: str):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    record = logging.LogRecord("pocketk_agent", logging.INFO, "f.py", 1, "state", (), None)
    record.pocketk = {"place": text}
    handler.emit(record)
    assert len(stream.getvalue().splitlines()) == 1
    assert json.loads(stream.getvalue())["place"] == text
