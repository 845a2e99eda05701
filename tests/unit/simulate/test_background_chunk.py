"""Morphed backgrounds in a cohort: under several potassiums, split by patient, and no tell of the label."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.cohort.card import CohortCard, write_card
from pocketk.cohort.cohort_error import CohortError
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest, write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows
from pocketk.cohort.signal_shard import shard_name, write_shard
from pocketk.simulator.cohort import TRUTH_FILE, simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.simulator.validation.shortcut_audit import source_auroc
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
        ManifestRow(f"bg-{at}", f"p-{max(at, 1)}", shard_name(0), part.offset, part.n_samples, 500.0, site="library")
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
    numbers = morphed.group_by("background").agg(pl.col("k_lab_mmol_l").n_unique())
    assert len(numbers) == N_BACKGROUNDS - 1
    assert numbers["k_lab_mmol_l"].min() == 20


def test_a_background_that_cannot_be_morphed_is_counted(mixed: Path) -> None:
    assert '"left out: flat": 20' in (mixed / "cohort.json").read_text()


def test_a_background_patient_is_in_one_split(mixed: Path) -> None:
    morphed = read_manifest(mixed).filter(pl.col("source") == "real+morph")
    assert morphed["site"].unique().to_list() == ["library"]
    assert morphed.group_by("patient_id").agg(pl.col("split").n_unique())["split"].max() == 1
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
