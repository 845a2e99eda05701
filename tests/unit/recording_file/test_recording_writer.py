"""What is written reads back: numbers, rate, lead, missing samples, rails; and refusals that say why."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edfio import read_edf
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from pocketk_agent.recording_file import NativeCounts, RecordedStrip, RecordingFileError, read_recording
from pocketk_agent.recording_file.recording_writer import write_recording
from unit.recording_file.written_files import wfdb, wfdb_on_new_pandas

FS_HZ = 500.0
# The readers refuse what cannot be an ECG in millivolts; every generated strip holds this pulse.
PULSE_MV = np.r_[0.0, 1.0, 0.0]
EVERY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def strip_of(ecg_mv: NDArray[np.float64], fs_hz: float = FS_HZ, native: NativeCounts | None = None) -> RecordedStrip:
    return RecordedStrip(ecg_mv, fs_hz, "I", np.zeros(len(ecg_mv), np.bool_), "test", native)


def counted(counts: NDArray[np.int32], lsb_mv: float = 0.0024, zero: int = 2048, bits: int = 12) -> RecordedStrip:
    native = NativeCounts(counts, lsb_mv, zero, 0, 2**bits - 1, bits)
    return strip_of(native.to_mv(), native=native)


def record_of(path: Path) -> Any:
    """The record as the wfdb package reads it."""
    with wfdb_on_new_pandas():
        return wfdb.rdrecord(str(path), physical=False)


def counts_in(lowest: int, highest: int) -> st.SearchStrategy[NDArray[np.int32]]:
    numbers = arrays(np.int32, st.integers(1, 200), elements=st.integers(lowest, highest))
    return numbers.map(lambda counts: np.concatenate([counts, np.array([lowest, highest], np.int32)]))


millivolts = arrays(np.float64, st.integers(1, 300), elements=st.floats(-5, 5)).map(
    lambda values: np.concatenate([values, PULSE_MV])
)


@EVERY
@given(millivolts, st.floats(10, 10_000))
def test_csv_reads_back_exactly(tmp_path: Path, ecg_mv: NDArray[np.float64], fs_hz: float) -> None:
    write_recording(tmp_path / "a.csv", strip_of(ecg_mv, fs_hz), overwrite=True)
    strip = read_recording(tmp_path / "a.csv")
    np.testing.assert_array_equal(strip.ecg_mv, ecg_mv)
    assert (strip.lead, strip.fs_hz) == ("I", fs_hz)


@EVERY
@given(counts_in(0, 4095), st.floats(10, 10_000))
@example(np.array([0, 0, 4095], np.int32), 10.000000000000002)
def test_wfdb_keeps_the_counts(tmp_path: Path, counts: NDArray[np.int32], fs_hz: float) -> None:
    native = NativeCounts(counts, 0.0024, 2048, 0, 4095, 12)
    write_recording(tmp_path / "a.hea", strip_of(native.to_mv(), fs_hz, native), overwrite=True)
    strip = read_recording(tmp_path / "a.hea")
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, counts)
    # The package wfdb reads a rate within 5e-9 Hz of a whole number as that number.
    assert strip.fs_hz == pytest.approx(fs_hz, rel=0, abs=1e-8)
    assert strip.native.rail_high_counts == 4095
    np.testing.assert_allclose(strip.ecg_mv, native.to_mv(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("largest", "fmt"), [(32_767, "16"), (32_768, "24"), (2**23 - 1, "24"), (2**23, "32")])
def test_wfdb_takes_the_narrowest_format_that_holds_the_counts(tmp_path: Path, largest: int, fmt: str) -> None:
    counts = np.array([-5, 0, largest, -largest], np.int32)
    write_recording(
        tmp_path / "a.hea", strip_of(counts.astype(np.float64) * 1e-6, native=NativeCounts(counts, 1e-6, 0.0))
    )
    record = record_of(tmp_path / "a")
    assert record.fmt == [fmt]
    np.testing.assert_array_equal(record.d_signal[:, 0], counts)


def test_the_wfdb_package_accepts_the_checksum(tmp_path: Path) -> None:
    counts = np.random.default_rng(3).integers(0, 4096, 2000).astype(np.int32)
    write_recording(tmp_path / "a.hea", counted(counts))
    record = record_of(tmp_path / "a")
    assert record.checksum == [int(np.int16(np.uint16(counts.sum() % 65536)))]


@EVERY
@given(millivolts)
def test_wfdb_of_millivolts_loses_less_than_ten_nanovolts(tmp_path: Path, ecg_mv: NDArray[np.float64]) -> None:
    write_recording(tmp_path / "a.wfdb", strip_of(ecg_mv), overwrite=True)
    np.testing.assert_allclose(read_recording(tmp_path / "a").ecg_mv, ecg_mv, atol=0.51e-5)


@EVERY
@given(arrays(np.float64, st.integers(1, 20).map(lambda seconds: 50 * seconds), elements=st.floats(-5, 5)))
def test_edf_loses_at_most_half_a_step(tmp_path: Path, ecg_mv: NDArray[np.float64]) -> None:
    ecg_mv[:3] = PULSE_MV
    write_recording(tmp_path / "a.edf", strip_of(ecg_mv, 50.0), overwrite=True)
    strip = read_recording(tmp_path / "a.edf")
    np.testing.assert_allclose(strip.ecg_mv, ecg_mv, atol=0.51 * 10.002 / 65_535)
    assert (strip.fs_hz, strip.lead) == (50.0, "I")


@EVERY
@given(counts_in(-(2**23), 2**23 - 1), st.lists(st.booleans(), min_size=202, max_size=202))
def test_counts_keep_integers_and_lead_off(tmp_path: Path, counts: NDArray[np.int32], off: list[bool]) -> None:
    native = NativeCounts(counts, 4.8e-5, 0, -(2**23), 2**23 - 1, 24)
    lead_off = np.array(off[: len(counts)], np.bool_)
    written = RecordedStrip(native.to_mv(), FS_HZ, "I", lead_off, "test", native)
    write_recording(tmp_path / "a.counts", written, overwrite=True)
    strip = read_recording(tmp_path / "a.counts")
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, counts)
    np.testing.assert_array_equal(strip.lead_off, lead_off)


@EVERY
@given(millivolts)
def test_counts_of_millivolts_lose_less_than_ten_nanovolts(tmp_path: Path, ecg_mv: NDArray[np.float64]) -> None:
    write_recording(tmp_path / "a.counts", strip_of(ecg_mv), overwrite=True)
    np.testing.assert_allclose(read_recording(tmp_path / "a.counts").ecg_mv, ecg_mv, atol=0.51e-5)


@pytest.mark.parametrize("name", ["a.csv", "a.hea", "a.counts"])
def test_a_missing_sample_stays_missing(tmp_path: Path, name: str) -> None:
    ecg_mv = np.sin(np.arange(1000) / 20)
    ecg_mv[[0, 400, 999]] = np.nan
    files = write_recording(tmp_path / name, strip_of(ecg_mv))
    rate = FS_HZ if name.endswith("csv") else None
    np.testing.assert_array_equal(read_recording(files[0], fs_hz=rate).missing, np.isnan(ecg_mv))


def test_edf_refuses_a_missing_sample_and_names_formats_that_hold_it(tmp_path: Path) -> None:
    ecg_mv = np.sin(np.arange(1000) / 20)
    ecg_mv[4] = np.nan
    with pytest.raises(RecordingFileError, match=r"1 of 1000 samples are missing.*\.counts"):
        write_recording(tmp_path / "a.edf", strip_of(ecg_mv))


def test_edf_is_valid_to_its_own_package(tmp_path: Path) -> None:
    ecg_mv = np.sin(np.arange(5000) / 20)
    write_recording(tmp_path / "a.edf", strip_of(ecg_mv))
    edf = read_edf(tmp_path / "a.edf")
    assert (edf.num_data_records, edf.data_record_duration, edf.signals[0].physical_dimension) == (10, 1.0, "uV")
    np.testing.assert_allclose(edf.signals[0].data, ecg_mv * 1e3, atol=0.02)


def test_an_electrode_offset_costs_edf_no_resolution(tmp_path: Path) -> None:
    ecg_mv = 290.0 + np.sin(np.arange(5000) / 20)
    write_recording(tmp_path / "a.edf", strip_of(ecg_mv))
    np.testing.assert_allclose(read_recording(tmp_path / "a.edf").ecg_mv, ecg_mv, atol=2e-5)


@pytest.mark.parametrize(("n", "fs_hz"), [(1001, 500.0), (777, 250.0), (320, 128.0), (3600, 360.0)])
def test_edf_takes_lengths_that_are_no_whole_seconds(tmp_path: Path, n: int, fs_hz: float) -> None:
    write_recording(tmp_path / "a.edf", strip_of(np.sin(np.arange(n) / 20), fs_hz))
    strip = read_recording(tmp_path / "a.edf")
    assert (len(strip.ecg_mv), strip.fs_hz) == (n, pytest.approx(fs_hz, rel=1e-9))


@pytest.mark.parametrize(("n", "fs_hz"), [(17_625, 500.05), (17_626, 499.95), (1001, 333.3), (16_411, 511.2345)])
def test_edf_states_a_measured_rate_to_a_millionth(tmp_path: Path, n: int, fs_hz: float) -> None:
    write_recording(tmp_path / "a.edf", strip_of(np.sin(np.arange(n) / 20), fs_hz))
    strip = read_recording(tmp_path / "a.edf")
    assert (len(strip.ecg_mv), strip.fs_hz) == (n, pytest.approx(fs_hz, rel=1e-6))


def test_edf_refuses_a_length_that_its_header_cannot_state(tmp_path: Path) -> None:
    # A prime above what a data record may hold: records of one sample are left, whose duration is too coarse.
    with pytest.raises(RecordingFileError, match="whole number of seconds"):
        write_recording(tmp_path / "a.edf", strip_of(np.sin(np.arange(30_727) / 20), 333.3))


def test_edf_of_volts_is_in_millivolts(tmp_path: Path) -> None:
    ecg_mv = np.linspace(-9_999.5, 9_999.5, 1000)
    write_recording(tmp_path / "a.edf", strip_of(ecg_mv))
    np.testing.assert_allclose(read_recording(tmp_path / "a.edf").ecg_mv, ecg_mv, atol=0.16)


@pytest.mark.parametrize("name", ["a.csv", "a.hea", "a.edf", "a.counts"])
def test_a_file_that_is_there_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    with pytest.raises(RecordingFileError, match="there already"):
        write_recording(tmp_path / name, strip_of(np.sin(np.arange(1000) / 20)))
    assert (tmp_path / name).read_text() == "precious"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RecordingFileError, match="No space left"):
        write_recording(tmp_path / "a.hea", strip_of(np.sin(np.arange(1000) / 20)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.txt", "unknown format"), ("a", "unknown format"), ("no/such/a.csv", "no such folder"), ("a b.hea", "letters")],
)
def test_an_impossible_path_is_refused_with_the_reason(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(RecordingFileError, match=message):
        write_recording(tmp_path / name, strip_of(np.sin(np.arange(1000) / 20)))


@pytest.mark.parametrize("lead", ["unknown", "time", "1", "V5; \u00b5 , x", "-"])
@pytest.mark.parametrize("name", ["a.csv", "a.hea", "a.edf"])
def test_any_lead_name_gives_a_readable_file(tmp_path: Path, name: str, lead: str) -> None:
    ecg_mv = np.sin(np.arange(1000) / 20)
    write_recording(tmp_path / name, RecordedStrip(ecg_mv, FS_HZ, lead, np.zeros(1000, np.bool_), "test"))
    strip = read_recording(tmp_path / name, fs_hz=FS_HZ)
    np.testing.assert_allclose(strip.ecg_mv, ecg_mv, atol=2e-5)


def test_the_same_strip_gives_the_same_bytes(tmp_path: Path) -> None:
    strip = strip_of(np.sin(np.arange(1000) / 20))
    for name in ("a.csv", "a.edf", "a.counts"):
        first = write_recording(tmp_path / name, strip)[0].read_bytes()
        assert write_recording(tmp_path / name, strip, overwrite=True)[0].read_bytes() == first
