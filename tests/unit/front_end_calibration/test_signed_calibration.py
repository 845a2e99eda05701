"""A signed calibration is read as it was written, or not at all."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_signals import DUE_AT, FRONT_END, MADE_AT, RECORD, public_key, signed, signer
from measurement_plugin import Measure
from pocketk.signing.file_signer import demonstration_signer
from pocketk_agent.bundle.last_seen import LastSeen, LastSeenFile
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end import FrontEnd
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations, calibration_name
from pocketk_agent.front_end_calibration.record import Figure, FrontEndCalibration, canonical_bytes
from pocketk_agent.front_end_calibration.signed_calibration import SignedCalibration, parse_calibration
from pocketk_agent.front_end_calibration.standing import CalibrationKind

TRUST = Trust(keys=(public_key(),))
IN_DATE = MADE_AT + timedelta(days=100)
NAME = calibration_name(FRONT_END.profile, FRONT_END.serial)


def installed(folder: Path, content: bytes, trust: Trust = TRUST) -> InstalledCalibrations:
    (folder / NAME).write_bytes(content)
    return InstalledCalibrations(folder, trust)


def refused(folder: Path, content: bytes, trust: Trust = TRUST, front_end: FrontEnd = FRONT_END) -> str:
    with pytest.raises(FrontEndCalibrationError) as caught:
        installed(folder, content, trust).applied(front_end, IN_DATE)
    return f"{caught.value.code}: {caught.value}"


def body_of(content: bytes) -> dict:
    return json.loads(content)


# --- what is written is read ---

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


# --- one test for each refusal ---


def test_another_serial_number_is_refused(tmp_path: Path):
    made = signed(replace(RECORD, serial="PK-0002"))
    assert refused(tmp_path, made.to_bytes()).startswith("calibration-other-device: The installed calibration was made")


def test_another_profile_is_refused(tmp_path: Path):
    made = signed(replace(RECORD, profile="max30003"))
    assert "profile max30003; this one has ads1292r" in refused(tmp_path, made.to_bytes())


def test_another_scale_is_refused(tmp_path: Path):
    other = replace(FRONT_END, lsb_mv=2 * FRONT_END.lsb_mv)
    assert "scale" in refused(tmp_path, signed().to_bytes(), front_end=other)


def test_another_zero_is_refused(tmp_path: Path):
    assert "zero" in refused(tmp_path, signed().to_bytes(), front_end=replace(FRONT_END, zero_counts=5))


def test_a_rate_that_no_drift_explains_is_refused(tmp_path: Path):
    assert refused(tmp_path, signed().to_bytes(), front_end=replace(FRONT_END, fs_hz=512.0)).startswith("rate: ")


def test_a_signer_who_is_not_trusted_is_refused(tmp_path: Path):
    made = signed(by=signer("somebody else"))
    assert "which this device does not trust" in refused(tmp_path, made.to_bytes())


def test_the_demonstration_key_is_refused_outside_demonstration_mode(tmp_path: Path):
    key = demonstration_signer()
    key.open()
    assert "does not trust" in refused(tmp_path, signed(by=key).to_bytes())


def test_the_demonstration_key_is_told_in_demonstration_mode(tmp_path: Path):
    key = demonstration_signer()
    key.open()
    made = installed(tmp_path, signed(by=key).to_bytes(), Trust(demonstration=True))
    standing = made.applied(FRONT_END, IN_DATE)[1]
    assert standing is not None
    assert not standing.in_date
    assert standing.sentence.endswith("(public demonstration key).")


def test_a_changed_figure_is_refused(tmp_path: Path):
    made = signed()
    forged = replace(made, record=replace(RECORD, gain=replace(RECORD.gain, value=1.04)))
    assert "does not bear the signature of 'Clinic calibration'" in refused(tmp_path, forged.to_bytes())


def test_a_later_due_date_is_refused(tmp_path: Path):
    forged = replace(signed(), record=replace(RECORD, due_at=DUE_AT + timedelta(days=1)))
    assert "does not bear the signature" in refused(tmp_path, forged.to_bytes())


def test_a_bundles_signature_over_the_same_bytes_is_refused(tmp_path: Path):
    key = signer()
    stolen = SignedCalibration(RECORD, key.public_key().key_id, key.sign(RECORD.to_bytes()))
    assert "does not bear the signature" in refused(tmp_path, stolen.to_bytes())


def test_an_unknown_field_is_refused(tmp_path: Path):
    document = body_of(signed().to_bytes())
    document["calibration"]["note"] = "fine"
    assert "unknown fields ['note']" in refused(tmp_path, canonical_bytes(document))


def test_an_unknown_field_of_a_figure_is_refused(tmp_path: Path):
    document = body_of(signed().to_bytes())
    document["calibration"]["gain"]["unit"] = "1"
    assert "unknown fields ['unit']" in refused(tmp_path, canonical_bytes(document))


def test_a_missing_field_is_refused(tmp_path: Path):
    document = body_of(signed().to_bytes())
    del document["calibration"]["due_at"]
    assert "lacks file.calibration.due_at" in refused(tmp_path, canonical_bytes(document))


def test_a_field_given_twice_is_refused(tmp_path: Path):
    content = signed().to_bytes().replace(b'"fs_hz": 500.0,', b'"fs_hz": 500.0,\n    "fs_hz": 500.0,')
    assert "twice" in refused(tmp_path, content)


def test_another_schema_is_refused(tmp_path: Path):
    document = body_of(signed().to_bytes())
    document["calibration"]["schema_version"] = 2
    assert "schema version 2" in refused(tmp_path, canonical_bytes(document))


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_what_is_no_number_is_refused(tmp_path: Path, word: bytes):
    content = signed().to_bytes().replace(b'"value": 1.03', b'"value": ' + word)
    assert "calibration-invalid" in refused(tmp_path, content)


def test_another_form_of_the_same_content_is_refused(tmp_path: Path):
    assert "canonical form" in refused(tmp_path, signed().to_bytes() + b"\n")


def test_another_algorithm_is_refused(tmp_path: Path):
    document = body_of(signed().to_bytes())
    document["signature"]["algorithm"] = "none"
    assert "not signed with ed25519" in refused(tmp_path, canonical_bytes(document))


def test_a_calibration_without_a_signature_is_refused(tmp_path: Path):
    assert "64 bytes of signature" in refused(tmp_path, replace(signed(), signature=b"").to_bytes())


def test_a_file_too_large_is_refused(tmp_path: Path):
    assert "larger than 20,000 bytes" in refused(tmp_path, signed().to_bytes() + b" " * 20_000)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(FrontEndCalibrationError, match="cannot be read"):
        InstalledCalibrations(tmp_path, TRUST).applied(FRONT_END, IN_DATE)


OUT_OF_LIMITS = {
    "gain error": {"gain": Figure(1.06, 0.02, 10, 0.0)},
    "uncertainty of the gain": {"gain": Figure(1.0, 0.2, 10, 0.0)},
    "offset": {"offset_counts": Figure(60_000.0, 1.0, 10, 0.0)},
    "rate": {"rate_hz": Figure(510.0, 0.1, 10, 0.0)},
    "noise, rms": {"noise_rms_uv": Figure(-1.0, 0.1, 10, 0.0)},
    "noise, peak to peak": {"noise_peak_to_peak_uv": Figure(10.1, 0.1, 10, 0.0)},
    "flagged while open": {"lead_off_open_share": 0.5},
    "flagged while connected": {"lead_off_closed_share": 0.5},
    "without determinations": {"rate_hz": Figure(500.0, 0.1, 0, 0.0)},
    "negative uncertainty": {"rate_hz": Figure(500.0, -0.1, 10, 0.0)},
    "no positive scale": {"lsb_mv": -1e-5},
    "printable": {"serial": ""},
    "after 731 days": {"due_at": MADE_AT + timedelta(days=732)},
    "no later than it was made": {"due_at": MADE_AT},
}


@pytest.mark.parametrize("why", OUT_OF_LIMITS)
def test_what_no_calibration_can_say_is_refused_whoever_signed_it(tmp_path: Path, why: str):
    made = signed(replace(RECORD, **OUT_OF_LIMITS[why]))
    assert why in refused(tmp_path, made.to_bytes())


def test_no_forged_calibration_is_used(tmp_path: Path, measure: Measure):
    """Every seventh byte changed in three ways, and records changed under the old signature."""
    good = signed().to_bytes()
    forged = [
        good[:place] + bytes([good[place] ^ flip]) + good[place + 1 :]
        for place in range(0, len(good), 7)
        for flip in (0x01, 0x10, 0x80)
    ]
    forged += [replace(signed(), record=replace(RECORD, **change)).to_bytes() for change in OUT_OF_LIMITS.values()]
    used = 0
    for content in forged:
        try:
            installed(tmp_path, content).applied(FRONT_END, IN_DATE)
            used += 1
        except FrontEndCalibrationError:
            pass
    measure("FE-CAL-FORGED", used, n=len(forged))


# --- what an accepted one does ---


def test_the_scale_becomes_the_measured_one_and_counts_stay(tmp_path: Path):
    corrected, standing = installed(tmp_path, signed().to_bytes()).applied(FRONT_END, IN_DATE)
    assert corrected.lsb_mv == FRONT_END.lsb_mv / 1.03
    assert corrected.zero_counts == 4000
    assert (corrected.rail_low_counts, corrected.rail_high_counts) == (-(2**23), 2**23 - 1)
    assert corrected.fs_hz == FRONT_END.fs_hz
    assert standing is not None
    assert standing.in_date
    assert standing.sentence == "Front end calibrated 2026-03-01, due 2027-03-01."


def test_no_calibration_is_told_for_a_front_end_that_could_have_one(tmp_path: Path):
    same, standing = InstalledCalibrations(tmp_path, TRUST).applied(FRONT_END, IN_DATE)
    assert same == FRONT_END
    assert standing is not None
    assert standing.kind is CalibrationKind.NOT_CALIBRATED
    assert standing.sentence == "Front end not calibrated."


def test_nothing_is_told_for_a_front_end_that_cannot_have_one(tmp_path: Path):
    replay = replace(FRONT_END, profile="replay")
    assert InstalledCalibrations(tmp_path, TRUST).applied(replay, IN_DATE) == (replay, None)


def kind_at(calibrations: InstalledCalibrations, now: datetime) -> CalibrationKind:
    standing = calibrations.applied(FRONT_END, now)[1]
    assert standing is not None
    return standing.kind


def test_it_is_overdue_from_its_due_date_on(tmp_path: Path):
    made = installed(tmp_path, signed().to_bytes())
    assert kind_at(made, DUE_AT - timedelta(seconds=1)) is CalibrationKind.CALIBRATED
    assert kind_at(made, DUE_AT) is CalibrationKind.OVERDUE
    corrected, standing = made.applied(FRONT_END, DUE_AT)
    assert corrected.lsb_mv < FRONT_END.lsb_mv  # used all the same
    assert standing is not None
    assert standing.sentence == "Calibration overdue since 2027-03-01."


def test_a_clock_that_went_back_makes_none_young_again(tmp_path: Path):
    """The device has seen a later time with a bundle."""
    memory = LastSeenFile(tmp_path / "last_seen.json")
    memory.keep(LastSeen(time=DUE_AT + timedelta(days=1)))
    made = installed(tmp_path, signed().to_bytes(), replace(TRUST, memory=memory))
    assert kind_at(made, datetime(1970, 1, 1, tzinfo=UTC)) is CalibrationKind.OVERDUE


def test_a_genuine_calibration_tells_the_device_the_least_that_the_time_can_be(tmp_path: Path):
    memory = LastSeenFile(tmp_path / "last_seen.json")
    made = installed(tmp_path, signed().to_bytes(), replace(TRUST, memory=memory))
    made.applied(FRONT_END, datetime(1970, 1, 1, tzinfo=UTC))
    assert memory.read().time == MADE_AT


def test_a_forged_calibration_tells_it_nothing(tmp_path: Path):
    memory = LastSeenFile(tmp_path / "last_seen.json")
    refused(tmp_path, signed(by=signer("stranger")).to_bytes(), replace(TRUST, memory=memory))
    assert memory.read().time is None


def test_a_damaged_memory_is_stated_with_its_own_code(tmp_path: Path):
    (tmp_path / "last_seen.json").write_text("{")
    trust = replace(TRUST, memory=LastSeenFile(tmp_path / "last_seen.json"))
    assert refused(tmp_path, signed().to_bytes(), trust).startswith("bundle-memory")


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_name_of_the_file_stays_in_its_folder(profile: str, serial: str):
    name = calibration_name(profile, serial)
    assert Path(name).name == name
    assert len(name.encode()) <= 255
    assert not name.startswith(".")


def test_nan_keeps_no_limit():
    lost = replace(RECORD, gain=Figure(math.nan, math.nan, 0, math.nan))
    assert [verdict.quantity for verdict in lost.verdicts() if not verdict.kept] == [
        "gain error",
        "uncertainty of the gain",
    ]
