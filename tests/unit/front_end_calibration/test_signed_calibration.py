"""A signed calibration is read as it was written, or not at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_signals import RECORD, signed
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.record import Figure, FrontEndCalibration
from pocketk_agent.front_end_calibration.signed_calibration import parse_calibration
from unit.front_end_calibration.installed_rig import TRUST, body_of

figures = st.builds(
    Figure,
    st.floats(0.96, 1.04),
    st.floats(0, 0.04),
    st.integers(1, 10**9),
    st.floats(0, 10),
)
printable = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), min_size=1, max_size=40).filter(
    str.isprintable
)
times = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(lambda t: t.replace(microsecond=0, tzinfo=UTC))


@st.composite
def records(draw: st.DrawFn) -> FrontEndCalibration:
    made_at = draw(times)
    texts = ("serial", "profile", "firmware", "agent_version", "fit_version")
    return replace(
        RECORD,
        **{name: draw(printable) for name in texts},
        made_at=made_at,
        due_at=made_at + timedelta(days=draw(st.integers(1, 731))),
        gain=draw(figures),
        offset_counts=replace(draw(figures), value=draw(st.floats(-40_000, 40_000))),
        rate_hz=replace(draw(figures), value=draw(st.floats(496, 504))),
        zero_counts=draw(st.integers(-(2**31), 2**31)),
        lead_off_open_share=draw(st.floats(0.99, 1)),
    )


@given(records())
def test_what_is_written_is_read_back(record: FrontEndCalibration):
    made = signed(record)
    assert parse_calibration(made.to_bytes()) == made
    assert made.standing(TRUST).signer == "Clinic calibration"


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(raw: bytes):
    with pytest.raises(FrontEndCalibrationError, match="calibration"):
        parse_calibration(raw)


@given(st.integers(0, 10**6), st.integers(0, 255))
def test_no_single_byte_can_be_changed(place: int, value: int):
    """Any other byte at any place: not read, or not believed."""
    content = bytearray(signed().to_bytes())
    place %= len(content)
    if content[place] == value:
        value ^= 1
    content[place] = value
    with pytest.raises(FrontEndCalibrationError):
        parse_calibration(bytes(content)).standing(TRUST)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_a_field_of_another_kind_is_refused_in_words(data: st.DataObject):
    document = body_of(signed().to_bytes())
    part = document[data.draw(st.sampled_from(["calibration", "signature"]))]
    name = data.draw(st.sampled_from(sorted(part)))
    value = data.draw(json_values.filter(lambda each: each != part[name]))
    part[name] = value
    content = (json.dumps(document, indent=2, sort_keys=True) + "\n").encode()
    with pytest.raises(FrontEndCalibrationError):
        parse_calibration(content).standing(TRUST)
