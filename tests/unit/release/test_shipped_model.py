"""The released model: its evaluation travels with it and is its own, and what it says is what the register shows."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from measurement_plugin import Measure
from pocketk.bundle.bars import BARS
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest
from pocketk.cohort.manifest_row import rows_of_frame
from pocketk.evaluation.clip_gathering import GatherRule
from pocketk.evaluation.score_chunk import ScoreTask, score_chunk
from pocketk.evaluation.scored_model import ModelSource
from pocketk.export.across_cpus.cpu_kinds import AARCH64, AVX2
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CHUNK_RECORDINGS, CohortPlan
from pocketk_agent.bundle.bundle import load_bundle, shipped_bundles
from pocketk_agent.bundle.verify import check_contents

NAME = "pocketk-s"
# Half-precision weights, two runtimes and the rounding of what is written down; the logits' SD is 0.8 to 2.
SAME_LOGIT = 5e-3


def shipped(name: str) -> dict[str, Any]:
    return json.loads((shipped_bundles()[NAME] / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def evaluation() -> dict[str, Any]:
    return shipped("evaluation.json")


@pytest.fixture(scope="module")
def bars() -> dict[str, dict[str, Any]]:
    return {bar["id"]: bar for bar in shipped("model_card.json")["bars"]}


def ranked(evaluation: dict[str, Any], endpoint: str, score: str) -> dict[str, Any]:
    """The row of an endpoint and a way to score."""
    rows = evaluation["sections"]["discrimination"]["tables"]["discrimination"]
    (found,) = (row for row in rows if row["endpoint"] == endpoint and row["score"] == score)
    return found


def test_it_loads_after_an_installation_and_is_calibrated():
    bundle = load_bundle(NAME)
    assert bundle.manifest.trained
    assert bundle.manifest.calibrated
    assert bundle.manifest.training_data.startswith("Simulation-trained, not clinically validated")


def test_its_files_are_those_of_its_manifest():
    check_contents(shipped_bundles()[NAME])


def test_it_says_how_many_recordings_it_learnt_from():
    train = shipped("training_config.json")["data"]["parts"]["train"]
    counts = f"trained on {train['recordings']:,} simulated recordings of {train['patients']:,} patients"
    assert counts in load_bundle(NAME).manifest.training_data


def test_training_evaluation_and_samples_are_of_the_same_weights(evaluation: dict[str, Any]):
    named = {
        shipped("training_run.json")["sha256"]["model.safetensors"],
        evaluation["facts"]["SHA-256 of the model"],
        shipped("model_card.json")["sha256"]["weights before export"],
        shipped("evaluation_samples.json")["weights_sha256"],
    }
    assert len(named) == 1


def test_each_network_is_the_one_that_manifest_and_card_name():
    manifest = load_bundle(NAME).manifest
    assert [model.file for model in manifest.models] == ["model-fp16.tflite", "model.onnx"]
    for model in manifest.models:
        digest = hashlib.sha256((shipped_bundles()[NAME] / model.file).read_bytes()).hexdigest()
        assert shipped("model_card.json")["sha256"][model.file] == digest
        assert manifest.files[model.file] == digest


def test_every_network_was_run_on_other_kinds_of_cpu():
    found = {each["file"]: each["agreements"] for each in shipped("model_card.json")["other_cpus"]}
    for model in load_bundle(NAME).manifest.models:
        assert {one["cpu"] for one in found[model.file]} == {AVX2, AARCH64}
        assert all(2 * one["max_abs_difference"] <= model.golden_atol_logit for one in found[model.file])


def scored_anew(samples: dict[str, Any], folder: Path) -> dict[str, dict[str, Any]]:
    """Simulate the first patients of the evaluated cohort and score them with the shipped network.

    Patients are drawn by chunks, and the first chunk is the same however many follow it.
    """
    seed = re.search(r"; seed (\d+);", samples["cohort"])
    assert seed is not None
    plan = CohortPlan(patients=CHUNK_RECORDINGS, seed=int(seed[1]), seconds=30.0, internal_share=1.0)
    with LocalEngine(1) as engine:
        simulate_cohort(plan, folder / "cohort", engine)
    rows = rows_of_frame(read_manifest(folder / "cohort")[: len(samples["recordings"])])
    task = ScoreTask(folder / "cohort", None, ModelSource(NAME), GatherRule(**samples["rule"]))
    return {row["record_id"]: row for row in score_chunk(task, tuple(rows)).frame.to_dicts()}


def test_the_shipped_network_gives_the_logits_that_were_evaluated(tmp_path: Path):
    samples = shipped("evaluation_samples.json")
    anew = scored_anew(samples, tmp_path)
    worst, n = 0.0, 0
    for sample in samples["recordings"]:
        for output, logits in sample["logits"].items():
            mine = anew[sample["record_id"]][f"logits_{output}"]
            assert len(mine) == len(logits), sample["record_id"]
            worst, n = max(worst, float(np.max(np.abs(np.subtract(mine, logits)), initial=0.0))), n + len(logits)
    assert n >= 100
    assert worst <= SAME_LOGIT, "Network, preparation or simulator changed after the evaluation: release anew."


def test_the_card_judges_every_bar(bars: dict[str, dict[str, Any]]):
    assert [(bar["id"], bar["limit"]) for bar in bars.values()] == [(bar.id, bar.limit) for bar in BARS]


@pytest.mark.parametrize("id", [bar.id for bar in BARS])
def test_a_bar_that_is_reached_is_measured_and_any_other_is_said_to_be_missed(
    bars: dict[str, dict[str, Any]], measure: Measure, id: str
):
    bar = bars[id]
    if bar["reached"]:
        interval = "" if bar["low"] is None else f", 95 % {bar['low']:.4f} to {bar['high']:.4f}"
        measure(id, bar["measured"], n=bar["n"], detail=f"{bar['text']}{interval}, shipped evaluation")
        return
    card = (shipped_bundles()[NAME] / "MODEL_CARD.md").read_text(encoding="utf-8")
    (line,) = (line for line in card.splitlines() if line.startswith(f"| {id} |"))
    assert line.endswith("| not measured |" if bar["reached"] is None else "| NOT REACHED |")


@pytest.mark.parametrize(
    ("id", "endpoint"),
    [("MODEL-AUROC", "K > 5.5"), ("MODEL-AUROC-SEVERE", "K >= 6.0")],
)
def test_the_bars_are_judged_by_the_shipped_evaluation(
    evaluation: dict[str, Any], bars: dict[str, dict[str, Any]], id: str, endpoint: str
):
    assert bars[id]["measured"] == ranked(evaluation, endpoint, "first clip")["AUROC, patient bootstrap"]["value"]


def test_extreme_potassium_is_ranked_too(evaluation: dict[str, Any], measure: Measure):
    row = ranked(evaluation, "K >= 6.5", "first clip")
    estimate = row["AUROC, patient bootstrap"]
    detail = f"95 % {estimate['low']:.3f} to {estimate['high']:.3f}, {row['positive']} positive, shipped evaluation"
    measure("MODEL-AUROC-EXTREME", estimate["value"], n=row["recordings"], detail=detail)
