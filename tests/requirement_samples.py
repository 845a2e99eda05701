"""Small requirements and measurements for the tests of the register, and strategies that vary all of their fields."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pocketk.requirements import Measurement, Requirement

SOS = Requirement("SIG-SOS", 1, "The filter agrees with its reference.", "mV", 0.0, 1e-9)
SPEED = Requirement("SPEED", 2, "Fast enough.", "s", -math.inf, 2.0)
MARGIN = Requirement("MARGIN", 1, "Far enough from the edge.", "dB", 3.0, math.inf)


def sample(requirement: Requirement = SOS, /, value: float = 0.0, **changes: Any) -> Measurement:
    """Return a measurement of ``requirement`` with plain fields, changed as told."""
    plain = Measurement(
        requirement=requirement.id,
        value=value,
        unit=requirement.unit,
        low=requirement.low,
        high=requirement.high,
        n=3,
        device="host",
        versions=(("numpy", "2.4.6"),),
        git_hash="abc123",
        target="test",
        test="tests/unit/test_a.py::test_a",
        machine="a machine",
        run="run-1",
        recorded_at=moment(0),
    )
    return replace(plain, **changes)


def moment(second: int) -> str:
    """Return the UTC moment ``second`` seconds after the hour in which the samples were measured."""
    return f"2026-01-31T12:{second // 60:02}:{second % 60:02}.000000+00:00"


_TEXT = st.text(max_size=20)  # any Unicode, half surrogate pairs and line breaks included
_NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
_ANY_FLOAT = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """Return any measurement that can exist."""
    low, high = sorted(draw(st.tuples(st.floats(allow_nan=False), st.floats(allow_nan=False))))
    return Measurement(
        requirement=draw(_NAME),
        value=draw(_ANY_FLOAT),
        unit=draw(_TEXT),
        low=low,
        high=high,
        n=draw(st.integers(min_value=1)),
        device=draw(_TEXT),
        versions=tuple(draw(st.dictionaries(_TEXT, _TEXT, max_size=3)).items()),
        git_hash=draw(_NAME),
        target=draw(_NAME),
        test=draw(_TEXT),
        machine=draw(_TEXT),
        run=draw(_TEXT),
        recorded_at=moment(draw(st.integers(0, 3599))),
    )
