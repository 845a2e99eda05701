"""CSV and .npy: millivolts or counts, one column among several, and refusals that say why."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pocketk_agent.recording_file import RecordingFileError, read_recording
from pocketk_agent.recording_file.csv_column import MOST_BYTES
from unit.recording_file.written_files import some_counts

MV = some_counts(1000, 900) / 1000.0


def written(folder: Path, text: str, name: str = "a.csv") -> Path:
    path = folder / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV"])
def test_one_column_of_millivolts(tmp_path: Path, name: str) -> None:
    strip = read_recording(written(tmp_path, "\n".join(map(repr, MV.tolist())), name), fs_hz=250)
    np.testing.assert_array_equal(strip.ecg_mv, MV)
    assert (strip.fs_hz, strip.lead, strip.native) == (250, "unknown", None)


@pytest.mark.parametrize(
    ("row", "channel", "lead"),
    [
        ("time,II,Lead I\n{i},{other},{mv}", None, "I"),
        ("time;ecg\n{i};{comma}", None, "ecg"),
        ("\ufeffecg\n{mv}", None, "ecg"),
        ('"t","lead_i"\n"{i}","{mv}"', None, "I"),
        ("a,b\n{other},{mv}", "B", "b"),
        ("a,b\n{other},{mv}", 1, "b"),
        ("{other},{mv}", 1, "unknown"),
        ("# a comment\n\n12:00:{i} ; {mv} ", None, "unknown"),
    ],
)
def test_the_ecg_column_is_found(tmp_path: Path, row: str, channel: int | str | None, lead: str) -> None:
    *header, sample = row.split("\n")
    lines = [sample.format(i=i, mv=mv, other=-mv, comma=str(mv).replace(".", ",")) for i, mv in enumerate(MV.tolist())]
    strip = read_recording(written(tmp_path, "\r\n".join([*header, *lines]) + "\r\n"), fs_hz=250, channel=channel)
    np.testing.assert_array_equal(strip.ecg_mv, MV)
    assert strip.lead == lead


def test_empty_cells_are_missing_samples(tmp_path: Path) -> None:
    cells = [str(mv) for mv in MV.tolist()]
    cells[10:14] = ["", "nan", "NA", "-"]
    strip = read_recording(written(tmp_path, "t,ecg\n" + "".join(f"0,{cell}\n" for cell in cells)), fs_hz=250)
    np.testing.assert_array_equal(np.flatnonzero(strip.missing), [10, 11, 12, 13])


@pytest.mark.parametrize(
    ("line", "fs_hz"), [("# 500.0 Hz, millivolts, nan: missing", 500.0), ("# 1e3 Hz, millivolts", 1e3)]
)
def test_a_first_line_that_states_the_rate_is_enough(tmp_path: Path, line: str, fs_hz: float) -> None:
    assert read_recording(written(tmp_path, f"\ufeff{line}\nI\n0.1\n0.2\n")).fs_hz == fs_hz


@pytest.mark.parametrize(
    "text", ["# 50 Hz notch\n0.1\n", "# notes\n# 500 Hz, millivolts\n0.1\n", "0.1\n# 500 Hz, millivolts\n"]
)
def test_another_comment_states_no_rate(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingFileError, match="pass fs_hz"):
        read_recording(written(tmp_path, text))


def test_a_rate_that_contradicts_the_first_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingFileError, match="says 500 Hz, the caller 300 Hz"):
        read_recording(written(tmp_path, "# 500 Hz, millivolts\n0.1\n0.2\n"), fs_hz=300)


def test_counts_survive_exactly_with_their_scale_and_rails(tmp_path: Path) -> None:
    counts = np.clip(some_counts() + 2048, 0, 4095)
    text = "".join(f"2026-01-01 00:00:00.{i:06d} ; {count}\n" for i, count in enumerate(counts))
    path = written(tmp_path, text, "a.csv.gz")
    strip = read_recording(path, fs_hz=498.2, lsb_mv=0.0016, zero_counts=2048, adc_bits=12, start_s=1, seconds=2)
    part = counts[498 : 498 + 996]
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, part)
    np.testing.assert_allclose(strip.ecg_mv, (part - 2048.0) * 0.0016, rtol=1e-12)
    assert (strip.native.rail_low_counts, strip.native.rail_high_counts, strip.native.adc_bits) == (0, 4095, 12)


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("0.1\n0.2\n", {}, "pass fs_hz"),
        ("0.1\n0.2\n", {"fs_hz": 0}, "sampling rate"),
        ("0.1\n0.2\n", {"fs_hz": float("nan")}, "sampling rate"),
        ("", {"fs_hz": 250}, "no row"),
        ("ecg\n", {"fs_hz": 250}, "no sample"),
        ("0.1\n\nx\n", {"fs_hz": 250}, "line 3: 'x' is not a number"),
        ("0.1\n0.2,0.3\n", {"fs_hz": 250}, "line 2: 2 columns"),
        ("0.1\ninf\n", {"fs_hz": 250}, "infinite"),
        ("a,b\n0.1,0.2\n", {"fs_hz": 250}, "which column is the ECG"),
        ("0.1,0.2\n", {"fs_hz": 250}, "2 unnamed columns"),
        ("a,b\n0.1,0.2\n", {"fs_hz": 250, "channel": "c"}, "no channel named 'c'"),
        ("a,b\n0.1,0.2\n", {"fs_hz": 250, "channel": 2}, "no channel 2"),
        ("0.1,0.2\n", {"fs_hz": 250, "channel": "b"}, "no header row"),
        ("nan\nnan\n", {"fs_hz": 250}, "no sample is present"),
        ("2000\n2100\n1900\n", {"fs_hz": 250}, "too large for millivolts"),
        ("1e-5\n2e-5\n", {"fs_hz": 250}, "too small for millivolts"),
        ("20000\n20000\n", {"fs_hz": 250}, "more than any electrode"),
        ("1.5\n2\n", {"fs_hz": 250, "lsb_mv": 0.001}, "fractions"),
        ("1\n4096\n", {"fs_hz": 250, "lsb_mv": 0.001, "adc_bits": 12}, "expected 0 to 4095"),
        ("1\n99999999999\n", {"fs_hz": 250, "lsb_mv": 0.001}, "expected -2147483648"),
        ("1\n2\n", {"fs_hz": 250, "lsb_mv": 1e300}, "more than any electrode"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, text: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecordingFileError, match=message):
        read_recording(written(tmp_path, text), **arguments)


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"0\n" * (MOST_BYTES // 2 + 1), 1))
    with pytest.raises(RecordingFileError, match="more than 64 MB"):
        read_recording(path, fs_hz=250)


@pytest.mark.parametrize("turn", [lambda a: a, lambda a: a[:, np.newaxis], lambda a: a[np.newaxis]])
def test_an_array_of_one_lead(tmp_path: Path, turn: Callable[[np.ndarray], np.ndarray]) -> None:
    np.save(tmp_path / "a.npy", turn(MV.astype(np.float32)))
    strip = read_recording(tmp_path / "a.npy", fs_hz=250)
    np.testing.assert_array_equal(strip.ecg_mv, MV.astype(np.float32))
    assert strip.lead == "unknown"


@pytest.mark.parametrize("turned", [False, True])
def test_an_array_of_twelve_leads(tmp_path: Path, turned: bool) -> None:
    leads = np.stack([MV * (k + 1) for k in range(12)])
    np.save(tmp_path / "a.npy", leads.T if turned else leads)
    np.testing.assert_array_equal(read_recording(tmp_path / "a.npy", fs_hz=250).ecg_mv, MV)
    strip = read_recording(tmp_path / "a.npy", fs_hz=250, channel=3)
    np.testing.assert_array_equal(strip.ecg_mv, MV * 4)
    assert strip.lead == "channel 3"


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.int32, np.int64])
def test_an_array_of_counts_survives_exactly(tmp_path: Path, dtype: type) -> None:
    counts = some_counts() + 2048
    np.save(tmp_path / "a.npy", counts.astype(dtype))
    strip = read_recording(tmp_path / "a.npy", fs_hz=250, lsb_mv=0.002, zero_counts=2048)
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, counts)
    with pytest.raises(RecordingFileError, match="whole numbers are counts"):
        read_recording(tmp_path / "a.npy", fs_hz=250)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((3, 4, 5)), "shape"),
        (np.zeros((100, 100)), "shape"),
        (np.zeros(5, dtype=complex), "real numbers"),
        (np.array(["a", "b"]), "real numbers"),
        (np.zeros((0,)), "nothing is left|not a .npy"),
        (np.array([0.1, np.inf]), "infinite"),
    ],
)
def test_an_array_that_is_no_lead_is_refused(tmp_path: Path, array: np.ndarray, message: str) -> None:
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(RecordingFileError, match=message):
        read_recording(tmp_path / "a.npy", fs_hz=250)


def test_a_pickle_is_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([{"x": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(RecordingFileError, match=r"not a \.npy array"):
        read_recording(tmp_path / "a.npy", fs_hz=250)


def test_a_header_that_promises_terabytes_fails_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros(1000))
    path.write_bytes(path.read_bytes().replace(b"(1000,), }          ", b"(1000000000000,), } "))
    with pytest.raises(RecordingFileError, match=r"not a \.npy array"):
        read_recording(path, fs_hz=250)
