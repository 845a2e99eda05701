"""Nobody whom a network was trained on sets its thresholds."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocketk.evaluation.patient_hash_file import TRAIN_PATIENTS_FILE, read_patient_hashes
from pocketk.evaluation.prediction_facts import PredictionFacts, prediction_facts
from pocketk.evaluation.scored_model import WEIGHTS_NAME
from pocketk.probability.calibration_error import CalibrationError
from pocketk.training.part import VALIDATION, patient_hashes
from pocketk.training.run_folder import patients_file

# What `pocketk evaluate` calls the model of a training run: this and the name of the run's folder.
_RUN_MODEL = "run "
_RUN_DOCUMENT = "run.json"


@dataclass(frozen=True)
class TrainingCheck:
    """Whether anybody of the training is among the patients that something is fitted to.

    Attributes:
        checked: False where the patients of the training are not known.
        run: name of the run's folder, None where none was found.
        patients: how many were looked for among those of the training; none of them was.
        in_validation_part: of them those on whom the run chose its weights and when to stop, None where not known.
        model: the model of the predictions, empty where not known.
        model_sha256: as `PredictionFacts.model_sha256`.
        words: the same for people.
    """

    checked: bool
    run: str | None
    patients: int
    in_validation_part: int | None
    model: str
    model_sha256: str | None
    words: str


def check_training(patient: NDArray[np.str_], predictions: Path, run: Path | None) -> TrainingCheck:
    """Refuse patients whom the network was trained on.

    Args:
        patient: (N,) whose recordings something is to be fitted to.
        predictions: where the scores come from: the Parquet file, or the folder that holds it.
        run: folder of the training run or its weights; looked for beside the predictions' folder where not given.

    Raises:
        CalibrationError: a patient was trained on, or `run` is no run or not the one of the predictions.
    """
    facts = prediction_facts(predictions)
    known = (facts.model, facts.model_sha256)
    patients = np.unique(patient)
    folder = _found_run(predictions, facts) if run is None else _given_run(run, facts)
    if folder is None:
        words = "not checked: no run with the patients of its training was found; name it with --run"
        return TrainingCheck(False, None, patients.size, None, *known, words)
    trained = read_patient_hashes(folder / TRAIN_PATIENTS_FILE, CalibrationError)
    hashes = patient_hashes(map(str, patients))
    found = int(np.isin(hashes, trained).sum())
    if found:
        raise CalibrationError(
            f"The run {folder} was trained on {found} of the {patients.size} patients here: what is fitted to them "
            "says nothing of new patients. Score a cohort of other patients, or leave --whole-development out."
        )
    second = folder / patients_file(VALIDATION)
    validated = int(np.isin(hashes, read_patient_hashes(second, CalibrationError)).sum()) if second.is_file() else None
    words = f"none of {patients.size:,} patients is among the {trained.size:,} of the training of {folder.name}"
    if validated:
        words += f"; {validated:,} are of its validation part"
    return TrainingCheck(True, folder.name, patients.size, validated, *known, words)


def _given_run(run: Path, facts: PredictionFacts) -> Path:
    folder = run.parent if run.is_file() else run
    if not (folder / TRAIN_PATIENTS_FILE).is_file():
        raise CalibrationError(f"--run {run}: no {TRAIN_PATIENTS_FILE} there; name the folder of a training run.")
    if facts.model.startswith(_RUN_MODEL) and facts.model_sha256 not in _weights(folder):
        raise CalibrationError(
            f"--run {run} is another run than that of the predictions, whose weights have SHA-256 "
            f"{facts.model_sha256}. Name theirs, or score the cohort with this run."
        )
    return folder


def _found_run(predictions: Path, facts: PredictionFacts) -> Path | None:
    if not facts.model.startswith(_RUN_MODEL):
        return None
    scored = predictions if predictions.is_dir() else predictions.parent
    folder = scored.resolve().parent / facts.model.removeprefix(_RUN_MODEL)
    ours = (folder / TRAIN_PATIENTS_FILE).is_file() and facts.model_sha256 in _weights(folder)
    return folder if ours else None


def _weights(folder: Path) -> set[str]:
    """SHA-256 of the weights that a run has, as it names them and as they are."""
    file = folder / WEIGHTS_NAME
    found = {hashlib.sha256(file.read_bytes()).hexdigest()} if file.is_file() else set()
    try:
        named = json.loads((folder / _RUN_DOCUMENT).read_text(encoding="utf-8"))["sha256"]
        return found | set(map(str, named.values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return found
