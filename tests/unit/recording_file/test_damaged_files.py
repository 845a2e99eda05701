"""Whatever the bytes, a reader returns a strip that agrees with itself or raises its one error."""

import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pocketk_agent.recording_file import RecordedStrip, RecordingFileError, read_recording
from unit.recording_file.written_files import some_counts, write_counts, write_edf, write_wfdb

FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# Where in a file, relative to its length, which bytes are put instead.
CHANGES = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=9)), max_size=4)
HEADER_TEXT = st.text(alphabet="0123456789 .-+e/()xI~#\n\tmVuECG:", max_size=120)


def npy_bytes() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, some_counts() / 1000)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.fixture(scope="module")
def whole_files(folder: Path) -> dict[str, bytes]:
    """A good file of each kind, by the name it is read under."""
    write_wfdb(folder, some_counts(300), ["II", "I"])
    write_edf(folder / "rec.edf", some_counts(500), ["II", "I"])
    write_counts(folder / "rec.counts", some_counts(300), np.zeros(300, dtype=np.uint8))
    text = "t;ecg\n" + "".join(f"{i};{mv}\n" for i, mv in enumerate((some_counts(300) / 1000).tolist()))
    tables = {"rec.csv": text.encode(), "rec.csv.gz": gzip.compress(text.encode()), "rec.npy": npy_bytes()}
    names = ("rec.hea", "rec.dat", "rec.edf", "rec.counts")
    return {name: (folder / name).read_bytes() for name in names} | tables


def read_or_refuse(path: Path) -> None:
    """Read; the only error allowed is the readers' own."""
    table = path.name.endswith((".csv", ".csv.gz", ".npy"))
    refusal = ""
    strip: RecordedStrip | None = None
    try:
        strip = read_recording(path, fs_hz=250 if table else None)
    except RecordingFileError as error:
        refusal = str(error)
    if strip is None:
        assert refusal.startswith("rec")  # says which file
        return
    assert strip.ecg_mv.shape == strip.lead_off.shape
    assert 0 < strip.ecg_mv.size < 10_000_000


KINDS = ["rec.hea", "rec.dat", "rec.edf", "rec.counts", "rec.csv", "rec.csv.gz", "rec.npy"]


@pytest.mark.parametrize("name", KINDS)
@given(kept=st.floats(0, 1), changes=CHANGES)
@FUZZ
def test_truncated_and_altered_files(
    whole_files: dict[str, bytes], folder: Path, name: str, kept: float, changes: list[tuple[float, bytes]]
) -> None:
    for other, content in whole_files.items():
        (folder / other).write_bytes(content)
    content = bytearray(whole_files[name])
    for place, new in changes:
        at = int(place * len(content))
        content[at : at + len(new)] = new
    (folder / name).write_bytes(content[: round(kept * len(content))])
    read_or_refuse(folder / name)


@pytest.mark.parametrize("name", KINDS)
@given(content=st.binary(max_size=2000))
@example(content=b"")
@example(content=b"\x93NUMPY\x01\x00\xff\xff")
@example(content=b"\x93NUMPY\x02\x00\xff\xff\xff\xff")
@example(content=b"\x1f\x8b\x08\x00")
@example(content=b"PK\x03\x04")
@example(content=b"0       " + b" " * 2000)
@FUZZ
def test_random_bytes(whole_files: dict[str, bytes], folder: Path, name: str, content: bytes) -> None:
    for other, good in whole_files.items():
        (folder / other).write_bytes(good)
    (folder / name).write_bytes(content)
    read_or_refuse(folder / name)


@given(first=HEADER_TEXT, second=HEADER_TEXT)
@example(first="rec 1 250 300 0:0:0 99/99/9999", second="rec.dat 16")
@example(first="rec/2 1 250 300", second="rec 150\nrec 150")
@example(first="rec 1 1e3 300", second="rec.dat 16:99999999 400(0)/mV")
@example(first="rec 1 250 10000000000", second="rec.dat 516 400(0)/mV")
@example(first="rec 1 250", second="~ 0 400(0)/mV")
@FUZZ
def test_wfdb_headers_of_plausible_characters(
    whole_files: dict[str, bytes], folder: Path, first: str, second: str
) -> None:
    (folder / "rec.dat").write_bytes(whole_files["rec.dat"])
    (folder / "rec.hea").write_text(f"{first}\n{second}\n")
    read_or_refuse(folder / "rec.hea")


@given(field=st.integers(0, 90), value=st.text(alphabet="0123456789-.eE+naif ", min_size=1, max_size=8))
@FUZZ
def test_edf_headers_of_plausible_characters(
    whole_files: dict[str, bytes], folder: Path, field: int, value: str
) -> None:
    content = bytearray(whole_files["rec.edf"])
    content[184 + 8 * field : 192 + 8 * field] = value.ljust(8).encode()
    (folder / "rec.edf").write_bytes(content)
    read_or_refuse(folder / "rec.edf")


@given(text=st.text(alphabet="0123456789 .,;-+eE\n\r\t\"'#naifI\0\ufeff\u00b5", max_size=300))
@FUZZ
def test_csv_texts_of_plausible_characters(folder: Path, text: str) -> None:
    (folder / "rec.csv").write_text(text, encoding="utf-8", newline="")
    read_or_refuse(folder / "rec.csv")
