"""The counts file: header, records, torn and damaged files, and the source that plays one."""

import io
import json
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.counts_recording import CountsRecording, counts_header
from pocketk_firmware.counts_file import (
    FLAG_MISSING,
    MAX_HEADER_BYTES,
    CountsHeader,
    CountsReader,
    pack_records_into,
    read_header,
    unpack_records_into,
    write_header,
)
from pocketk_firmware.sample_adc import CountsFileAdc

I32 = st.integers(-0x80000000, 0x7FFFFFFF)


class SlowFile(io.BytesIO):
    """A file that hands out at most three bytes at a time, as a serial port may."""

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        return super().readinto(memoryview(buffer)[:3])


def buffers(n: int) -> tuple[array, bytearray]:
    return array("i", bytes(4 * n)), bytearray(n)


def header_line(**changes: object) -> bytes:
    values = {"format": "pocketk-counts", "version": 1} | counts_header().as_dict() | changes
    kept = {name: value for name, value in values.items() if value is not ...}
    return json.dumps(kept).encode() + b"\n"


# --- header ---


@given(st.text(max_size=300), st.integers(1, 0xFFFFFFFF))
def test_the_header_survives_writing_and_reading(note: str, fs_millihz: int) -> None:
    header = counts_header(note=note, fs_millihz=fs_millihz)
    file = io.BytesIO()
    write_header(file, header)
    assert file.getvalue().count(b"\n") == 1
    file.seek(0)
    assert read_header(file) == header


def test_the_header_is_one_line_of_json_in_a_fixed_order() -> None:
    line = counts_header().to_line()
    assert line.startswith(b'{"format":"pocketk-counts","version":1,"fs_millihz":500000,"lsb_pv":47684,')
    assert json.loads(line)["lead"] == "I"


