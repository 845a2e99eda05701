"""Each way in which a calibration is refused, one test each."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from made_signals import DUE_AT, FRONT_END, MADE_AT, RECORD, signed, signer
from measurement_plugin import Measure
from pocketk.signing.file_signer import demonstration_signer
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.front_end_calibration.error import FrontEndCalibrationError
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations
from pocketk_agent.front_end_calibration.record import Figure, canonical_bytes
from pocketk_agent.front_end_calibration.signed_calibration import SignedCalibration
from unit.front_end_calibration.installed_rig import IN_DATE, NAME, TRUST, body_of, installed, refused


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
    "polarity": {"polarity": -1},
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
