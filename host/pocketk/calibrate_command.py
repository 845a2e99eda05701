"""What `pocketk calibrate` runs: predictions into probabilities, thresholds and an abstention band."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from pocketk.evaluation.predictions import PREDICTIONS_FILE, read_predictions
from pocketk.evaluation.score_cohort import COST_FILE
from pocketk.evaluation.scored_model import WEIGHTS_NAME
from pocketk.evaluation.train_patient_guard import TRAIN_PATIENTS_FILE
from pocketk.probability.calibration_data import CalibrationData, calibration_data
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.calibration_file import release_text
from pocketk.probability.calibration_request import AUTO, CalibrationRequest
from pocketk.probability.release import CalibrationRelease, fit_release
from pocketk.training.part import VALIDATION, patient_hashes
from pocketk.training.run_folder import patients_file
from pocketk_calibration.probability.thresholds import ChosenThreshold
from pocketk_models.atomic_file import write_atomically

# What `pocketk evaluate` calls the model of a training run: this and the name of the run's folder.
_RUN_MODEL = "run "
_RUN_DOCUMENT = "run.json"


@dataclass(frozen=True)
class PredictionFacts:
    """What is recorded beside predictions of the model that made them.

    Attributes:
        predictions_sha256: of the predictions, hexadecimal.
        model: its name for people, empty where it is not known.
        model_sha256: of the run's weights or of the bundle's manifest; None where it is not known.
    """

    predictions_sha256: str
    model: str = ""
    model_sha256: str | None = None


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


def calibrate_command(  # noqa: PLR0913 - one keyword for each option of the command
    predictions: Path,
    *,
    out: Path,
    method: str = AUTO,
    prevalence: float = 0.02,
    sensitivity: float = 0.9,
    ppv: float = 0.2,
    coverage: float = 0.9,
    most_inconclusive: float = 0.15,
    whole_development: bool = False,
    seed: int = 0,
    run: Path | None = None,
) -> None:
    """Fit probabilities, thresholds and the band without a statement to the validation patients of a cohort.

    Only the development split is looked at, and of that only the validation part: a test split never sets a
    threshold. Nor does a patient whom the network was trained on: where the run is known, such a patient is refused,
    and the file says what was looked for. The calibration goes into a bundle with `pocketk export --calibration`.

        pocketk calibrate scored/predictions.parquet --out calibration.json
        pocketk calibrate scored/predictions.parquet --out calibration.json --prevalence .03 --method platt
        pocketk calibrate scored --out calibration.json --whole-development --run run

    Args:
        predictions: predictions.parquet of `pocketk evaluate`, or the folder that holds it.
        out: The JSON file to write.
        method: temperature, platt, beta, isotonic, or auto for the simplest that is as good as the best.
        prevalence: Share of potassium > 5.5 mmol/L where the device is to be used.
        sensitivity: For potassium > 5.5 mmol/L that the lower 95 % bound of t_low must reach.
        ppv: Positive predictive value of t_high at that prevalence.
        coverage: Of the conformal prediction sets, at most.
        most_inconclusive: Largest share of recordings without a statement; coverage gives way to it.
        whole_development: Use all of the development split: for a cohort of which nothing was trained on.
        seed: Of the folds of the comparison.
        run: Folder of the training run whose patients must not be among these. Where not given, the folder beside
            that of the predictions with the name and the weights that the predictions were made with, if there is one.

    Raises:
        CalibrationError: a patient was trained on, another run, NaN labels, or a wish that cannot be met.
    """
    request = CalibrationRequest(
        method, prevalence, sensitivity, ppv, coverage, most_inconclusive, whole_development, seed
    )
    data = calibration_data(read_predictions(predictions), whole_development)
    refuse_nan_labels(data)
    check = check_training(data.patient, predictions, run)
    release = fit_release(data, request, prediction_facts(predictions).predictions_sha256)
    _write(out, release, check)
    _report(release, check, out)


def prediction_facts(predictions: Path) -> PredictionFacts:
    """What is recorded of predictions; of other predictions that lay there before, nothing is taken.

    Args:
        predictions: the Parquet file, or the folder that holds it.
    """
    file = predictions / PREDICTIONS_FILE if predictions.is_dir() else predictions
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    try:
        document = json.loads((file.parent / COST_FILE).read_text(encoding="utf-8"))
        if document["predictions_sha256"] != sha256:
            return PredictionFacts(sha256)
        return PredictionFacts(sha256, str(document["model"]), str(document["model_sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return PredictionFacts(sha256)


def refuse_nan_labels(data: CalibrationData) -> None:
    """A potassium that is not a number is no negative.

    Raises:
        CalibrationError: some are.
    """
    bad = int(np.count_nonzero(~np.isfinite(data.k_mmol_l)))
    if bad:
        raise CalibrationError(
            f"{bad} of {data.k_mmol_l.size} laboratory values are not numbers (NaN); expected mmol/L, or nothing where "
            "there is none. Mend the cohort's table of potassium and score it again."
        )


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
    trained = _hashes(folder / TRAIN_PATIENTS_FILE)
    hashes = patient_hashes(map(str, patients))
    found = int(np.isin(hashes, trained).sum())
    if found:
        raise CalibrationError(
            f"The run {folder} was trained on {found} of the {patients.size} patients here: what is fitted to them "
            "says nothing of new patients. Score a cohort of other patients, or leave --whole-development out."
        )
    second = folder / patients_file(VALIDATION)
    validated = int(np.isin(hashes, _hashes(second)).sum()) if second.is_file() else None
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


def _hashes(path: Path) -> NDArray[np.uint64]:
    try:
        hashes = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise CalibrationError(f"{path} cannot be read ({error}); train again, or name another run.") from error
    if hashes.ndim != 1 or hashes.dtype != np.uint64:
        raise CalibrationError(f"{path} holds {hashes.dtype} {hashes.shape}; expected one dimension of uint64.")
    return hashes


def _write(out: Path, release: CalibrationRelease, check: TrainingCheck) -> None:
    body = json.loads(release_text(release))
    body["provenance"]["patients_of_the_training"] = asdict(check)
    write_calibration(out, body)


def write_calibration(path: Path, body: dict[str, object]) -> None:
    """Write the body of a calibration file, whole or not at all.

    Raises:
        CalibrationError: the file cannot be written.
    """
    text = json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically({path: text.encode()})
    except OSError as error:
        raise CalibrationError(f"{path} cannot be written: {error.strerror or error}.") from error


def _report(release: CalibrationRelease, check: TrainingCheck, out: Path) -> None:
    console, conformal = Console(highlight=False), release.conformal
    console.print(
        f"data         {release.n} recordings of {release.n_patients} patients, {release.n_positive} positive"
    )
    for reason, count in release.left_out.items():
        console.print(f"             left out: {count} {reason}")
    console.print(f"trained on   {check.words}")
    for one in release.compared:
        loss = one.why_not or f"log loss {one.log_loss:.5f}, {one.excess:+.5f} (SE {one.excess_error:.5f})"
        console.print(f"{'chosen' if one.chosen else '':<13}{one.kind}: {loss}")
    console.print(f"calibration  {release.calibration.curve} at a prevalence of {release.calibration.prevalence:g}")
    second = release.calibration_k_ge_6_0
    console.print(f">= 6.0       {release.why_no_second if second is None else second.curve}")
    for one in (release.t_low, release.t_high):
        console.print(f"{one.name:<13}{_in_words(one)}")
    band = conformal.band
    edges = "nowhere" if band is None else f"{band.low:.4g} to {band.high:.4g}"
    share = 100 * conformal.inconclusive_at(release.request.prevalence)
    console.print(f"no statement {edges}: coverage {conformal.coverage:g}, {share:.1f} % of recordings")
    console.print(f"written      {out}")


def _in_words(one: ChosenThreshold) -> str:
    return (
        f"{one.threshold:.4g}: {one.rule}; sensitivity {one.sensitivity:.3f} (at least {one.sensitivity_low:.3f}), "
        f"false alerts {one.false_alerts:.3f}"
    )
