"""Scoring a cohort: the device's own decision on every recording, whoever does the work, and never a crash."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from measurement_plugin import Measure
from pocketk.bundle.build import ModelStatement, build_bundle
from pocketk.cohort.local_engine import LocalEngine
from pocketk.cohort.manifest import read_manifest, write_manifest
from pocketk.cohort.manifest_row import ManifestRow, frame_of_rows, rows_of_frame
from pocketk.cohort.signal_shard import read_signal, write_shard
from pocketk.evaluation.clip_gathering import GatherRule
from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.score_cohort import COST_FILE, ScoreRequest, rows_to_score, score_cohort
from pocketk.evaluation.scored_model import ModelSource
from pocketk.simulator.cohort import simulate_cohort
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.training.part import part_of_patient
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.measurement.decision import CONCLUSIVE
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.signal.preparation import prepare_strip
from pocketk_models.net1d import Net1D
from pocketk_models.students import OUTPUTS, POCKETK_S
from pocketk_models.weights_file import WeightsFile

BUNDLE = ModelSource("pocketk-untrained")
PATIENTS = 24


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "strips"
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=PATIENTS, seed=5, seconds=31.0, positives=0.4), out, engine)
    return out


def scored(request: ScoreRequest, out: Path, processes: int = 1) -> pl.DataFrame:
    with LocalEngine(processes) as engine:
        return score_cohort(request, engine, out)[0]


@pytest.fixture(scope="module")
def predictions(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return scored(ScoreRequest(cohort, BUNDLE), tmp_path_factory.mktemp("scored"))


def test_every_recording_is_decided_as_the_device_decides_it(
    cohort: Path, predictions: pl.DataFrame, measure: Measure
) -> None:
    bundle, differing = load_bundle("pocketk-untrained"), 0
    for row, own in zip(rows_of_frame(read_manifest(cohort)), predictions.iter_rows(named=True), strict=True):
        found = bundle.score_strip(Strip(read_signal(cohort, row).astype(np.float64), row.fs_hz))
        conclusive = any(reason in CONCLUSIVE for reason in found.quality.reasons)
        assert own["reasons"] == [reason.value for reason in found.quality.reasons] or own["refused"]
        logits = [] if found.logits is None else found.logits[:, 0].tolist()
        same = len(own["logits_k_gt_5_5"]) == len(logits) and np.allclose(own["logits_k_gt_5_5"], logits, atol=1e-5)
        differing += not (same and own["refused"] == (found.logits is None or conclusive))
    measure("EVAL-DEVICE-DECISION", differing, n=PATIENTS)


def test_the_simulated_cohort_has_scored_and_refused_recordings(predictions: pl.DataFrame) -> None:
    assert 0 < predictions["refused"].sum() < PATIENTS / 2
    assert int((predictions["n_clips"] == 3).sum()) > PATIENTS / 2


def test_the_clip_alone_is_the_first_clip_without_its_surroundings(cohort: Path, predictions: pl.DataFrame) -> None:
    runner = load_bundle("pocketk-untrained").runner
    signals = {
        row.record_id: read_signal(cohort, row).astype(np.float64) for row in rows_of_frame(read_manifest(cohort))
    }
    whole = predictions.filter((pl.col("n_clips") == 3) & (pl.col("clip_start_s").list.first() == 0.0)).head(5)
    assert len(whole) == 5
    for own in whole.iter_rows(named=True):
        alone = runner.infer(prepare_strip(signals[own["record_id"]][:5000], 500.0).clips)[0, 0]
        assert own["alone_logit"] == pytest.approx(float(alone), abs=1e-5)


@pytest.fixture(scope="module")
def short_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("short") / "strips"
    with LocalEngine(1) as engine:
        simulate_cohort(CohortPlan(patients=12, seed=6, seconds=10.0), out, engine)
    return out


def test_a_recording_of_one_clip_is_alone_already(short_cohort: Path, tmp_path: Path) -> None:
    with LocalEngine(1) as engine:
        found, cost = score_cohort(ScoreRequest(short_cohort, BUNDLE), engine, tmp_path / "o")
    kept = found.filter(pl.col("n_clips") > 0)
    assert kept["alone_logit"].equals(kept["first_logit"].alias("alone_logit"))
    assert cost.windows == int(found["n_clips"].sum())


def test_the_heart_rate_is_plausible(predictions: pl.DataFrame) -> None:
    rates = predictions.filter(pl.col("n_clips") > 0)["heart_rate_bpm"]
    assert rates.null_count() == 0
    assert rates.is_between(25, 225).all()


def test_the_number_of_processes_changes_nothing(cohort: Path, predictions: pl.DataFrame, tmp_path: Path) -> None:
    request = ScoreRequest(cohort, BUNDLE)
    assert scored(request, tmp_path, processes=2).equals(predictions)


def test_without_the_gate_more_recordings_are_scored(cohort: Path, predictions: pl.DataFrame, tmp_path: Path) -> None:
    ungated = scored(ScoreRequest(cohort, BUNDLE, rule=GatherRule(gate=False)), tmp_path)
    assert ungated["refused"].sum() < predictions["refused"].sum()
    both = (predictions["n_clips"] == 3) & (predictions["clip_start_s"].list.last() == 20.0)
    assert both.sum() > PATIENTS / 2
    same = ungated.filter(both)["clip_start_s"] == predictions.filter(both)["clip_start_s"]
    assert int(same.sum()) > 0.9 * len(same)


def test_what_scoring_took_is_written_beside_the_predictions(cohort: Path, tmp_path: Path) -> None:
    frame = scored(ScoreRequest(cohort, BUNDLE, split="internal_test"), tmp_path)
    document = json.loads((tmp_path / COST_FILE).read_text())
    assert document["cost"]["recordings"] == len(frame)
    assert 0.0 < document["cost"]["inference_share"] < 1.0
    assert document["cost"]["peak_rss_worker_mib"] > 10.0
    assert document["cost"]["windows_per_s"] > 0.0


def test_a_recording_that_cannot_be_scored_is_a_row_with_reasons(cohort: Path, tmp_path: Path) -> None:
    rows = list(rows_of_frame(read_manifest(cohort)))[:2]
    shard = "signals/shard-00000.npy"
    short, flat = np.ones(3000), np.zeros(15_000)
    nothing, units = np.full(15_000, np.nan), 900.0 * np.random.default_rng(0).normal(size=15_000)
    strips = [short, flat, nothing, units]
    slices = write_shard(tmp_path / "c" / shard, strips)
    ids = ("short", "flat", "nothing", "units")
    made = [
        ManifestRow(name, f"p-{name}", shard, part.offset, part.n_samples, 500.0)
        for name, part in zip(ids, slices, strict=True)
    ]
    absent = replace(
        rows[0], record_id="absent", patient_id="p-absent", file="signals/shard-00007.npy", split="development"
    )
    pairs = replace(absent, record_id="pairs", patient_id="p-pairs", file="none.npy", n_samples=0)
    write_manifest(tmp_path / "c", frame_of_rows([*made, absent, pairs]))
    frame = scored(ScoreRequest(tmp_path / "c", BUNDLE), tmp_path / "o")
    assert frame["refused"].all()
    assert frame["score"].null_count() == len(frame)
    reasons = dict(zip(frame["record_id"], frame["reasons"].to_list(), strict=True))
    assert reasons["short"] == ["too-short"]
    assert reasons["flat"] == ["flat"]
    assert reasons["nothing"] == ["missing-samples"]
    assert reasons["units"] == ["units"]
    assert reasons["absent"] == reasons["pairs"] == ["unreadable"]


@pytest.mark.slow
def test_a_run_and_its_bundle_give_the_same_scores(short_cohort: Path, tmp_path: Path) -> None:
    net = Net1D.seeded(POCKETK_S, 1).eval()
    with torch.no_grad():  # default weights answer the same to everything
        for parameter in net.parameters():
            parameter.mul_(1.5)
    (tmp_path / "run").mkdir()
    file = WeightsFile(net.state_dict(), net.config, "Trained on nothing, for a test.")
    (tmp_path / "run" / "model.safetensors").write_bytes(file.to_bytes())
    build_bundle(net, ModelStatement("m", outputs=OUTPUTS), tmp_path / "bundle")
    rule = GatherRule(gate=False)
    by_run = scored(
        ScoreRequest(short_cohort, ModelSource(str(tmp_path / "run"), is_run=True), rule=rule), tmp_path / "a"
    )
    by_bundle = scored(ScoreRequest(short_cohort, ModelSource(str(tmp_path / "bundle")), rule=rule), tmp_path / "b")
    np.testing.assert_allclose(by_run["score"].to_numpy(), by_bundle["score"].to_numpy(), atol=1e-5)
    assert by_run.columns == by_bundle.columns
    assert "k_mmol_l" in by_run.columns


def test_left_out_descriptions_change_no_score(short_cohort: Path, tmp_path: Path) -> None:
    rules = {name: GatherRule(gate=False, describe=name == "described") for name in ("described", "plain")}
    frames = {
        name: scored(ScoreRequest(short_cohort, BUNDLE, rule=rule), tmp_path / name) for name, rule in rules.items()
    }
    told = ["heart_rate_bpm", "quality"]
    assert all(frames["described"][name].null_count() == 0 for name in told)
    assert all(frames["plain"][name].null_count() == len(frames["plain"]) for name in told)
    rest = [name for name in frames["plain"].columns if name not in (*told, "noise")]
    assert frames["plain"].select(rest).equals(frames["described"].select(rest))


def test_a_split_that_is_not_there_is_refused(cohort: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="no recording of split temporal_test"):
        scored(ScoreRequest(cohort, BUNDLE, split="temporal_test"), tmp_path)
    with pytest.raises(EvaluationError, match="expected one of"):
        scored(ScoreRequest(cohort, BUNDLE, split="test"), tmp_path)


def test_a_folder_without_weights_is_refused(cohort: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"model\.safetensors"):
        scored(ScoreRequest(cohort, ModelSource(str(tmp_path), is_run=True)), tmp_path)


def test_the_validation_split_is_the_development_patients_that_no_network_learns_from(cohort: Path) -> None:
    chosen = rows_to_score(cohort, "validation")
    development = read_manifest(cohort).filter(pl.col("split") == "development")
    expected = [patient for patient in development["patient_id"] if part_of_patient(patient) == "validation"]
    assert chosen["patient_id"].to_list() == expected
    assert 0 < len(chosen) < len(development)
