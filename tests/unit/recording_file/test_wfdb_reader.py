"""WFDB records: counts, gain, unit and rate as the header has them, and refusals that say why."""

import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.recording_file import RecordingFileError, read_recording
from unit.recording_file.written_files import FS_HZ, some_counts, write_wfdb


@pytest.mark.parametrize(("fmt", "largest"), [("16", 30_000), ("24", 8_000_000), ("32", 2_000_000_000), ("212", 2000)])
def test_integers_survive_exactly_in_every_storage_format(tmp_path: Path, fmt: str, largest: int) -> None:
    counts = some_counts(largest=largest)
    header = write_wfdb(tmp_path, counts, ["II", "I"], fmt=[fmt] * 2, adc_gain=[2e6] * 2)
    strip = read_recording(header)
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, counts + 1)  # lead I is channel 1
    np.testing.assert_array_equal(strip.ecg_mv, (counts + 1.0 - 12) * (1 / 2e6))
    assert (strip.fs_hz, strip.lead, strip.native.zero_counts) == (FS_HZ, "I", 12)
    assert not strip.lead_off.any()


@pytest.mark.parametrize(("unit", "scale"), [("mV", 1.0), ("mv", 1.0), ("uV", 1e-3), ("V", 1e3), ("nV", 1e-6)])
def test_the_headers_unit_is_used(tmp_path: Path, unit: str, scale: float) -> None:
    counts = some_counts()
    strip = read_recording(write_wfdb(tmp_path, counts, ["I"], units=[unit]))
    np.testing.assert_allclose(strip.ecg_mv, (counts - 12) / 400 * scale, rtol=1e-12)


@pytest.mark.parametrize("unit", ["mmHg", "bpm", "NU", "mVs2"])
def test_a_unit_that_is_no_voltage_is_refused(tmp_path: Path, unit: str) -> None:
    with pytest.raises(RecordingFileError, match="not a voltage"):
        read_recording(write_wfdb(tmp_path, some_counts(), ["I"], units=[unit]))


def test_the_sample_that_stands_for_none_is_missing(tmp_path: Path) -> None:
    counts = some_counts()
    counts[100:130] = -(2**15)
    strip = read_recording(write_wfdb(tmp_path, counts, ["I"]))
    np.testing.assert_array_equal(np.flatnonzero(strip.missing), np.arange(100, 130))


def test_several_samples_a_frame_keep_their_own_rate(tmp_path: Path) -> None:
    write_wfdb(tmp_path, some_counts(600), ["I"])
    header = tmp_path / "rec.hea"
    lines = header.read_text().splitlines()
    header.write_text(f"rec 1 {FS_HZ:g} 200\n" + lines[1].replace("dat 16 ", "dat 16x3 ") + "\n")
    strip = read_recording(header)
    assert strip.fs_hz == 3 * FS_HZ
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, some_counts(600))


def test_converter_resolution_gives_the_rails(tmp_path: Path) -> None:
    header = write_wfdb(tmp_path, some_counts(), ["I"])
    header.write_text(header.read_text().replace(" 16 0 ", " 11 1024 ", 1))
    native = read_recording(header).native
    assert native is not None
    assert (native.rail_low_counts, native.rail_high_counts, native.adc_bits) == (0, 2047, 11)


@pytest.mark.parametrize("suffix", ["", ".hea", ".dat"])
def test_a_record_is_found_by_any_of_its_names(tmp_path: Path, suffix: str) -> None:
    write_wfdb(tmp_path, some_counts(), ["ECG"])
    strip = read_recording(tmp_path / f"rec{suffix}", start_s=1.0, seconds=2.0)
    assert strip.lead == "ECG"
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, some_counts()[250:750])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("400.0(12)/mV", "0(12)/mV"), "states no gain"),
        (lambda _: "rec 1 250 1500\nrec.dat 16\n", "states no gain"),
        (lambda text: text.replace("/mV", "/\u00b5V"), "outside ASCII"),
        (lambda text: text.replace("rec 1 250 1500", "rec 1 250 99999999999999"), "truncated"),
        (lambda text: text.replace("rec 1 250 1500", "rec 1 0 1500"), "sampling rate"),
        (lambda text: text.replace("rec 1 250 1500", "rec 1 99999999 1500"), "sampling rate"),
        (lambda text: text.replace("rec 1 250", "rec 0 250"), "no signal channel"),
        (lambda text: text.replace("rec 1 250", "rec 9 250"), "announces 9 channels"),
        (lambda _: "rec/1 1 250 1500\nother 1500\n", "several segments"),
        (lambda text: text.replace("rec.dat 16", "rec.dat 99"), "storage format 99"),
        (lambda text: text.replace("rec.dat 16", "rec.dat 16x0"), "samples a frame"),
        (lambda text: text.replace("rec.dat 16", "rec.dat 16x888888888888"), "sampling rate"),
        (lambda text: text.replace("rec.dat 16", "rec.dat 16x300"), "truncated"),
        (lambda text: text.replace("rec.dat 16", "rec.dat 16+888888888888"), "truncated"),
        (lambda text: text.replace("rec.dat", "else.dat"), "else.dat is missing"),
        (lambda text: text.replace("rec.dat", "../../etc/passwd"), "not a WFDB record"),
        (lambda text: text.replace("400.0(12)", "1e-300(12)"), "mV"),
        (lambda text: text.replace("400.0(12)", "400.0(" + "9" * 400 + ")"), "not a WFDB record"),
        (lambda _: "", "empty"),
        (lambda _: "# nothing\n", "empty"),
    ],
)
def test_a_header_that_lies_is_refused_with_the_reason(
    tmp_path: Path, change: Callable[[str], str], message: str
) -> None:
    header = write_wfdb(tmp_path, some_counts(), ["I"])
    before = header.read_text()
    after = change(before)
    assert after != before
    header.write_text(after, encoding="utf-8")
    with pytest.raises(RecordingFileError, match=message):
        read_recording(header)


def test_a_truncated_or_missing_signal_file_is_refused(tmp_path: Path) -> None:
    header = write_wfdb(tmp_path, some_counts(), ["I"])
    data = tmp_path / "rec.dat"
    data.write_bytes(data.read_bytes()[:-2])
    with pytest.raises(RecordingFileError, match=r"promises 1500 samples a channel, rec\.dat holds 1499"):
        read_recording(header)
    data.unlink()
    with pytest.raises(RecordingFileError, match="missing beside the header"):
        read_recording(header)
    header.unlink()
    data.touch()
    with pytest.raises(RecordingFileError, match=r"no readable header rec\.hea"):
        read_recording(data)


def test_no_connection_is_ever_attempted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a damaged record nor a folder that looks like an address makes the parser use the network."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("the reader used the network")

    header = write_wfdb(tmp_path, some_counts(), ["I"])
    odd = tmp_path / "zip::http:"
    odd.mkdir()
    for name in ("rec.hea", "rec.dat"):
        (odd / name).write_bytes((tmp_path / name).read_bytes())
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert read_recording(header).seconds == 6.0
    with pytest.raises(RecordingFileError, match="rename the folder"):
        read_recording(odd / "rec.hea")
    (tmp_path / "rec.dat").unlink()
    with pytest.raises(RecordingFileError, match="missing beside the header"):
        read_recording(header)


def test_without_the_package_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = write_wfdb(tmp_path, some_counts(), ["I"])
    monkeypatch.setitem(sys.modules, "wfdb", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'pocketk\[interop\]'"):
        read_recording(header)
