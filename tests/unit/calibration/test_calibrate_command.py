"""From predictions to a bundle that gives tiers: `pocketk calibrate` and `pocketk export --calibration`."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from generated_ecg import ecg_mv
from made_predictions import made_predictions
from pocketk.bundle.errors import HostBundleError
from pocketk.bundle.golden_margin import check_clear_of_thresholds
from pocketk.cli import main
from pocketk.evaluation.evaluation_plan import read_decision
from pocketk.evaluation.predictions import clip_means, write_predictions
from pocketk.probability.bundle_calibration import read_bundle_calibration
from pocketk.probability.calibration_data import calibration_data
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.calibration_request import CalibrationRequest
from pocketk.probability.release import fit_release
from pocketk.training.part import part_of_patient
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.golden import read_golden
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT
from pocketk_agent.probability import SiteRecalibration
from pocketk_agent.probability.logit import logit_of
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.weights_file import WeightsFile

TINY = Net1DConfig(base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 1), groups_width=8, n_outputs=3)
OUTPUTS = ("k_gt_5_5", "k_ge_6_0", "k_mmol_l")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main(list(arguments))
    return int(exit_info.value.code or 0)


def development(patients: int, seed: int = 0) -> pl.DataFrame:
    return made_predictions(patients, seed=seed).with_columns(pl.lit("development").alias("split"))


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scored")
    write_predictions(folder, development(6000))
    return folder


@pytest.fixture(scope="module")
def calibration(predictions: Path) -> Path:
    out = predictions / "calibration.json"
    assert run("calibrate", str(predictions), "--out", str(out), "--prevalence", "0.03") == 0
    return out


@pytest.fixture(scope="module")
def bundle(calibration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundles")
    weights = folder / "tiny.safetensors"
    weights.write_bytes(WeightsFile(Net1D.seeded(TINY, 1).state_dict(), TINY, "nothing real").to_bytes())
    named = [part for output in OUTPUTS for part in ("--outputs", output)]
    asked = ["export", str(weights), "--out", str(folder / "tiny"), "--calibration", str(calibration), *named]
    assert run(*asked) == 0
    return folder / "tiny"


def test_the_file_is_what_an_evaluation_reads(calibration: Path):
    frozen, fitted = read_decision(calibration), read_bundle_calibration(calibration)
    assert [point.threshold for point in frozen.points] == [fitted.thresholds.t_low, fitted.thresholds.t_high]
    assert (frozen.calibration, frozen.abstention) == (fitted.calibration, fitted.abstention)


def test_the_file_says_how_it_was_come_by(calibration: Path):
    provenance = json.loads(calibration.read_text())["provenance"]
    assert provenance["inconclusive_at_prevalence"] <= 0.15
    assert provenance["t_low"]["sensitivity_low"] >= 0.9
    assert len(provenance["predictions_sha256"]) == 64
    assert sum(one["chosen"] for one in provenance["compared"]) == 1


def test_calibrating_twice_gives_the_same_bytes(predictions: Path, calibration: Path, tmp_path: Path):
    again = tmp_path / "again.json"
    assert run("calibrate", str(predictions / "predictions.parquet"), "--out", str(again), "--prevalence", "0.03") == 0
    assert again.read_bytes() == calibration.read_bytes()


def test_only_validation_patients_of_the_development_split_are_seen():
    frame = development(400).with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == 0)
        .then(pl.lit("internal_test"))
        .otherwise(pl.lit("development"))
        .alias("split")
    )
    data = calibration_data(frame)
    test = set(frame.filter(pl.col("split") != "development")["patient_id"])
    assert not set(data.patient) & test
    assert {part_of_patient(patient) for patient in data.patient} == {"validation"}
    assert data.left_out["not in the development split"] == len(test)


def test_refused_and_haemolysed_recordings_are_left_out_and_counted():
    frame = development(400)
    data = calibration_data(frame, whole_development=True)
    assert data.left_out["of a haemolysed sample"] == frame["haemolysed"].sum() > 0
    assert data.logit.size + sum(data.left_out.values()) == 400


def test_a_cohort_of_test_splits_alone_is_refused():
    with pytest.raises(CalibrationError, match="not in the development split"):
        calibration_data(made_predictions(100))


def test_new_recordings_are_calibrated(measure):
    known, new = (calibration_data(development(8_000, seed), whole_development=True) for seed in (0, 1))
    release = fit_release(known, CalibrationRequest(prevalence=float(known.positive.mean())))
    probability = release.calibration.probabilities(1 / (1 + np.exp(-new.logit)))
    slope = sm.Logit(new.positive, sm.add_constant(logit_of(probability))).fit(disp=0).params[1]
    bins = np.array_split(np.argsort(probability), 10)
    ece = sum(abs(float(new.positive[rows].sum() - probability[rows].sum())) for rows in bins) / probability.size
    measure("CALIB-SLOPE", float(slope), n=new.logit.size)
    measure("CALIB-ECE", ece, n=new.logit.size)


def test_the_second_endpoint_means_everybody():
    data = calibration_data(development(8_000), whole_development=True)
    release = fit_release(data, CalibrationRequest(prevalence=float(data.positive.mean())))
    assert release.calibration_k_ge_6_0 is not None
    assert data.second_logit is not None
    probability = release.calibration_k_ge_6_0.probabilities(1 / (1 + np.exp(-data.second_logit)))
    assert probability.mean() == pytest.approx(data.second_positive.mean(), abs=1e-3)


def test_a_model_of_one_output_has_no_second_calibration():
    data = replace(calibration_data(development(2000), whole_development=True), second_logit=None)
    release = fit_release(data, CalibrationRequest(method="platt"))
    assert release.calibration_k_ge_6_0 is None
    assert "no output" in release.why_no_second


def test_the_second_score_is_the_mean_of_its_own_clips():
    frame = development(50)
    data = calibration_data(frame, whole_development=True)
    scored = frame.filter(~pl.col("refused") & ~pl.col("haemolysed"))
    assert data.second_logit == pytest.approx(logit_of(clip_means(scored, "k_ge_6_0")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"k_lab_mmol_l": 4.0}, "0 positives"),
        ({"k_lab_mmol_l": 7.0}, "0 negatives"),
        ({"score": 0.5}, "nothing to tell"),
    ],
)
def test_a_cohort_that_cannot_be_calibrated_is_refused_in_words(change: dict, says: str):
    frame = development(400).with_columns(pl.lit(value).alias(name) for name, value in change.items())
    data = calibration_data(frame, whole_development=True)
    with pytest.raises(CalibrationError, match=says):
        fit_release(data, CalibrationRequest())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--prevalence", "1.5"], "--prevalence is 1.5"),
        (["--method", "magic"], "No method 'magic'"),
        (["--most-inconclusive", "0"], "--most-inconclusive is 0"),
        (["--ppv", "0.999", "--prevalence", "0.0001"], "the best is"),
    ],
)
def test_a_wish_that_cannot_be_met_is_said_in_one_line(predictions: Path, tmp_path: Path, capsys, arguments, says: str):
    assert run("calibrate", str(predictions), "--out", str(tmp_path / "c.json"), *arguments) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "c.json").exists()


def test_a_calibrated_bundle_says_what_it_was_calibrated_with(bundle: Path, calibration: Path):
    manifest, fitted = load_bundle(bundle, trust=DEVELOPMENT).manifest, read_bundle_calibration(calibration)
    assert manifest.thresholds == fitted.thresholds
    assert manifest.calibration == fitted.calibration
    assert manifest.calibration_k_ge_6_0 == fitted.calibration_k_ge_6_0
    assert manifest.abstention == fitted.abstention
    assert fitted.sentence in (bundle / "MODEL_CARD.md").read_text()


def test_a_calibrated_bundle_gives_a_tier_or_names_the_band(bundle: Path):
    outcome = load_bundle(bundle, trust=DEVELOPMENT).score(ecg_mv(30), 500)
    assert outcome.is_result or outcome.reasons == ("conformal band",)


def test_a_golden_vector_on_a_threshold_is_refused(bundle: Path):
    manifest, golden = load_bundle(bundle, trust=DEVELOPMENT).manifest, read_golden(bundle / "golden.npz")
    cases = {"model.onnx": golden}
    check_clear_of_thresholds(cases, manifest)
    assert manifest.calibration is not None
    assert manifest.thresholds is not None
    score = float(np.mean(1 / (1 + np.exp(-golden[0].logits[:, 0].astype(np.float64)))))
    at = manifest.calibration.probability(score)
    close = replace(manifest, thresholds=replace(manifest.thresholds, t_low=at, t_high=max(at, 0.99)))
    with pytest.raises(HostBundleError, match="lies on the threshold"):
        check_clear_of_thresholds(cases, close)


def test_a_golden_vector_whose_clips_almost_disagree_is_refused(bundle: Path):
    manifest, golden = load_bundle(bundle, trust=DEVELOPMENT).manifest, read_golden(bundle / "golden.npz")
    apart = golden[0].logits.copy()
    apart[:, 0] = -20.0  # where no threshold is near
    apart[0, 0] += DEFAULT_DISAGREEMENT.spread_logit
    with pytest.raises(HostBundleError, match="clips begin to disagree"):
        check_clear_of_thresholds({"model.onnx": [replace(golden[0], logits=apart)]}, manifest)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": 9}, "schema 9"),
        ({"surprise": 1}, "surprise"),
        ({"thresholds": None}, "no thresholds"),
        ({"calibration": {"kind": "magic"}}, "magic"),
        ({"sentence": 3}, "sentence"),
    ],
)
def test_a_damaged_calibration_file_is_refused(calibration: Path, tmp_path: Path, change: dict, says: str):
    damaged = tmp_path / "c.json"
    damaged.write_text(json.dumps({**json.loads(calibration.read_text()), **change}))
    with pytest.raises(CalibrationError, match=says):
        read_bundle_calibration(damaged)


def test_random_weights_cannot_be_calibrated(calibration: Path, tmp_path: Path, capsys):
    asked = ["export", "--untrained", "--out", str(tmp_path / "x"), "--calibration", str(calibration)]
    assert run(*asked) == 2
    assert "Random weights cannot be calibrated" in capsys.readouterr().err


def test_a_site_moves_probabilities_and_leaves_every_tier_where_it_was(calibration: Path):
    fitted = read_bundle_calibration(calibration)
    site = SiteRecalibration(0.8, 0.6, ((0.04, 0.0), (0.0, 0.09)), 0.06, 80, 6)
    own = fitted.at_site(site)
    scores = np.linspace(0.001, 0.999, 999)
    for released, moved in (
        (fitted.thresholds.t_low, own.thresholds.t_low),
        (fitted.thresholds.t_high, own.thresholds.t_high),
    ):
        before = fitted.calibration.probabilities(scores) >= released
        assert np.array_equal(before, own.calibration.probabilities(scores) >= moved)
    assert own.calibration.assumed_prevalence == 0.06
    with pytest.raises(CalibrationError, match="already"):
        own.at_site(site)


def test_no_probability_above_low_turns_into_no_statement_as_it_rises(calibration: Path):
    body = json.loads(calibration.read_text())
    assert body["abstention"] is None or body["abstention"]["low"] <= body["thresholds"]["t_low"]
