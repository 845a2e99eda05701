"""Clips of a cohort, as a device would prepare them, of the development split and of nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pocketk.cohort.card import CohortCard, write_card
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows, rows_of_frame
from pocketk.cohort.signal_shard import read_signal
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.training.clip_request import ClipRequest
from pocketk.training.clip_store import build_clip_store, open_clip_store
from pocketk.training.training_error import TrainingError
from pocketk_agent.signal.preparation import prepare_strip

FEW = ClipRequest(least_positives=3, chunk=8)
FILES = ("clips.npy", "index.parquet", "store.json")


def rewritten(cohort: Path, change) -> pl.DataFrame:
    """Change the manifest of a cohort."""
    frame = frame_of_rows(change(list(rows_of_frame(pl.read_parquet(cohort / "manifest.parquet")))))
    write_manifest(cohort, frame)
    return frame


def copied(cohort: Path, to: Path) -> Path:
    import shutil

    return Path(shutil.copytree(cohort, to))


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty-six patients, 21 s each: two clips in their strip, and the first alone."""
    folder = tmp_path_factory.mktemp("cohort") / "cohort"
    simulate_cohort(CohortPlan(patients=36, seed=5, positives=0.5, seconds=21.0), folder, LocalEngine(1))
    return folder


@pytest.fixture(scope="module")
def store(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store") / "clips"
    build_clip_store(cohort, folder, FEW, LocalEngine(1))
    return folder


def test_a_clip_is_what_the_device_prepares(cohort: Path, store: Path):
    opened = open_clip_store(store)
    rows = {row.record_id: row for row in rows_of_frame(pl.read_parquet(cohort / "manifest.parquet"))}
    place = opened.index.with_row_index().filter(pl.col("start_s") == 0.0, pl.col("in_strip"))["index"][0]
    row = rows[opened.index[int(place), "record_id"]]
    expected = prepare_strip(read_signal(cohort, row), row.fs_hz).clips[0, 0]
    # float16 keeps 11 bits
    np.testing.assert_allclose(opened.read(np.array([place]))[0, 0], expected, rtol=1e-3, atol=1e-4)


def test_a_long_recording_gives_its_first_clip_twice(store: Path):
    of_recordings = open_clip_store(store).index.group_by("record_id").agg(pl.struct("clip", "in_strip"))
    kinds = {tuple(sorted((c["clip"], c["in_strip"]) for c in clips)) for clips in of_recordings["clip"]}
    assert ((0, False), (0, True), (1, True)) in kinds


def test_the_bytes_do_not_depend_on_who_does_the_work(cohort: Path, store: Path, tmp_path: Path):
    with LocalEngine(2) as engine:
        build_clip_store(cohort, tmp_path / "clips", FEW, engine)
    assert all((tmp_path / "clips" / name).read_bytes() == (store / name).read_bytes() for name in FILES)


def test_every_finished_chunk_is_reported(cohort: Path, tmp_path: Path):
    done: list[int] = []
    build_clip_store(cohort, tmp_path / "clips", FEW, LocalEngine(1), done.append)
    assert done == list(range(len(done)))
    assert done


def test_no_patient_is_in_two_parts_and_none_is_outside_development(cohort: Path, store: Path):
    index = open_clip_store(store).index
    assert index.group_by("patient_id").agg(pl.col("part").n_unique())["part"].max() == 1
    assert set(index["split"]) == {"development"}
    others = pl.read_parquet(cohort / "manifest.parquet").filter(pl.col("split") != "development")
    assert len(others)
    assert not set(index["record_id"]) & set(others["record_id"])


def test_test_recordings_may_be_missing_altogether(cohort: Path, store: Path, tmp_path: Path):
    broken = copied(cohort, tmp_path / "broken")

    def lost(rows: list[ManifestRow]) -> list[ManifestRow]:
        return [row if row.split == "development" else replace(row, file=f"gone/{row.record_id}.npy") for row in rows]

    rewritten(broken, lost)
    build_clip_store(broken, tmp_path / "clips", FEW, LocalEngine(1))
    assert all((tmp_path / "clips" / name).read_bytes() == (store / name).read_bytes() for name in FILES[:2])


def test_recordings_that_cannot_be_used_are_left_out_and_counted(cohort: Path, tmp_path: Path):
    broken = copied(cohort, tmp_path / "broken")
    shard = broken / "signals" / "shard-00000.npy"
    flat = np.load(shard)

    def spoilt(rows: list[ManifestRow]) -> list[ManifestRow]:
        first, second, third, fourth, fifth = [r for r in rows if r.split == "development" and r.k_lab_mmol_l][:5]
        flat[first.offset : first.offset + first.n_samples] = np.nan
        flat[second.offset : second.offset + second.n_samples] = 0.0
        changes = {
            third.record_id: replace(third, n_samples=2000),
            fourth.record_id: replace(fourth, k_lab_mmol_l=None, lab_time=None, haemolysed=False),
            fifth.record_id: replace(fifth, file="absent.npy"),
        }
        return [changes.get(row.record_id, row) for row in rows]

    rewritten(broken, spoilt)
    np.save(shard, flat)
    counts = build_clip_store(broken, tmp_path / "clips", FEW, LocalEngine(1)).card.counts
    reasons = {name.removeprefix("left out: ") for name in counts if name.startswith("left out: ")}
    assert {
        "cannot be prepared",
        "refused by the quality gate",
        "shorter than one clip",
        "no potassium",
        "waveform absent or damaged",
    } <= reasons


def in_memory_cohort(folder: Path, k_mmol_l: list[float | None]) -> Path:
    """A manifest without waveforms."""
    from datetime import datetime

    when = datetime(2024, 1, 1)
    rows = [
        ManifestRow(f"r{i}", f"p{i}", f"r{i}.npy", 0, 5000, 500.0, lab_time=None if k is None else when, k_lab_mmol_l=k)
        for i, k in enumerate(k_mmol_l)
    ]
    folder.mkdir()
    sha256 = write_manifest(folder, frame_of_rows(rows))
    write_card(folder, CohortCard("csv", 0, {}, {}, {}, {}, sha256))
    return folder


@pytest.mark.parametrize(
    ("k_mmol_l", "says"),
    [
        ([None] * 100, "None of the 100 recordings"),
        ([4.2] * 100, "one class only"),
        ([6.2] * 100, "one class only"),
        ([4.2, 4.2, 6.2] * 10, "expected 20 or more"),
    ],
)
def test_labels_that_teach_nothing_are_refused_before_the_work(tmp_path: Path, k_mmol_l, says: str):
    folder = in_memory_cohort(tmp_path / "cohort", k_mmol_l)
    with pytest.raises(TrainingError, match=says):
        build_clip_store(folder, tmp_path / "clips", ClipRequest(), LocalEngine(1))
    assert not (tmp_path / "clips").exists()


def test_an_interruption_leaves_nothing(cohort: Path, tmp_path: Path):
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_clip_store(cohort, tmp_path / "clips", FEW, LocalEngine(1), stop)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_store_is_never_replaced(cohort: Path, tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(TrainingError, match="not replaced"):
        build_clip_store(cohort, tmp_path, FEW, LocalEngine(1), overwrite=True)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_store_knows_its_cohort_and_options(cohort: Path, store: Path):
    opened = open_clip_store(store)
    assert opened.matches(cohort, replace(FEW, chunk=100))
    assert not opened.matches(cohort, replace(FEW, mains_hz=60.0))
    assert not opened.matches(cohort, replace(FEW, gate=False))


def test_a_damaged_store_is_refused(store: Path, tmp_path: Path):
    broken = copied(store, tmp_path / "broken")
    (broken / "clips.npy").write_bytes(b"")
    with pytest.raises(TrainingError, match="build it again"):
        open_clip_store(broken)