def test_fields_of_a_later_kind_are_passed_over() -> None:
    assert read_header(io.BytesIO(header_line(colour="red"))) == counts_header()


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "no header line"),
        (b"\x00\x01\x02\n", "no header line"),
        (b'{"format":"pocketk-counts"', "no header line"),
        (b"{" + b" " * MAX_HEADER_BYTES + b"}\n", "no header line"),
        (b"{oops}\n", "no JSON object"),
        (b"{\xff\xfe}\n", "no JSON object"),
        (header_line(format="other"), "format is not pocketk-counts"),
        (header_line(format=...), "format is not pocketk-counts"),
        (header_line(version=2), "version 2, not 1"),
        (header_line(version=...), "version None, not 1"),
        (header_line(lead=...), "header has no lead"),
        (header_line(fs_millihz=500.5), "fs_millihz must be a whole number"),
        (header_line(fs_millihz=True), "fs_millihz must be a whole number"),
        (header_line(lsb_pv="1"), "lsb_pv must be a whole number"),
        (header_line(lsb_pv=0), "lsb_pv must be 1 to"),
        (header_line(adc_bits=32), "adc_bits must be 1 to 24"),
        (header_line(rail_low_counts=8388607), "rails"),
        (header_line(lead=1), "lead must be text"),
        (header_line(lead=""), "must not be empty"),
        (header_line(profile=""), "must not be empty"),
        (header_line(serial="x" * 97), "serial must be text of at most 96 characters"),
        (header_line(serial="\u00e9"), "serial must be printable ASCII"),
        (header_line(note="x" * 501), "note must be text of at most 500 characters"),
    ],
)
def test_a_wrong_header_is_explained(content: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_header(io.BytesIO(content))


def test_a_wrong_header_is_not_written() -> None:
    file = io.BytesIO()
    with pytest.raises(ValueError, match="lead"):
        write_header(file, counts_header(lead=""))
    with pytest.raises(ValueError, match="longer than 4096 bytes"):
        write_header(file, counts_header(note="\U0001f600" * 500))
    assert file.getvalue() == b""


def test_a_header_has_exactly_its_fields() -> None:
    with pytest.raises(ValueError, match="no field named colour"):
        counts_header(colour="red")
    with pytest.raises(ValueError, match="header has no fs_millihz"):
        CountsHeader()


# --- records ---


@given(st.lists(st.tuples(I32, st.integers(0, 3)), max_size=200))
def test_records_survive_writing_and_reading(rows: list[tuple[int, int]]) -> None:
    n = len(rows)
    records = bytearray(5 * n)
    assert pack_records_into([c for c, _ in rows], [f for _, f in rows], n, records) == 5 * n
    counts, flags = buffers(n)
    unpack_records_into(records, n, counts, flags)
    assert list(zip(counts, flags, strict=True)) == rows


def test_records_are_five_bytes_little_endian() -> None:
    records = bytearray(10)
    pack_records_into([-2, 0x01020304], [1, 2], 2, records)
    assert records == b"\xfe\xff\xff\xff\x01\x04\x03\x02\x01\x02"


@pytest.mark.parametrize(("count", "flags"), [(2**31, 0), (-(2**31) - 1, 0), (0, 4), (0, 255)])
def test_packing_refuses_what_a_record_cannot_hold(count: int, flags: int) -> None:
    with pytest.raises(ValueError, match="out of range at sample 1"):
        pack_records_into([0, count], [0, flags], 2, bytearray(10))


def test_buffers_must_be_large_enough() -> None:
    counts, flags = buffers(2)
    for call in (
        lambda: pack_records_into(counts, flags, 3, bytearray(15)),
        lambda: pack_records_into(counts, flags, 2, bytearray(9)),
        lambda: unpack_records_into(bytes(9), 2, counts, flags),
        lambda: unpack_records_into(bytes(10), 2, counts, flags, 1),
        lambda: CountsReader(io.BytesIO(CountsRecording(9).content())).read_into(counts, flags, 3),
    ):
        with pytest.raises(ValueError, match="buffer too small"):
            call()


@pytest.mark.parametrize("kind", [io.BytesIO, SlowFile])
@pytest.mark.parametrize("block", [1, 25, 64, 150, 400])
def test_reading_in_any_blocks_gives_every_sample(kind: type, block: int) -> None:
    recording = CountsRecording(333, lead_off=range(5, 9), missing=(range(100, 120),))
    reader = CountsReader(kind(recording.content()))
    assert reader.header == recording.header
    counts, flags = buffers(block)
    got_counts, got_flags = array("i"), bytearray()
    while n := reader.read_into(counts, flags, block):
        got_counts.extend(counts[:n])
        got_flags.extend(flags[:n])
        assert reader.index == len(got_counts)
    assert (got_counts, got_flags) == (recording.counts(), recording.flags())
    assert reader.torn_bytes == 0


@pytest.mark.parametrize("torn", [1, 2, 3, 4])
@pytest.mark.parametrize("n", [0, 1, 64, 65])
def test_a_torn_last_record_is_left_out_and_reported(n: int, torn: int) -> None:
    recording = CountsRecording(n)
    reader = CountsReader(io.BytesIO(recording.content() + b"\x01" * torn))
    counts, flags = buffers(100)
    assert reader.read_into(counts, flags, 100) == n
    assert reader.torn_bytes == torn
    assert reader.read_into(counts, flags, 100) == 0
    assert (reader.torn_bytes, reader.index) == (torn, n)


def test_damaged_records_are_refused() -> None:
    content = bytearray(CountsRecording(10).content())
    content[-1] = 4
    counts, flags = buffers(10)
    with pytest.raises(ValueError, match="unknown flags 4"):
        CountsReader(io.BytesIO(bytes(content))).read_into(counts, flags, 10)


# --- playing ---


def play(adc: CountsFileAdc, block: int) -> tuple[list[tuple[int, int]], dict[int, tuple[int, int]]]:
    """Return (first index, n) of every block, and (counts, flags) by index."""
    counts, flags = buffers(block)
    blocks, rows = [], {}
    while n := adc.read_into(counts, flags, block):
        blocks.append((adc.first_index, n))
        rows |= {adc.first_index + i: (counts[i], flags[i]) for i in range(n)}
    return blocks, rows


@pytest.mark.parametrize("block", [1, 25, 63, 64, 65, 200])
def test_missing_samples_are_skipped_and_keep_their_indices(tmp_path: Path, block: int) -> None:
    gaps = (range(3), range(64, 130), range(131, 132), range(400, 410))
    recording = CountsRecording(410, lead_off=range(200, 300), missing=gaps)
    adc = CountsFileAdc(str(recording.write(tmp_path / "gaps.counts")))
    assert adc.open() == recording.header
    blocks, rows = play(adc, block)
    assert rows == recording.arriving()
    spans = [set(range(first, first + n)) for first, n in blocks]
    assert not any(span & set(gap) for span in spans for gap in gaps)
    assert adc.ended
    assert (adc.first_index, adc.end_note) == (410, "")
    assert adc.open() == recording.header  # from the start again
    assert not adc.ended
    assert play(adc, block) == (blocks, rows)
    adc.close()
    adc.close()


def test_a_torn_recording_ends_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "torn.counts"
    path.write_bytes(CountsRecording(70).content()[:-1])
    adc = CountsFileAdc(str(path))
    adc.open()
    assert len(play(adc, 25)[1]) == 69
    assert adc.end_note == "the recording ends in a torn record of 4 bytes"
    adc.close()


def test_a_source_must_be_open_to_be_read(tmp_path: Path) -> None:
    adc = CountsFileAdc(str(CountsRecording(9).write(tmp_path / "some.counts")))
    with pytest.raises(ValueError, match="not open"):
        adc.read_into(*buffers(1), 1)


def test_the_self_test_says_what_is_wrong(tmp_path: Path) -> None:
    def tested(content: bytes) -> str:
        path = tmp_path / "tested.counts"
        path.write_bytes(content)
        return CountsFileAdc(str(path)).self_test()

    assert tested(CountsRecording(1).content()) == ""
    assert tested(CountsRecording(0).content()) == "the recording is empty"
    assert "not a counts file" in tested(b"something else\n")
    assert "No such file" in CountsFileAdc(str(tmp_path / "absent.counts")).self_test()


def test_only_gaps_make_no_samples(tmp_path: Path) -> None:
    recording = CountsRecording(100, missing=(range(100),))
    assert set(recording.flags()) == {FLAG_MISSING}
    adc = CountsFileAdc(str(recording.write(tmp_path / "gap.counts")))
    adc.open()
    assert play(adc, 25) == ([], {})
    assert (adc.first_index, adc.ended) == (100, True)
    adc.close()
