"""Counts files: integers, flags and scale survive exactly; damage is refused, a torn end is not."""

from pathlib import Path

import numpy as np
import pytest

from pocketk_agent.recording_file import RecordingFileError, read_recording
from pocketk_firmware.counts_file import FLAG_MISSING
from pocketk_firmware.samples import FLAG_LEAD_OFF
from unit.recording_file.written_files import FS_HZ, counts_header, some_counts, write_counts

COUNTS = some_counts(largest=8_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    flags = np.zeros(len(COUNTS), dtype=np.uint8)
    flags[40:60] = FLAG_MISSING
    flags[700:900] = FLAG_LEAD_OFF
    return write_counts(tmp_path / "a.counts", COUNTS, flags)


def test_everything_survives_exactly(path: Path) -> None:
    strip = read_recording(path)
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, COUNTS)
    np.testing.assert_array_equal(np.flatnonzero(strip.missing), np.arange(40, 60))
    np.testing.assert_array_equal(np.flatnonzero(strip.lead_off), np.arange(700, 900))
    present = ~strip.missing
    np.testing.assert_array_equal(strip.ecg_mv[present], ((COUNTS + 12) * (24_000 / 1e9))[present])
    assert (strip.fs_hz, strip.lead, strip.native.adc_bits) == (FS_HZ, "I", 24)


def test_a_part_begins_where_it_was_asked_for(path: Path) -> None:
    strip = read_recording(path, start_s=2.0, seconds=1.0)
    assert strip.native is not None
    np.testing.assert_array_equal(strip.native.counts, COUNTS[500:750])
    assert strip.lead_off.sum() == 50


@pytest.mark.parametrize("torn", [1, 2, 3, 4])
def test_a_torn_last_record_is_left_out_and_said(path: Path, torn: int) -> None:
    path.write_bytes(path.read_bytes()[: torn - 5])
    strip = read_recording(path)
    assert len(strip.ecg_mv) == len(COUNTS) - 1
    assert "last record torn" in strip.source


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no header line"),
        (b"\x00\xff" * 300, "no header line"),
        (counts_header().to_line(), "nothing is left"),
        (counts_header().to_line() + b"\0\0\0\0\x80" * 9, "unknown flags 128 at sample 0"),
        (counts_header().to_line() + b"\0\0\0\0\x02" * 9, "no sample is present"),
        (counts_header(fs_millihz=1).to_line() + b"\0" * 50, "sampling rate"),
        (counts_header().to_line().replace(b'"version":1', b'"version":9') + b"\0" * 50, "version 9"),
        (counts_header().to_line().replace(b"24000", b'"abc"') + b"\0" * 50, "lsb_pv"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.counts"
    path.write_bytes(content)
    with pytest.raises(RecordingFileError, match=message):
        read_recording(path)
