"""Two tiny simulated cohorts, made once, and predictions of the second."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest
from pocketk.evaluation.predictions import columns_for
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan


@pytest.fixture(scope="session")
def train_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _simulated(tmp_path_factory.mktemp("train") / "cohort", CohortPlan(patients=200, seed=1, positives=0.4))


@pytest.fixture(scope="session")
def test_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _simulated(tmp_path_factory.mktemp("test") / "cohort", CohortPlan(patients=60, seed=2, positives=0.4))


@pytest.fixture(scope="session")
def predictions(test_cohort: Path) -> pl.DataFrame:
    """What a network might have said: potassium with noise, one clip each."""
    return predicted(read_manifest(test_cohort))


def predicted(manifest: pl.DataFrame) -> pl.DataFrame:
    """Predictions of a manifest's recordings that follow potassium."""
    n = manifest.height
    logits = manifest["k_lab_mmol_l"].to_numpy() - 5.5 + np.random.default_rng(3).normal(0.0, 0.5, n)
    own = {
        "refused": [False] * n,
        "first_logit": logits,
        "alone_logit": logits,
        "logits_k_gt_5_5": [[value] for value in logits],
    }
    schema = columns_for(("k_gt_5_5",))
    columns = [pl.Series(name, own.get(name, [None] * n), dtype=kind) for name, kind in schema.items()]
    return manifest.with_columns(column for column in columns if column.name not in manifest.columns)


def _simulated(folder: Path, plan: CohortPlan) -> Path:
    simulate_cohort(plan, folder, LocalEngine(1))
    return folder
