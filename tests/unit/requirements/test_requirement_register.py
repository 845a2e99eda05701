"""Merging: the worst measurement speaks for a requirement, and what nothing measured is never green."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.requirements import (
    Catalogue,
    LedgerReading,
    Measurement,
    Register,
    RequirementsError,
    Status,
    merge,
    read_register,
    write_register,
)
from requirement_samples import MARGIN, SOS, SPEED, moment, sample

CATALOGUE = Catalogue((SOS, SPEED, MARGIN))


def _merge(*measurements: Measurement) -> Register:
    return merge(CATALOGUE, LedgerReading(measurements, ()), "abc123")


def _worst(register: Register, requirement_id: str) -> Measurement:
    worst = next(row.worst for row in register.rows if row.requirement.id == requirement_id)
    assert worst is not None
    return worst


def test_what_nothing_measured_is_not_shown() -> None:
    register = _merge(sample(value=0.0))
    assert [row.status for row in register.rows] == [Status.SHOWN, Status.NOT_SHOWN, Status.NOT_SHOWN]
    assert register.totals_text() == "1 shown, 0 failed, 2 not shown of 3 requirements"


def test_of_several_measurements_the_worst_is_shown_with_their_count() -> None:
    tests = [sample(value=value, test=f"test_{i}") for i, value in enumerate((1e-12, 9e-10, 0.0))]
    register = _merge(*tests)
    row = register.rows[0]
    assert (row.status, row.count, _worst(register, "SIG-SOS").value) == (Status.SHOWN, 3, 9e-10)


def test_one_failure_among_passes_fails_the_requirement() -> None:
    tests = [sample(value=value, test=f"test_{i}", target=f"target-{i}") for i, value in enumerate((0.0, 2e-9, 0.0))]
    register = _merge(*tests)
    assert register.rows[0].status is Status.FAILED
    assert _worst(register, "SIG-SOS").target == "target-1"


def test_a_nan_is_the_worst_and_fails() -> None:
    register = _merge(sample(value=math.nan, test="a"), sample(value=1.0, test="b"))
    assert register.rows[0].status is Status.FAILED
    assert math.isnan(_worst(register, "SIG-SOS").value)


def test_a_rerun_that_passes_clears_an_earlier_failure() -> None:
    failed = sample(value=1.0, run="1")
    passed = sample(value=0.0, run="2", recorded_at=moment(1))
    assert _merge(failed).rows[0].status is Status.FAILED
    assert _merge(passed, failed).rows[0].status is Status.SHOWN


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=6))
def test_a_requirement_is_shown_exactly_if_something_measured_it_and_all_of_it_passed(values: list[float]) -> None:
    measured = [sample(MARGIN, value, test=str(i)) for i, value in enumerate(values)]
    status = _merge(*measured).rows[2].status
    expected = Status.SHOWN if all(one.passed for one in measured) else Status.FAILED
    assert status is (expected if measured else Status.NOT_SHOWN)


def test_values_are_judged_by_the_limits_of_the_catalogue() -> None:
    lenient = sample(value=0.5, high=1.0)
    assert lenient.passed
    assert _merge(lenient).rows[0].status is Status.FAILED


@pytest.mark.parametrize(
    ("stray", "why"),
    [
        (sample(requirement="OLD-ID"), "the catalogue has no such id"),
        (sample(unit="uV"), "the catalogue's unit is mV"),
    ],
)
def test_a_record_that_cannot_be_judged_is_a_warning_and_shows_nothing(stray: Measurement, why: str) -> None:
    register = _merge(stray)
    assert register.total(Status.NOT_SHOWN) == 3
    assert len(register.warnings) == 1
    assert why in register.warnings[0]


def test_warnings_of_the_ledger_are_kept() -> None:
    register = merge(CATALOGUE, LedgerReading((), ("line 3 is ignored",)), "abc123")
    assert register.warnings == ("line 3 is ignored",)


def test_rows_are_grouped_by_step_in_ascending_order() -> None:
    steps = _merge().by_step()
    assert list(steps) == [1, 2]
    assert [row.requirement.id for row in steps[1]] == ["SIG-SOS", "MARGIN"]


# --- requirements.json ---


def _written(tmp_path: Path) -> Path:
    path = tmp_path / "out" / "requirements.json"
    register = merge(CATALOGUE, LedgerReading((sample(value=math.inf), sample(SPEED, 1.0)), ("torn",)), "abc123-dirty")
    write_register(register, path)
    assert read_register(path) == register
    return path


def test_the_file_is_read_as_it_was_written_and_states_its_totals(tmp_path: Path) -> None:
    path = _written(tmp_path)
    document = json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert document["totals"] == {"shown": 1, "failed": 1, "not shown": 1}
    assert [row["status"] for row in document["requirements"]] == ["failed", "shown", "not shown"]
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"status": "not shown"', '"status": "shown"'),
        ('"status": "failed"', '"status": "shown"'),
        ('"value": "inf"', '"value": 0.0'),
        ('"schema": 1', '"schema": 2'),
        ('"count": 1', '"count": 0'),
        ('"count": 0', '"count": 4'),
        ('"git_hash"', '"commit"'),
        ('"worst"', '"best"'),
        ("{", ""),
    ],
)
def test_a_file_that_was_altered_or_contradicts_itself_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = _written(tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RequirementsError, match=r"requirements\.json cannot be read as a register"):
        read_register(path)


@pytest.mark.parametrize("text", ["[]", "3", '{"schema": 1, "git_hash": "a", "warnings": [], "requirements": [3]}'])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "requirements.json"
    path.write_text(text)
    with pytest.raises(RequirementsError, match="cannot be read as a register"):
        read_register(path)
