"""What the truth says of a store's clips: by fits of other patients, following potassium, or nothing."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pocketk.cli import main
from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.cohort import TRUTH_FILE
from pocketk.simulator.reference_models.truth_teacher import FITS, write_truth_teacher
from pocketk.simulator.validation.population import natural_population
from pocketk.training.clip_store import ClipStore, open_clip_store
from pocketk.training.part import part_of_patient
from pocketk_agent.patient.beat_shape import BeatShapes
from tiny_store import write_tiny_store

PATIENTS = 12_000
POPULATION = natural_population(PATIENTS, np.random.default_rng(11))
NAMES = [f"r{i:05d}" for i in range(PATIENTS)]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("truth")
    drawn = {field.name: getattr(POPULATION.shapes, field.name) for field in fields(BeatShapes)}
    pl.DataFrame({"record_id": NAMES, "k_mmol_l": POPULATION.labels.k_lab_mmol_l, **drawn}).write_parquet(
        folder / TRUTH_FILE
    )
    return folder


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ClipStore:
    """Two clips a patient; every hundredth recording is morphed."""
    tiny = open_clip_store(write_tiny_store(tmp_path_factory.mktemp("store") / "store", patients=4))
    patients = [f"p{i:05d}" for i in range(PATIENTS)]
    one = pl.DataFrame(
        {
            "record_id": NAMES,
            "patient_id": patients,
            "part": [part_of_patient(patient) for patient in patients],
            "source": ["real+morph" if i % 100 == 0 else "synthetic" for i in range(PATIENTS)],
            "k_lab_mmol_l": POPULATION.labels.k_lab_mmol_l,
            "haemolysed": [False] * PATIENTS,
        }
    )
    index = pl.concat([one.with_columns(clip=pl.lit(i)) for i in (0, 1)]).sort("record_id", "clip")
    return replace(tiny, index=index)


@pytest.fixture(scope="module")
def said(store: ClipStore, cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    out, fits = tmp_path_factory.mktemp("said") / "teacher.npy", []
    taught = write_truth_teacher(store, [cohort], out, lambda: fits.append(1))
    outputs = np.load(out, allow_pickle=False)
    assert len(fits) == FITS
    assert taught == np.isfinite(outputs[:, 0]).sum()
    return outputs


def test_every_clip_has_a_row_and_clips_of_a_recording_the_same(store: ClipStore, said: np.ndarray):
    assert said.shape == (len(store.index), 3)
    assert said.dtype == np.float32
    np.testing.assert_array_equal(said[0::2], said[1::2])


def test_morphed_recordings_are_not_taught(store: ClipStore, said: np.ndarray):
    silent = (store.index["source"] == "real+morph").to_numpy()
    np.testing.assert_array_equal(np.isnan(said).all(axis=1), silent)
    np.testing.assert_array_equal(np.isnan(said).any(axis=1), silent)


def test_what_it_says_follows_potassium(store: ClipStore, said: np.ndarray):
    k = store.index["k_lab_mmol_l"].to_numpy()
    taught = np.isfinite(said[:, 0])
    high = k > 5.5
    assert np.mean(said[taught & high, 0]) > np.mean(said[taught & ~high, 0]) + 1.0
    assert np.corrcoef(said[taught, 2], k[taught])[0, 1] > 0.5


def test_no_recording_is_scored_by_a_fit_of_its_own_label(store: ClipStore, cohort: Path, said: np.ndarray, tmp_path):
    turned = store.index.with_columns(
        k_lab_mmol_l=pl.when(pl.col("record_id") == NAMES[1]).then(8.0).otherwise(pl.col("k_lab_mmol_l"))
    )
    write_truth_teacher(replace(store, index=turned), [cohort], tmp_path / "t.npy", lambda: None)
    rows = (turned["record_id"] == NAMES[1]).to_numpy()
    np.testing.assert_array_equal(np.load(tmp_path / "t.npy")[rows], said[rows])


def test_a_cohort_without_truth_is_refused(store: ClipStore, tmp_path: Path):
    with pytest.raises(CohortError, match="name folders of pocketk simulate"):
        write_truth_teacher(store, [tmp_path], tmp_path / "t.npy", lambda: None)


def test_too_few_patients_are_refused(store: ClipStore, cohort: Path, tmp_path: Path):
    few = replace(store, index=store.index.head(400))
    with pytest.raises(CohortError, match="of a class to fit the teacher to"):
        write_truth_teacher(few, [cohort], tmp_path / "t.npy", lambda: None)
    assert not (tmp_path / "t.npy").exists()


def test_outputs_of_another_kind_of_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as left:
        main(["teacher-from-truth", str(tmp_path), str(tmp_path), "--out", str(tmp_path / "t.txt")])
    assert left.value.code == 2
    assert "no .npy file" in capsys.readouterr().err
