"""What `pocketk calibrate` runs: predictions into probabilities, thresholds and an abstention band."""

import hashlib
from pathlib import Path

from rich.console import Console

from pocketk.evaluation.predictions import PREDICTIONS_FILE, read_predictions
from pocketk.probability.calibration_data import calibration_data
from pocketk.probability.calibration_file import write_release
from pocketk.probability.calibration_request import AUTO, CalibrationRequest
from pocketk.probability.release import CalibrationRelease, fit_release
from pocketk_calibration.probability.thresholds import ChosenThreshold


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
) -> None:
    """Fit probabilities, thresholds and the band without a statement to the validation patients of a cohort.

    Only the development split is looked at, and of that only the validation part: a test split never sets a
    threshold. The calibration goes into a bundle with `pocketk export --calibration`.

        pocketk calibrate scored/predictions.parquet --out calibration.json
        pocketk calibrate scored/predictions.parquet --out calibration.json --prevalence .03 --method platt

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
    """
    request = CalibrationRequest(
        method, prevalence, sensitivity, ppv, coverage, most_inconclusive, whole_development, seed
    )
    data = calibration_data(read_predictions(predictions), whole_development)
    file = predictions / PREDICTIONS_FILE if predictions.is_dir() else predictions
    release = fit_release(data, request, hashlib.sha256(file.read_bytes()).hexdigest())
    write_release(out, release)
    _report(release, out)


def _report(release: CalibrationRelease, out: Path) -> None:
    console, conformal = Console(highlight=False), release.conformal
    console.print(
        f"data         {release.n} recordings of {release.n_patients} patients, {release.n_positive} positive"
    )
    for reason, count in release.left_out.items():
        console.print(f"             left out: {count} {reason}")
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
