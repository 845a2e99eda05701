"""Morphed backgrounds in a cohort: under several potassiums, split by patient, and no tell of the label."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.cohort.card import CohortCard, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest, write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows, rows_of_frame
from pocketk.cohort.signal_shard import read_signal, shard_name, write_shard
from pocketk.simulator.background_chunk import BackgroundChunk, background_chunks, drawn_people
from pocketk.simulator.cohort import TRUTH_FILE, simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.simulator.sample_step import sample_step
from pocketk.simulator.validation.shortcut_audit import source_auroc
from pocketk.simulator.visit_draw import CKD_AMONG_NEGATIVES, CKD_AMONG_POSITIVES
from pocketk_agent.patient.noise_levels import NoiseLevels
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip

N_BACKGROUNDS = 30


@pytest.fixture(scope="module")
def backgrounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of strips without potassium; the last is flat and cannot be morphed. Two come from one patient."""
    folder = tmp_path_factory.mktemp("backgrounds")
    noise = StripRequest(seconds=8.0, noise=NoiseLevels(electrode_uv=8.0, baseline_uv=60.0))
    strips = [
        simulate_strip(profile_shape("typical", 4.1), noise, np.random.default_rng(at)).ecg_mv
        for at in range(N_BACKGROUNDS - 1)
    ]
    slices = write_shard(folder / shard_name(0), [*strips, np.zeros(4000)])
    rows = [
        ManifestRow(
            record_id=f"bg-{at}",
            patient_id=f"p-{max(at, 1)}",
            file=shard_name(0),
            offset=part.offset,
            n_samples=part.n_samples,
            fs_hz=500.0,
            site="library",
            split="internal_test" if at % 5 == 2 else "development",
        )
        for at, part in enumerate(slices)
    ]
    sha256 = write_manifest(folder, frame_of_rows(rows))
    write_card(folder, CohortCard("backgrounds", 0, {}, {}, {}, {"recordings": len(rows)}, sha256))
    return folder


