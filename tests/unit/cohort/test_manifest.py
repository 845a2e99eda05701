"""The manifest is checked on write and on read, and its bytes depend on its rows only."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.manifest import MANIFEST_FILE, check_manifest, read_manifest, write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows, rows_of_frame

NOON = datetime(2024, 3, 1, 12, 0)
ROW = ManifestRow("r1", "p1", "signals/shard-00000.npy", 0, 5000, 500.0, ecg_time=NOON, lab_time=NOON, k_lab_mmol_l=5.9)
BACKGROUND = ManifestRow("r2", "p2", "a/b.hea", 0, 5000, 500.0, ckd=True, split="internal_test")


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    write_manifest(tmp_path, frame_of_rows([ROW, BACKGROUND]))
    assert list(rows_of_frame(read_manifest(tmp_path))) == [ROW, BACKGROUND]


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    first = write_manifest(tmp_path, frame_of_rows([ROW, BACKGROUND]))
    kept = (tmp_path / MANIFEST_FILE).read_bytes()
    parts = pl.concat([frame_of_rows([ROW]), frame_of_rows([BACKGROUND])], rechunk=False)
    assert write_manifest(tmp_path, parts) == first
    assert (tmp_path / MANIFEST_FILE).read_bytes() == kept


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"patient_id": ""}, "patient_id"),
        ({"file": "/etc/passwd"}, "file"),
        ({"file": "a\\b"}, "column file"),
        ({"file": "../a.hea"}, "column file"),
        ({"file": "a/../b.hea"}, "column file"),
        ({"file": "./a.hea"}, "column file"),
        ({"file": "a//b.hea"}, "column file"),
        ({"file": "C:/a.hea"}, "column file"),
        ({"file": "a.hea\n"}, "column file"),
        ({"file": "a\tb.hea"}, "column file"),
        ({"record_id": " "}, "record_id"),
        ({"offset": 10**12 + 1}, "offset"),
        ({"n_samples": 10**18}, "n_samples"),
        ({"lead": "II"}, "lead"),
        ({"lab_time": NOON + timedelta(days=32)}, "more than 31 days"),
        ({"k_lab_mmol_l": None, "lab_time": None, "haemolysed": True}, "haemolysed, but no potassium"),
        ({"offset": -1}, "offset"),
        ({"n_samples": -1}, "n_samples"),
        ({"fs_hz": 0.0}, "fs_hz"),
        ({"fs_hz": float("nan")}, "fs_hz"),
        ({"k_lab_mmol_l": 21.0}, "k_lab_mmol_l"),
        ({"k_lab_mmol_l": float("nan")}, "k_lab_mmol_l"),
        ({"k_lab_mmol_l": None}, "lab_time without potassium"),
        ({"lab_time": None}, "without its lab_time"),
        ({"age": 300.0}, "age"),
        ({"sex": "female"}, "sex"),
        ({"source": "guess"}, "source"),
        ({"split": "train"}, "split"),
        ({"haemolysed": None}, "haemolysed"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    with pytest.raises(CohortError, match=named):
        write_manifest(tmp_path, frame_of_rows([replace(ROW, **change), BACKGROUND]))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_every_fault_is_listed_at_once() -> None:
    frame = frame_of_rows([replace(ROW, sex="x", fs_hz=1.0), replace(ROW, split="internal_test")])
    with pytest.raises(CohortError) as caught:
        check_manifest(frame)
    for named in ("sex", "fs_hz", "record_id", "more than one split"):
        assert named in str(caught.value)


def test_missing_foreign_and_mistyped_columns_are_named() -> None:
    frame = frame_of_rows([ROW]).drop("site").with_columns(pl.lit(1).alias("truth"), pl.col("offset").cast(pl.Int32))
    with pytest.raises(CohortError) as caught:
        check_manifest(frame)
    for named in ("column site is missing", "column truth is not one", "column offset is of type Int32"):
        assert named in str(caught.value)


def test_a_manifest_changed_on_disk_is_refused_when_read(tmp_path: Path) -> None:
    frame_of_rows([replace(ROW, sex="x")]).write_parquet(tmp_path / MANIFEST_FILE)
    with pytest.raises(CohortError, match="sex"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"PAR1 but no more"])
def test_an_absent_or_damaged_manifest_is_said_to_be_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / MANIFEST_FILE).write_bytes(content)
    with pytest.raises(CohortError, match=r"No manifest|no readable Parquet"):
        read_manifest(tmp_path)


def test_a_colon_in_a_name_is_legal() -> None:
    assert len(check_manifest(frame_of_rows([replace(ROW, file="ward:3/2024-03-01T08:15.hea")]))) == 1


def test_an_empty_manifest_is_refused() -> None:
    with pytest.raises(CohortError, match="no row"):
        check_manifest(frame_of_rows([]))


@pytest.mark.parametrize(
    ("slices", "shared"),
    [
        ([("p1", 0, 10), ("p2", 10, 10)], False),
        ([("p1", 0, 10), ("p2", 9, 10)], True),
        ([("p2", 0, 0), ("p1", 0, 0)], True),
        ([("p1", 0, 100), ("p1", 5, 5), ("p2", 50, 5)], True),
        ([("p1", 0, 100), ("p1", 50, 100)], False),
    ],
)
def test_two_patients_share_no_sample_of_a_file(slices: list[tuple[str, int, int]], shared: bool) -> None:
    rows = [
        ManifestRow(f"r{place}", patient, "a.hea", offset, n_samples, 500.0)
        for place, (patient, offset, n_samples) in enumerate(slices)
    ]
    other = [replace(row, record_id=f"{row.record_id}b", file="b.hea", patient_id="p1") for row in rows]
    if not shared:
        check_manifest(frame_of_rows([*rows, *other]))
        return
    with pytest.raises(CohortError, match=r"under more than one patient: 1, such as a\.hea"):
        check_manifest(frame_of_rows([*rows, *other]))
