"""The recordings that a calibration may see: labelled, scored, and never of a test split."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.evaluation.predictions import clip_column, clip_means
from pocketk.probability.calibration_error import CalibrationError
from pocketk.training.part import VALIDATION, part_of_patient
from pocketk_agent.bundle.manifest import SECOND_OUTPUT
from pocketk_agent.probability.logit import logit_of

DEVELOPMENT = "development"
TIER_LIMIT_MMOL_L, SECOND_LIMIT_MMOL_L = 5.5, 6.0


@dataclass(frozen=True)
class CalibrationData:
    """Scores and labels.

    Attributes:
        logit: (N,) logit of the mean score of potassium > 5.5 mmol/L.
        second_logit: (N,) the same of potassium >= 6.0 mmol/L, None where the model has no such output.
        k_mmol_l: (N,) the laboratory's.
        patient: (N,) whose.
        left_out: how many recordings are not among them, by reason.
    """

    logit: NDArray[np.float64]
    second_logit: NDArray[np.float64] | None
    k_mmol_l: NDArray[np.float64]
    patient: NDArray[np.str_]
    left_out: dict[str, int]

    @property
    def positive(self) -> NDArray[np.bool_]:
        """(N,) potassium > 5.5 mmol/L."""
        return self.k_mmol_l > TIER_LIMIT_MMOL_L

    @property
    def second_positive(self) -> NDArray[np.bool_]:
        """(N,) potassium >= 6.0 mmol/L against everything below.

        A rank may be judged without the values between the two limits; a probability must mean everybody.
        """
        return self.k_mmol_l >= SECOND_LIMIT_MMOL_L


def calibration_data(frame: pl.DataFrame, whole_development: bool = False) -> CalibrationData:
    """Take what a calibration may see from predictions.

    Args:
        frame: predictions, as `read_predictions` gives them.
        whole_development: as `CalibrationRequest.whole_development`.

    Raises:
        CalibrationError: nothing is left.
    """
    parts = [part_of_patient(patient) for patient in frame["patient_id"]]
    steps = [
        ("not in the development split", pl.col("split") == DEVELOPMENT),
        ("in the training part", pl.lit(value=True) if whole_development else pl.col("_part") == VALIDATION),
        ("without a laboratory value", pl.col("k_lab_mmol_l").is_not_null()),
        ("of a haemolysed sample", ~pl.col("haemolysed").fill_null(value=False)),
        ("without a score", pl.col("score").is_finite().fill_null(value=False) & ~pl.col("refused")),
    ]
    rows, left_out = frame.with_columns(pl.Series("_part", parts)), {}
    for name, kept in steps:
        remaining = rows.filter(kept)
        left_out[name] = len(rows) - len(remaining)
        rows = remaining
    if rows.is_empty():
        said = "; ".join(f"{count} {name}" for name, count in left_out.items() if count)
        raise CalibrationError(
            f"No recording is left to calibrate on: {said}. Score a cohort whose development split has validation "
            "patients, or give --whole-development for a cohort of which nothing was trained on."
        )
    second = clip_column(SECOND_OUTPUT) in rows.columns
    return CalibrationData(
        logit=logit_of(rows["score"].to_numpy()),
        second_logit=logit_of(clip_means(rows, SECOND_OUTPUT)) if second else None,
        k_mmol_l=rows["k_lab_mmol_l"].to_numpy(),
        patient=rows["patient_id"].to_numpy().astype(str),
        left_out=left_out,
    )
