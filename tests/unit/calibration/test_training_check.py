"""Nobody whom a network was trained on sets its thresholds."""

import hashlib
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from pocketk.calibrate_command import calibrate_command
from pocketk.evaluation.prediction_facts import prediction_facts
from pocketk.evaluation.predictions import write_predictions
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.training_check import check_training
from pocketk.training.part import patient_hashes

WEIGHTS = b"weights"
SHA256 = hashlib.sha256(WEIGHTS).hexdigest()
OTHERS = ["somebody", "else"]


@pytest.fixture(scope="module")
def frame() -> pl.DataFrame:
    return made_predictions(1500).with_columns(split=pl.lit("development"))


def scored(work: Path, frame: pl.DataFrame, model: str = "run run", sha256: str = SHA256) -> Path:
    """Predictions as `pocketk evaluate --run` leaves them in work/scored."""
    folder = work / "scored"
    digest = write_predictions(folder, frame)
    said = {"model": model, "model_sha256": sha256, "predictions_sha256": digest}
    (folder / "predictions.json").write_text(json.dumps(said))
    return folder


def run_of(work: Path, trained: list[str], name: str = "run", validated: list[str] | None = None) -> Path:
    folder = work / name
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    np.save(folder / "train_patients.npy", patient_hashes(trained))
    if validated is not None:
        np.save(folder / "validation_patients.npy", patient_hashes(validated))
    return folder


def calibrated(predictions: Path, out: Path, run: Path | None = None) -> dict:
    calibrate_command(predictions, out=out, method="platt", whole_development=True, run=run)
    return json.loads(out.read_text())["provenance"]["patients_of_the_training"]


@pytest.mark.parametrize("named", [True, False])
def test_a_patient_of_the_training_is_refused(named: bool, frame: pl.DataFrame, tmp_path: Path):
    one = frame.filter(~pl.col("refused") & ~pl.col("haemolysed"))["patient_id"][0]
    run = run_of(tmp_path, [*OTHERS, one])
    with pytest.raises(CalibrationError, match="trained on 1 of the"):
        calibrated(scored(tmp_path, frame), tmp_path / "c.json", run if named else None)
    assert not (tmp_path / "c.json").exists()


def test_the_file_says_what_was_checked(frame: pl.DataFrame, tmp_path: Path):
    run_of(tmp_path, OTHERS, validated=list(frame["patient_id"]))
    said = calibrated(scored(tmp_path, frame), tmp_path / "c.json")
    assert (said["checked"], said["run"], said["model_sha256"]) == (True, "run", SHA256)
    assert said["in_validation_part"] == said["patients"] > 1000
    assert "none of" in said["words"]


def test_the_run_may_be_named_by_its_weights(frame: pl.DataFrame, tmp_path: Path):
    run = run_of(tmp_path, OTHERS, "elsewhere")
    assert calibrated(scored(tmp_path, frame), tmp_path / "c.json", run / "model.safetensors")["run"] == "elsewhere"


def test_without_a_run_the_file_says_that_nothing_was_checked(frame: pl.DataFrame, tmp_path: Path, capsys):
    said = calibrated(scored(tmp_path, frame, "pocketk-s 0.1.0"), tmp_path / "c.json")
    assert said["checked"] is False
    assert "name it with --run" in said["words"]
    assert "not checked" in capsys.readouterr().out


def test_a_run_of_the_same_name_with_other_weights_is_not_taken_for_it(frame: pl.DataFrame, tmp_path: Path):
    run_of(tmp_path, OTHERS)
    predictions = scored(tmp_path, frame, sha256="00" * 32)
    assert check_training(np.array(["p"]), predictions, None).checked is False
    with pytest.raises(CalibrationError, match="another run than that of the predictions"):
        check_training(np.array(["p"]), predictions, tmp_path / "run")


def test_weights_that_the_run_kept_beside_the_best_are_its_own(frame: pl.DataFrame, tmp_path: Path):
    run = run_of(tmp_path, OTHERS)
    (run / "run.json").write_text(json.dumps({"sha256": {"last.safetensors": "11" * 32}}))
    predictions = scored(tmp_path, frame, sha256="11" * 32)
    assert check_training(np.array(["p"]), predictions, run).checked


def test_a_folder_without_patients_is_no_run(frame: pl.DataFrame, tmp_path: Path):
    with pytest.raises(CalibrationError, match=r"no train_patients\.npy"):
        check_training(np.array(["p"]), scored(tmp_path, frame), tmp_path)


@pytest.mark.parametrize("damage", [b"", b"no array"])
def test_damaged_hashes_are_refused(damage: bytes, frame: pl.DataFrame, tmp_path: Path):
    run = run_of(tmp_path, OTHERS)
    (run / "train_patients.npy").write_bytes(damage)
    with pytest.raises(CalibrationError, match="cannot be read"):
        check_training(np.array(["p"]), scored(tmp_path, frame), run)


def test_hashes_of_another_kind_are_refused(frame: pl.DataFrame, tmp_path: Path):
    run = run_of(tmp_path, OTHERS)
    np.save(run / "train_patients.npy", np.zeros(3))
    with pytest.raises(CalibrationError, match="expected one dimension of uint64"):
        check_training(np.array(["p"]), scored(tmp_path, frame), run)


def test_facts_of_predictions_that_lay_there_before_are_not_taken(frame: pl.DataFrame, tmp_path: Path):
    folder = scored(tmp_path, frame)
    digest = write_predictions(folder, frame[:10])
    facts = prediction_facts(folder)
    assert (facts.predictions_sha256, facts.model, facts.model_sha256) == (digest, "", None)


def test_a_potassium_that_is_no_number_is_no_negative(frame: pl.DataFrame, tmp_path: Path):
    nan = frame.with_columns(k_lab_mmol_l=pl.lit(float("nan"), pl.Float32).cast(frame.schema["k_lab_mmol_l"]))
    with pytest.raises(CalibrationError, match="not numbers"):
        calibrated(scored(tmp_path, nan), tmp_path / "c.json")
