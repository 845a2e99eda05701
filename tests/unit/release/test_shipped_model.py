"""The released model: its evaluation travels with it, and what it says is what the register shows."""

import json
from typing import Any

import pytest

from measurement_plugin import Measure
from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_agent.bundle.verify import verify

NAME = "pocketk-s"
FIRST = "first clip"


@pytest.fixture(scope="module")
def evaluation() -> dict[str, Any]:
    return json.loads((shipped_bundles()[NAME] / "evaluation.json").read_text())


def ranked(evaluation: dict[str, Any], endpoint: str, score: str) -> dict[str, Any]:
    """The row of an endpoint and a way to score."""
    tables = evaluation["sections"]["discrimination"]["tables"]
    rows = [row for table in tables.values() for row in table]
    (found,) = (row for row in rows if row.get("endpoint") == endpoint and row.get("score") == score)
    return found


def test_it_loads_after_an_installation_and_is_calibrated():
    bundle = load_bundle(NAME)
    assert bundle.manifest.trained
    assert bundle.manifest.calibrated
    assert bundle.manifest.training_data.startswith("Simulation-trained, not clinically validated")


def test_its_files_are_those_of_its_manifest():
    verify(shipped_bundles()[NAME])


@pytest.mark.parametrize(
    ("requirement", "endpoint"),
    # K >= 6.0 is left out: 0.906 on 11,460 patients is below its bar of 0.91, and the register says "not shown".
    [("MODEL-AUROC", "K > 5.5"), ("MODEL-AUROC-EXTREME", "K >= 6.5")],
)
def test_one_clip_ranks_simulated_patients(
    evaluation: dict[str, Any], measure: Measure, requirement: str, endpoint: str
):
    row = ranked(evaluation, endpoint, FIRST)
    estimate = row["AUROC, patient bootstrap"]
    detail = f"95 % {estimate['low']:.3f} to {estimate['high']:.3f}, {row['positive']} positive, shipped evaluation"
    measure(requirement, estimate["value"], n=row["recordings"], detail=detail)


def test_three_clips_rank_better_than_one(evaluation: dict[str, Any], measure: Measure):
    (row,) = (
        row
        for row in evaluation["sections"]["discrimination"]["tables"]["clips"]
        if row["figure"] == "AUROC of three clips less that of the first"
    )
    gain = row["value"]
    detail = f"95 % {gain['low']:.4f} to {gain['high']:.4f}, recordings with three clips"
    measure("MODEL-THREE-CLIPS", gain["value"], n=row["recordings"], detail=detail)
