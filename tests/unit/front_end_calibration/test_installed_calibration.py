"""What a device does with a calibration that it accepts."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from made_signals import DUE_AT, FRONT_END, MADE_AT, RECORD, signed, signer
from pocketk_agent.bundle.last_seen import LastSeen, LastSeenFile
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations, calibration_name
from pocketk_agent.front_end_calibration.record import Figure
from pocketk_agent.front_end_calibration.standing import CalibrationKind
from unit.front_end_calibration.installed_rig import IN_DATE, TRUST, installed, refused


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