@pytest.fixture(scope="module")
def mixed(backgrounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mixed") / "cohort"
    plan = CohortPlan(
        patients=1200, seed=3, seconds=5.0, positives=0.3, morph_share=0.5, backgrounds=backgrounds, noise="none"
    )
    with LocalEngine(1) as engine:
        simulate_cohort(plan, out, engine)
    return out


def test_every_background_stands_under_two_or_more_potassiums(mixed: Path) -> None:
    morphed = pl.read_parquet(mixed / TRUTH_FILE).filter(pl.col("background").is_not_null())
    numbers = morphed.group_by("background").agg(pl.col("k_mmol_l").n_unique())
    assert len(numbers) == N_BACKGROUNDS - 1
    assert numbers["k_mmol_l"].min() == 20


def test_a_background_that_cannot_be_morphed_is_counted(mixed: Path) -> None:
    assert '"left out: flat": 20' in (mixed / "cohort.json").read_text()


def test_a_background_patient_is_in_one_split(mixed: Path) -> None:
    morphed = read_manifest(mixed).filter(pl.col("source") == "real+morph")
    assert morphed["site"].unique().to_list() == ["library"]
    assert morphed.group_by("patient_id").agg(pl.col("split").n_unique())["split"].max() == 1


def test_a_background_patient_stays_in_the_split_of_its_own_cohort(mixed: Path, backgrounds: Path) -> None:
    before = read_manifest(backgrounds).select("patient_id", pl.col("split").alias("own_split")).unique()
    morphed = read_manifest(mixed).filter(pl.col("source") == "real+morph").join(before, on="patient_id")
    assert morphed["own_split"].n_unique() == 2
    assert (morphed["split"] == morphed["own_split"]).all()
    assert morphed.filter(pl.col("patient_id") == "p-1").height == 40


def test_negatives_were_morphed_too(mixed: Path) -> None:
    morphed = pl.read_parquet(mixed / TRUTH_FILE).filter(pl.col("background").is_not_null())
    negatives = morphed.filter(pl.col("k_lab_mmol_l") <= 5.5)
    assert negatives.height > 300
    assert (negatives["t_gain"] != 1.0).all()


def test_the_source_does_not_tell_the_label(mixed: Path, measure: Measure) -> None:
    frame = read_manifest(mixed)
    measure("SIM-SOURCE", source_auroc(frame), n=len(frame))


def test_too_few_recordings_for_two_potassiums_are_refused(backgrounds: Path, tmp_path: Path) -> None:
    plan = CohortPlan(patients=1, seconds=5.0, morph_share=1.0, backgrounds=backgrounds)
    with LocalEngine(1) as engine, pytest.raises(CohortError, match="gives 2 or more"):
        simulate_cohort(plan, tmp_path / "x", engine)


def test_backgrounds_with_potassium_are_refused(mixed: Path, tmp_path: Path) -> None:
    plan = CohortPlan(patients=10, seconds=5.0, morph_share=1.0, backgrounds=mixed)
    with LocalEngine(1) as engine, pytest.raises(CohortError, match="without one"):
        simulate_cohort(plan, tmp_path / "x", engine)


def chunk_of_patients(first: int, recordings: int, patients: int = 60) -> BackgroundChunk:
    rows = [
        ManifestRow(f"r-{p}-{r}", f"p-{p}", shard_name(0), 0, 4000, 500.0)
        for p in range(first, first + patients)
        for r in range(recordings)
    ]
    return BackgroundChunk(0, first * recordings, tuple(rows), 2, Path(), Path())


def test_recordings_of_a_patient_share_person_kidney_disease_and_own_potassium() -> None:
    people, visits, k_here = drawn_people(CohortPlan(patients=1, positives=0.3), chunk_of_patients(0, 2))
    columns = [people.sensitivity, people.age_years, people.fibrillates, visits.ckd, k_here]
    for column in columns:
        by_patient = np.asarray(column).reshape(60, 4)
        assert (by_patient == by_patient[:, :1]).all()
    assert np.unique(k_here).size == 60


def test_kidney_disease_known_of_one_recording_holds_for_all_of_the_patient() -> None:
    chunk = chunk_of_patients(0, 2, patients=2)
    said = (None, True, None, False)
    rows = tuple(replace(row, ckd=ckd) for row, ckd in zip(chunk.rows, said, strict=True))
    _, visits, _ = drawn_people(CohortPlan(patients=1, positives=0.3), replace(chunk, rows=rows))
    assert visits.ckd.tolist() == [True] * 4 + [False] * 4


def test_a_patient_is_never_cut_between_chunks(tmp_path: Path) -> None:
    rows = [ManifestRow(f"r-{at}", f"p-{at // 7}", shard_name(0), 4000 * at, 4000, 500.0) for at in range(700)]
    sha256 = write_manifest(tmp_path, frame_of_rows(rows))
    write_card(tmp_path, CohortCard("backgrounds", 0, {}, {}, {}, {"recordings": len(rows)}, sha256))
    plan = CohortPlan(patients=1400, seconds=5.0, morph_share=1.0, backgrounds=tmp_path)
    chunks = background_chunks(plan, 0)
    of_chunk = [{row.patient_id for row in chunk.rows} for chunk in chunks]
    assert sum(map(len, of_chunk)) == len(set().union(*of_chunk)) == 100
    assert [chunk.first for chunk in chunks] == np.cumsum([0, *(len(chunk.rows) for chunk in chunks)]).tolist()[:-1]
    assert max(len(chunk.rows) for chunk in chunks) <= 125


@pytest.mark.parametrize("recordings", [1, 2])
def test_kidney_disease_says_the_same_of_the_label_at_every_morph(recordings: int) -> None:
    plan = CohortPlan(patients=1, positives=0.3)
    each = [drawn_people(plan, chunk_of_patients(60 * at, recordings))[1] for at in range(60)]
    positive, ckd = (
        np.concatenate([column.reshape(60, -1) for column in columns])
        for columns in ([visits.positive for visits in each], [visits.ckd for visits in each])
    )
    for index in range(2 * recordings):
        high, has_ckd = positive[:, index], ckd[:, index]
        error = 4.0 * 0.5 / np.sqrt(high.sum())
        assert has_ckd[high].mean() == pytest.approx(CKD_AMONG_POSITIVES, abs=error)
        assert has_ckd[~high].mean() == pytest.approx(CKD_AMONG_NEGATIVES, abs=error)


def test_a_morphed_recording_stands_on_the_levels_of_its_background(mixed: Path, backgrounds: Path) -> None:
    """One rounding at the journey's end: what is added is a whole number of steps of the background's converter."""
    truth = pl.read_parquet(mixed / TRUTH_FILE).drop_nulls("background")
    of = dict(truth.select("record_id", "background").iter_rows())
    own = {row.record_id: row for row in rows_of_frame(read_manifest(backgrounds))}
    on_levels = 0
    for row in list(rows_of_frame(read_manifest(mixed).filter(pl.col("source") == "real+morph")))[::20]:
        before = read_signal(backgrounds, own[of[row.record_id]])[: row.n_samples].astype(np.float64)
        step = sample_step(before)
        if step > 0.0:
            in_steps = (read_signal(mixed, row).astype(np.float64) - before) / step
            np.testing.assert_allclose(in_steps, np.round(in_steps), atol=0.01)
            on_levels += 1
    assert on_levels > 5
