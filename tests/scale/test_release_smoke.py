"""A small version of `make train-default`: every step from nothing to a bundle, through the commands themselves."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.cohort.card import read_card
from pocketk.cohort.manifest import read_manifest
from pocketk.training.part import patient_hashes
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.bundle.verify import sha256_of

pytestmark = [pytest.mark.data, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, pocketk_data: Path) -> Path:
    out = tmp_path_factory.mktemp("release") / "smoke"
    options = ["--smoke", "--data", str(pocketk_data), "--out", str(out), "--processes", "2", "--threads", "1"]
    subprocess.run([sys.executable, "-m", "pocketk", "release", *options], check=True)
    return out


def test_it_takes_minutes(released: Path, measure: Measure) -> None:
    document = json.loads((released / "release.json").read_text())
    measure("TRAIN-SMOKE", document["seconds"], n=len(document["steps"]))


def test_the_bundle_loads_and_says_that_it_is_no_model_to_use(released: Path) -> None:
    bundle = load_bundle(released / "pocketk-s", trust=DEVELOPMENT)
    assert bundle.manifest.training_data.startswith("Simulation-trained, not clinically validated")
    assert "no model to use" in bundle.statement
    assert bundle.manifest.calibrated


def test_nobody_is_trained_on_and_tested_or_calibrated_on(released: Path) -> None:
    trained = [np.load(released / "run" / f"{part}_patients.npy") for part in ("train", "validation")]
    others = [
        patient_hashes(read_manifest(released / cohort).filter(pl.col("split") == split)["patient_id"])
        for cohort, split in (
            ("calibration", "development"),
            ("test", "internal_test"),
            ("test-morphed", "internal_test"),
        )
    ]
    assert all(len(patients) for patients in (*trained, *others))
    assert not np.intersect1d(np.concatenate(trained), np.concatenate(others)).size


def test_training_never_saw_the_hash_of_a_test_cohort(released: Path) -> None:
    config = (released / "run" / "config.json").read_text()
    assert read_card(released / "train").manifest_sha256 in config
    for cohort in ("test", "test-morphed", "calibration"):
        assert read_card(released / cohort).manifest_sha256 not in config


def test_the_bundle_holds_what_it_was_judged_by(released: Path) -> None:
    folder = released / "pocketk-s"
    assert sha256_of(folder / "evaluation.json") == sha256_of(released / "evaluation" / "evaluation.json")
    assert (folder / "MODEL_CARD.md").read_text().splitlines()[0].lower().count("simulation-trained") == 1
