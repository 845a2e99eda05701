"""What `pocketk calibrate` runs: predictions into probabilities, thresholds and an abstention band."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console

from pocketk.evaluation.prediction_facts import prediction_facts
from pocketk.evaluation.predictions import read_predictions
from pocketk.probability.calibration_data import CalibrationData, calibration_data
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.calibration_file import release_text
from pocketk.probability.calibration_request import AUTO, CalibrationRequest
from pocketk.probability.release import CalibrationRelease, fit_release
from pocketk.probability.training_check import TrainingCheck, check_training
from pocketk_calibration.probability.thresholds import ChosenThreshold
from pocketk_models.atomic_file import write_atomically


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
