"""Which reader a file is given to, what a caller may ask for, and the names of leads."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pocketk_agent.recording_file import NativeCounts, RecordedStrip, RecordingFileError, read_recording
from pocketk_agent.recording_file.lead_name import find_channel, is_lead_one, lead_of
from unit.recording_file.written_files import counts_header, some_counts, write_counts, write_edf, write_wfdb

NO_FLAGS = np.zeros(1500, dtype=np.uint8)


@pytest.mark.parametrize("name", ["a.edf", "a.csv", "a.csv.gz", "a.npy", "a.counts", "a.hea", "a.dat", "a.mat"])
def test_absent_files_and_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingFileError, match="no such file"):
        read_recording(tmp_path / name, fs_hz=250 if name[2:] in ("csv", "csv.gz", "npy") else None)
    (tmp_path / name).mkdir()
    with pytest.raises(RecordingFileError, match="is a folder"):
        read_recording(str(tmp_path / name))


@pytest.mark.parametrize(
    "name", ["", "/", ".", "a\0.edf", "a\0", "x" * 5000, "x" * 5000 + ".edf", "a.txt", "no.hea.at.all"]
)
def test_names_that_lead_nowhere_are_refused(name: str) -> None:
    with pytest.raises(RecordingFileError):
        read_recording(name)


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0.1\n")
    with pytest.raises(RecordingFileError, match=r"a\.txt: unknown format; expected \.hea.*\.edf.*\.csv.*\.counts"):
        read_recording(tmp_path / "a.txt")


def test_files_that_state_rate_and_scale_keep_them(tmp_path: Path) -> None:
    files = (
        write_wfdb(tmp_path, some_counts(), ["I"]),
        write_edf(tmp_path / "a.edf", some_counts(), ["I"]),
        write_counts(tmp_path / "a.counts", some_counts(), NO_FLAGS),
    )
    for file in files:
        assert read_recording(file, fs_hz=250.01).fs_hz == 250.0
        with pytest.raises(RecordingFileError, match="header says 250 Hz, the caller 500 Hz"):
            read_recording(file, fs_hz=500)
        with pytest.raises(RecordingFileError, match="states its own scale"):
            read_recording(file, lsb_mv=0.001)
        with pytest.raises(RecordingFileError, match=r"is 6\.000 s long, nothing is left from 6 s on"):
            read_recording(file, start_s=6)
        with pytest.raises(RecordingFileError, match="no channel named 'V9'"):
            read_recording(file, channel="V9")
        with pytest.raises(RecordingFileError, match="no channel -1"):
            read_recording(file, channel=-1)
        assert read_recording(file, start_s=5, seconds=60).seconds == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start_s": -1.0}, "start_s"),
        ({"start_s": math.nan}, "start_s"),
        ({"seconds": 0.0}, "seconds"),
        ({"seconds": math.inf}, "seconds"),
        ({"zero_counts": 5}, "without lsb_mv"),
        ({"adc_bits": 12}, "without lsb_mv"),
        ({"lsb_mv": 0.0}, "lsb_mv"),
        ({"lsb_mv": math.nan}, "lsb_mv"),
        ({"lsb_mv": 1.0, "adc_bits": 40}, "adc_bits"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordingFileError, match=message):
        read_recording(tmp_path / "a.csv", **arguments)


def test_a_part_of_a_long_file_is_read_and_all_of_a_huge_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "long.counts"
    with path.open("wb") as file:
        file.write(counts_header().to_line())
        file.truncate(file.tell() + 5 * 50_000_001)  # a sparse file: zeros that take no room
    with pytest.raises(RecordingFileError, match="50000001 samples are more than"):
        read_recording(path)


@pytest.mark.parametrize(
    "name",
    ["I", "i", " I ", "LEAD I", "Lead_I", "ECG I", "ecg lead i", "MDC_ECG_LEAD_I", "EKG-I", "D1", "DI", "L1", "Lead 1"],
)
def test_spellings_of_lead_one(name: str) -> None:
    assert is_lead_one(name)
    assert lead_of(name) == "I"


@pytest.mark.parametrize(
    "name", ["II", "III", "aVL", "V1", "1", "ECG", "ECG 1", "Lead 11", "MDC_ECG_LEAD_II", "IV", ""]
)
def test_names_that_are_not_lead_one(name: str) -> None:
    assert not is_lead_one(name)


def test_lead_one_is_taken_by_name_else_the_first() -> None:
    assert find_channel(["V1", "II", "i"], None, "x") == 2
    assert find_channel(["V1", "II"], None, "x") == 0
    assert find_channel(["V1", "II"], " ii ", "x") == 1
    with pytest.raises(RecordingFileError, match="no signal channel"):
        find_channel([], None, "x")


def test_a_strip_must_agree_with_itself() -> None:
    mv, off = np.array([0.1, np.nan, 0.2]), np.zeros(3, dtype=np.bool_)
    strip = RecordedStrip(mv, 250.0, "I", off, "made up")
    assert (strip.seconds, strip.missing.tolist()) == (3 / 250, [False, True, False])
    with pytest.raises(RecordingFileError, match="unlike shapes"):
        RecordedStrip(mv, 250.0, "I", off[:2], "made up")
    with pytest.raises(RecordingFileError, match="unlike shapes"):
        RecordedStrip(mv, 250.0, "I", off, "made up", NativeCounts(np.zeros(2, np.int32), 1.0, 0.0))
    with pytest.raises(RecordingFileError, match="finite numbers and a step other than 0"):
        RecordedStrip(mv, 250.0, "I", off, "made up", NativeCounts(np.zeros(3, np.int32), 0.0, 0.0))
    with pytest.raises(RecordingFileError, match="no sample is present"):
        RecordedStrip(mv * np.nan, 250.0, "I", off, "made up")
    with pytest.raises(RecordingFileError, match="sampling rate"):
        RecordedStrip(mv, 1.0, "I", off, "made up")
