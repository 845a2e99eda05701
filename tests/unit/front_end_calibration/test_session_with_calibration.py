"""A measurement with a calibrated front end: true amplitudes, and every surface says what is not in order."""

import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from generated_ecg import ecg_counts
from made_signals import DUE_AT, FRONT_END, MADE_AT, RECORD, Faults, public_key, signals, signed, signer
from measurement_plugin import Measure
from pocketk_agent.bundle.trust import Trust
from pocketk_agent.clock import SteppedClock
from pocketk_agent.commands.strip_page import page_of
from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.front_end_calibration.installed import InstalledCalibrations, calibration_name
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.session import Session, Station
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.reports.strip_header import header_of
from pocketk_agent.reports.typeface import Typeface
from pocketk_agent.screen.plain_screen import PlainScreen
from pocketk_agent.screen.recording_screen import RecordingScreen
from pocketk_agent.screen.terminal_screen import TerminalScreen
from pocketk_agent.sources.fake_source import FakeSource
from pocketk_agent.store.file_store import FileStore
from pocketk_calibration.frontend.fit import fit_front_end
from session_rig import measured, station

NAME = calibration_name(FRONT_END.profile, FRONT_END.serial)


def faulty_blocks(seconds: float, gain: float, offset_counts: float) -> tuple[np.ndarray, list[SampleBlock]]:
    """True millivolts (n,), and what a front end of that gain and offset makes of them."""
    ideal, lead_off = ecg_counts(seconds, FRONT_END)
    counts = np.rint(ideal * gain + offset_counts).astype(np.int32)
    found = [SampleBlock(k, counts[k : k + 25], lead_off[k : k + 25]) for k in range(0, len(counts), 25)]
    return FRONT_END.to_mv(ideal), found


def calibrated(folder: Path, content: bytes) -> InstalledCalibrations:
    (folder / NAME).write_bytes(content)
    return InstalledCalibrations(folder, Trust(keys=(public_key(),)))


def run_at(now: datetime, calibrations: InstalledCalibrations, front_end: FrontEnd = FRONT_END, **changes) -> Station:
    clock = SteppedClock(now)
    script = faulty_blocks(35.4, 1.03, 4000.0)[1]
    return replace(
        station(source=FakeSource(front_end, script, clock), clock=clock, calibrations=calibrations), **changes
    )


def shown_on(made: Station) -> RecordingScreen:
    assert isinstance(made.screen, RecordingScreen)
    return made.screen


@pytest.fixture(scope="module")
def overdue(tmp_path_factory: pytest.TempPathFactory) -> MeasurementResult:
    folder = tmp_path_factory.mktemp("calibration")
    return measured(run_at(DUE_AT + timedelta(days=3), calibrated(folder, signed().to_bytes())))


def test_a_front_end_3_percent_off_measures_the_true_amplitude(tmp_path: Path, measure: Measure):
    """From the chip's signals over fit and signature to the millivolts of a session; each second's peak to peak."""
    fit = fit_front_end(signals(Faults(gain=1.03, offset_counts=4000.0)), MADE_AT, DUE_AT)
    assert fit.accepted
    made = run_at(MADE_AT + timedelta(days=1), calibrated(tmp_path, signed(fit.record).to_bytes()))
    result = measured(made)
    assert result.window_recording is not None
    assert result.window is not None
    truth = faulty_blocks(35.4, 1.0, 0.0)[0][slice(*result.window)].reshape(-1, 500)
    found = result.window_recording.ecg_mv.reshape(-1, 500)
    errors = 100 * np.abs(np.ptp(found, axis=1) / np.ptp(truth, axis=1) - 1.0)
    measure("FE-CAL-AMPLITUDE", float(errors.max()), n=len(errors), detail="synthetic front end")
    assert np.abs(found - truth).max() < 1e-3  # the offset is gone, too


def test_without_its_calibration_it_measures_3_percent_too_much(tmp_path: Path):
    result = measured(run_at(MADE_AT, InstalledCalibrations(tmp_path, Trust())))
    assert result.window_recording is not None
    assert result.window is not None
    truth = faulty_blocks(35.4, 1.0, 0.0)[0][slice(*result.window)]
    assert np.ptp(result.window_recording.ecg_mv) / np.ptp(truth) == pytest.approx(1.03, abs=1e-3)


def test_raw_counts_are_stored_as_they_came(overdue: MeasurementResult):
    counts = np.concatenate([block.counts for block in faulty_blocks(35.4, 1.03, 4000.0)[1]])
    assert overdue.recording is not None
    assert np.array_equal(overdue.recording.counts, counts[: overdue.recording.counts.size])


# --- overdue ---


def test_an_overdue_calibration_is_used(overdue: MeasurementResult):
    assert overdue.outcome.is_result
    assert overdue.front_end is not None
    assert overdue.front_end.lsb_mv == FRONT_END.lsb_mv / 1.03


