"""EDF files: digital values, scale and unit as the header has them, and refusals that say why."""

import sys
from pathlib import Path

import numpy as np
import pytest
from edfio import Edf, EdfAnnotation, EdfSignal

from pocketk_agent.recording_file import RecordingFileError, read_recording
from unit.recording_file.written_files import FS_HZ, some_counts, write_edf


@pytest.mark.parametrize(("unit", "scale"), [("uV", 1e-3), ("mV", 1.0), ("V", 1e3), ("UV", 1e-3)])
def test_integers_survive_exactly_and_the_unit_is_used(tmp_path: Path, unit: str, scale: float) -> None:
    counts = some_counts(largest=5 if unit == "V" else 2000)
    strip = read_recording(write_edf(tmp_path / "a.edf", counts, ["V1", "ECG I"], unit))
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, counts + 1)
    np.testing.assert_allclose(strip.ecg_mv, (counts + 1 + 10) * 0.5 * scale, rtol=1e-12)
    assert (strip.fs_hz, strip.lead, strip.native.zero_counts) == (FS_HZ, "I", -10)


def test_a_micro_sign_in_the_header_is_micro(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", some_counts(), ["I"], "XV")
    path.write_bytes(path.read_bytes().replace(b"XV ", b"\xb5V ", 1))
    np.testing.assert_allclose(read_recording(path).ecg_mv, (some_counts() + 10) * 0.5e-3, rtol=1e-12)


def test_annotations_beside_the_signal_do_no_harm(tmp_path: Path) -> None:
    signal = EdfSignal(np.sin(np.arange(1500) / 9), FS_HZ, label="II", physical_dimension="mV")
    Edf([signal], annotations=[EdfAnnotation(1.0, None, "thumbs on")]).write(tmp_path / "a.edf")
    strip = read_recording(tmp_path / "a.edf", start_s=2, seconds=1)
    np.testing.assert_allclose(strip.ecg_mv, np.sin(np.arange(500, 750) / 9), atol=1e-4)
    assert strip.lead == "II"


def test_a_zero_between_two_counts_is_kept(tmp_path: Path) -> None:
    signal = EdfSignal.from_digital(
        some_counts().astype(np.int16), FS_HZ, physical_dimension="mV", physical_range=(-2, 2)
    )
    Edf([signal]).write(tmp_path / "a.edf")
    strip = read_recording(tmp_path / "a.edf")
    assert strip.native is not None
    assert strip.native.zero_counts == pytest.approx(-0.5)
    np.testing.assert_allclose(strip.ecg_mv, signal.data, atol=1e-12)
    assert strip.lead == "unknown"


def patched(path: Path, offset: int, text: bytes) -> Path:
    """Overwrite a header field."""
    content = bytearray(path.read_bytes())
    content[offset : offset + len(text)] = text
    path.write_bytes(bytes(content))
    return path


# Where the fields of a file with one signal are.
VERSION, KIND, RECORDS, DURATION, SIGNALS = 0, 192, 236, 244, 252
UNIT, PHYSICAL_MIN, DIGITAL_MIN, SAMPLES = 256 + 96, 256 + 104, 256 + 120, 256 + 216


def test_a_zero_that_is_whole_stays_whole(tmp_path: Path) -> None:
    """By division alone, this header's zero is at -3.6e-12."""
    signal = EdfSignal.from_digital(some_counts().astype(np.int16), FS_HZ, physical_dimension="mV")
    Edf([signal]).write(tmp_path / "a.edf")
    patched(tmp_path / "a.edf", PHYSICAL_MIN, b"-32.768 32.767  ")
    native = read_recording(tmp_path / "a.edf").native
    assert native is not None
    assert native.zero_counts == 0


@pytest.mark.parametrize(
    ("offset", "text", "message"),
    [
        (VERSION, b"\xffBIOSEMI", "BDF is not supported"),
        (KIND, b"EDF+D", "discontinuous"),
        (RECORDS, b"99999999", "truncated"),
        (RECORDS, b"1       ", "truncated"),
        (DURATION, b"0       ", "not an EDF file"),
        (DURATION, b"1000    ", "sampling rate"),
        (DURATION, b"nan     ", "sampling rate"),
        (SIGNALS, b"0   ", "not an EDF file"),
        (SIGNALS, b"9999", "not an EDF file"),
        (UNIT, b"mmHg    ", "not a voltage"),
        (UNIT, b"        ", "not a voltage"),
        (PHYSICAL_MIN, b"1500    ", "two different ends"),
        (PHYSICAL_MIN, b"-1e300  ", "no electrode|any electrode"),
        (DIGITAL_MIN, b"2990    ", "two different ends"),
        (DIGITAL_MIN, b"9999    ", "two different ends"),
        (SAMPLES, b"99999999", "truncated"),
        (SAMPLES, b"-5      ", "not an EDF file|truncated"),
    ],
)
def test_a_header_that_lies_is_refused_with_the_reason(tmp_path: Path, offset: int, text: bytes, message: str) -> None:
    path = write_edf(tmp_path / "a.edf", some_counts(), ["I"])
    with pytest.raises(RecordingFileError, match=message):
        read_recording(patched(path, offset, text))


def test_a_file_still_being_written_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = write_edf(tmp_path / "a.edf", some_counts(), ["I"])
    assert read_recording(patched(path, RECORDS, b"-1      ")).seconds == 6.0


@pytest.mark.parametrize("kept", [0, 100, 256, 512, 600])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int) -> None:
    path = write_edf(tmp_path / "a.edf", some_counts(), ["I"])
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RecordingFileError):
        read_recording(path)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_edf(tmp_path / "a.edf", some_counts(), ["I"])
    monkeypatch.setitem(sys.modules, "edfio", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'pocketk\[interop\]'"):
        read_recording(path)
