"""Requirements, measurements, their verdicts, their wording and their JSON form."""

import json
import math
from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.requirements import Measurement, Requirement, RequirementsError
from pocketk.requirements.codec import (
    measurement_from_json,
    measurement_from_line,
    measurement_to_json,
    measurement_to_line,
    requirement_from_json,
    requirement_to_json,
)
from pocketk.requirements.figure import limits_text, value_text
from requirement_samples import MARGIN, SOS, SPEED, measurements, moment, sample

_FINITE = st.floats(allow_nan=False, allow_infinity=False)


def _comparable(measurement: Measurement) -> str:
    return repr(astuple(measurement))  # as text, since NaN is not equal to itself


# --- verdicts ---


@pytest.mark.parametrize(
    ("requirement", "value", "passed"),
    [
        (SOS, 0.0, True),
        (SOS, 1e-9, True),
        (SOS, math.nextafter(1e-9, 1.0), False),
        (SOS, -1e-300, False),
        (SOS, math.nan, False),
        (SOS, math.inf, False),
        (SPEED, -1e9, True),
        (SPEED, math.nan, False),
        (MARGIN, math.inf, True),
        (MARGIN, 2.999, False),
    ],
)
def test_limits_are_inclusive_and_nan_fails(requirement: Requirement, value: float, passed: bool) -> None:
    assert requirement.admits(value) is passed
    assert sample(requirement, value).passed is passed


@given(measurements())
def test_excess_is_positive_exactly_where_a_measurement_fails(measurement: Measurement) -> None:
    assert (measurement.excess > 0) is not measurement.passed


@pytest.mark.parametrize(
    ("low", "high", "better", "worse"),
    [
        (0.0, 1.0, 0.0, 0.5),  # an error: its floor of 0 is good
        (0.0, 0.0, 0.0, 1.0),
        (0.0, 1.0, 0.9, -0.1),
        (-1.0, 1.0, 0.0, -0.9),
        (10.0, 20.0, 15.0, 10.5),
        (3.0, math.inf, 1e6, 3.5),
        (-math.inf, 2.0, -5.0, 1.0),
        (0.0, 1.0, 100.0, math.nan),
    ],
)
def test_excess_orders_values_from_good_to_bad(low: float, high: float, better: float, worse: float) -> None:
    requirement = Requirement("X", 1, "x", "u", low, high)
    assert sample(requirement, better).excess < sample(requirement, worse).excess


# --- what cannot be a record ---


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"id": "sig-sos"}, ["'sig-sos'"]),
        ({"id": "SIG_SOS"}, ["'SIG_SOS'"]),
        ({"step": 0}, ["step 0"]),
        ({"low": 2.0, "high": 1.0}, ["low 2 is above high 1"]),
        ({"low": math.nan}, ["NaN"]),
        ({"low": -math.inf, "high": math.inf}, ["finite"]),
        ({"text": " ", "unit": "", "step": -1}, ["text is empty", "unit is empty", "step -1"]),
    ],
)
def test_a_requirement_that_cannot_be_read_or_failed_is_refused(changes: dict[str, object], faults: list[str]) -> None:
    with pytest.raises(RequirementsError) as caught:
        requirement_from_json(requirement_to_json(SOS) | changes)
    assert all(fault in str(caught.value) for fault in faults)


def test_a_measurement_of_nothing_is_refused() -> None:
    with pytest.raises(RequirementsError, match="n=0, expected 1 or more"):
        sample(n=0)


@pytest.mark.parametrize(
    "when", ["2026-01-31 12:00:00", "2026-01-31T12:00:00+00:00", "", "2026-01-31T12:00:00.000000+01:00"]
)
def test_a_time_that_text_order_would_misplace_is_refused(when: str) -> None:
    with pytest.raises(RequirementsError, match="recorded_at"):
        sample(recorded_at=when)


# --- wording ---


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, 0.0, "exactly 0"),
        (30_588_657.0, 30_588_657.0, "exactly 30,588,657"),
        (0.0, 5e-4, "0 to 0.0005"),
        (-math.inf, 2.0, "at most 2"),
        (3.5, math.inf, "at least 3.5"),
    ],
)
def test_limits_in_words(low: float, high: float, words: str) -> None:
    assert limits_text(low, high) == words


@pytest.mark.parametrize(
    ("value", "high", "words"),
    [
        (0.123456789, 1.0, "0.1235"),
        (1.00000001, 1.0, "1.00000001"),
        (1e-9 * (1 + 1e-15), 1e-9, "1.0000000000000011e-09"),
        (1_140_328_704.0, 2e9, "1,140,328,704"),
        (math.nan, 1.0, "nan"),
        (math.inf, 1.0, "inf"),
    ],
)
def test_a_value_is_rounded_but_never_across_its_limit(value: float, high: float, words: str) -> None:
    assert value_text(value, 0.0, high) == words


@given(value=_FINITE, limits=st.tuples(_FINITE, _FINITE).map(sorted))
def test_a_printed_value_gives_the_same_verdict(value: float, limits: list[float]) -> None:
    low, high = limits
    printed = float(value_text(value, low, high).replace(",", ""))
    assert (low <= printed <= high) is (low <= value <= high)


def test_a_measurement_says_requirement_value_and_limits() -> None:
    assert sample(value=3e-9).sentence() == (
        "SIG-SOS: measured 3e-09 mV (n=3, host), outside the limits: 0 to 1e-09 mV"
    )


# --- JSON ---


@given(measurements())
def test_a_measurement_survives_its_line(measurement: Measurement) -> None:
    line = measurement_to_line(measurement)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert _comparable(measurement_from_line(line)) == _comparable(measurement)


@given(st.sampled_from([SOS, SPEED, MARGIN]))
def test_a_requirement_survives_json(requirement: Requirement) -> None:
    plain = json.loads(json.dumps(requirement_to_json(requirement), allow_nan=False))
    assert requirement_from_json(plain) == requirement


@given(measurements(), st.data())
def test_a_torn_line_is_never_taken_for_a_measurement(measurement: Measurement, data: st.DataObject) -> None:
    line = measurement_to_line(measurement)
    length = data.draw(st.integers(0, len(line) - 2))
    with pytest.raises(RequirementsError):
        measurement_from_line(line[:length])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"value": "high"}, "'value' is 'high', expected a number"),
        ({"value": True}, "expected a number"),
        ({"n": 1.5}, "expected a whole number"),
        ({"test": None}, "expected text"),
        ({"versions": ["numpy"]}, "expected an object of package: version"),
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"passed": False}, "was altered"),
        ({"value": 1.0}, "was altered"),
    ],
)
def test_an_altered_record_is_refused(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(RequirementsError, match=fault):
        measurement_from_json(measurement_to_json(sample()) | changes)


def test_every_missing_key_is_named() -> None:
    with pytest.raises(RequirementsError) as caught:
        measurement_from_json({"recorded_at": moment(1)})
    assert all(f"missing key '{name}'" in str(caught.value) for name in ("value", "n", "git_hash"))