@pytest.mark.parametrize("kind", ["plain", "terminal"])
def test_an_overdue_calibration_is_shown_on_the_screen(kind: str, tmp_path: Path):
    stream = io.StringIO()
    screen = PlainScreen(stream) if kind == "plain" else TerminalScreen(stream)
    made = run_at(DUE_AT + timedelta(days=3), calibrated(tmp_path, signed().to_bytes()), screen=screen)
    Session(made).run()
    assert "Calibration overdue since 2027-03-01. Research" in " ".join(stream.getvalue().split())


def test_an_overdue_calibration_stands_on_the_strip_in_bold(overdue: MeasurementResult):
    page = page_of(overdue)
    assert page is not None
    header = header_of(page, Typeface("DejaVuSans"), Typeface("DejaVuSans-Bold"))
    at = next(number for number, row in enumerate(header.identity) if row.label == "Calibration")
    assert header.identity[at].bold
    words = " ".join(row.words for row in header.identity[at : at + 2])
    assert words.startswith("[!] Calibration overdue since 2027-03-01.")


def test_an_overdue_calibration_stands_in_the_record(tmp_path: Path):
    folder = tmp_path / "calibration"
    folder.mkdir()
    store = FileStore(tmp_path / "store")
    made = run_at(DUE_AT + timedelta(days=3), calibrated(folder, signed().to_bytes()), store=store)
    result = Session(made).run()
    document = json.loads((store.folder(result.measurement_id) / "result.json").read_text())
    said = document["calibration"]
    assert said["kind"] == "overdue"
    assert said["sentence"] == "Calibration overdue since 2027-03-01."
    assert said["due_at"] == "2027-03-01T12:00:00Z"
    assert said["gain"] == 1.03
    assert document["front_end"]["lsb_mv"] == FRONT_END.lsb_mv / 1.03


# --- in date, none, and none possible ---


def test_a_calibration_in_date_takes_no_room_on_the_screen_and_a_line_on_the_strip(tmp_path: Path):
    made = run_at(MADE_AT + timedelta(days=1), calibrated(tmp_path, signed().to_bytes()))
    result = measured(made)
    assert "alibrat" not in shown_on(made).notice
    page = page_of(result)
    assert page is not None
    assert page.calibration == "Front end calibrated 2026-03-01, due 2027-03-01."
    assert page.calibration_in_date


def test_none_at_all_is_told_for_a_front_end_that_could_be_calibrated(tmp_path: Path):
    made = run_at(MADE_AT, InstalledCalibrations(tmp_path, Trust()))
    result = measured(made)
    assert shown_on(made).notice.startswith("Front end not calibrated. Research demonstration")
    page = page_of(result)
    assert page is not None
    assert page.calibration == "Front end not calibrated."
    assert not page.calibration_in_date


def test_nothing_is_told_for_a_front_end_that_cannot_be_calibrated(tmp_path: Path):
    replay = replace(FRONT_END, profile="replay")
    made = run_at(MADE_AT, InstalledCalibrations(tmp_path, Trust()), replay)
    result = measured(made)
    assert result.calibration is None
    assert "alibrat" not in shown_on(made).notice
    page = page_of(result)
    assert page is not None
    assert page.calibration == ""


# --- never used ---


FORGED = {
    "another signer": lambda: signed(by=signer("stranger")).to_bytes(),
    "another gain": lambda: replace(signed(), record=replace(RECORD, gain=replace(RECORD.gain, value=1.0))).to_bytes(),
    "another date": lambda: replace(signed(), record=replace(RECORD, due_at=DUE_AT + timedelta(days=9))).to_bytes(),
    "half a file": lambda: signed().to_bytes()[:700],
    "an empty file": lambda: b"",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_or_altered_calibration_is_a_device_error(how: str, tmp_path: Path):
    made = run_at(MADE_AT, calibrated(tmp_path, FORGED[how]()))
    result = measured(made)
    assert str(result.outcome) == "DEVICE_ERROR(calibration-invalid)"
    assert result.recording is None
    assert "calibration of its front end installed anew" in shown_on(made).advice


def test_a_calibration_of_another_device_is_a_device_error(tmp_path: Path):
    made = run_at(MADE_AT, calibrated(tmp_path, signed(replace(RECORD, serial="PK-0002")).to_bytes()))
    result = measured(made)
    assert result.outcome.kind is OutcomeKind.DEVICE_ERROR
    assert result.outcome.reasons == ("calibration-other-device",)


def test_the_front_end_is_let_go_of_when_its_calibration_is_refused(tmp_path: Path):
    made = run_at(MADE_AT, calibrated(tmp_path, b""))
    measured(made)
    with pytest.raises(Exception, match="not open"):
        made.source.read(0.0)
