"""The recordings that an evaluation is about, as arrays."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pocketk.evaluation.evaluation_plan import EvaluationPlan
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.delong import delong_auroc
from pocketk.evaluation.statistics.estimate import FEWEST_TO_QUOTE, Estimate, missing

Float64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

POSITIVE_ABOVE_MMOL_L = 5.5
NOT_QUOTED = f"fewer than {FEWEST_TO_QUOTE} positives: not quoted"


@dataclass(frozen=True)
class Study:
    """Predictions and how they are to be judged.

    Attributes:
        everything: all predictions, refused and unlabelled ones too.
        plan: how.
    """

    everything: pl.DataFrame
    plan: EvaluationPlan

    @classmethod
    def of(cls, predictions: pl.DataFrame, plan: EvaluationPlan) -> "Study":
        """Predictions with the plan's own calibration, so that one file may be judged with several."""
        if plan.frozen.calibration is None:
            return cls(predictions.with_columns(pl.col("score").alias("probability")), plan)
        score = predictions["score"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
        probability = np.full(score.size, np.nan)
        known = np.isfinite(score)
        probability[known] = plan.frozen.calibration.probabilities(score[known])
        series = pl.Series("probability", probability).fill_nan(None)
        return cls(predictions.with_columns(series), plan)

    @cached_property
    def labelled(self) -> "StudyRows":
        """Recordings with a potassium of a sample that was not haemolysed."""
        return StudyRows(self.everything.filter(is_labelled() & ~pl.col("haemolysed")), self.plan)

    @cached_property
    def scored(self) -> "StudyRows":
        """Of them, those that the device would have scored: what all figures are over unless they say otherwise."""
        return StudyRows(self.labelled.frame.filter(is_scored()), self.plan)


def is_labelled() -> pl.Expr:
    """Whether there is a potassium; NaN is none."""
    return pl.col("k_lab_mmol_l").is_not_null() & pl.col("k_lab_mmol_l").is_not_nan()


def is_scored() -> pl.Expr:
    """Whether a recording was neither refused nor left without a score."""
    return ~pl.col("refused") & pl.col("score").is_not_null() & pl.col("score").is_finite()


@dataclass(frozen=True)
class StudyRows:
    """Labelled recordings.

    Attributes:
        frame: their predictions.
        plan: how they are judged.
    """

    frame: pl.DataFrame
    plan: EvaluationPlan

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def k_mmol_l(self) -> Float64:
        """(N,) laboratory potassium."""
        return self.column("k_lab_mmol_l")

    @cached_property
    def positive(self) -> Mask:
        """(N,) K > 5.5 mmol/L."""
        return self.k_mmol_l > POSITIVE_ABOVE_MMOL_L

    @cached_property
    def patient(self) -> NDArray[np.uint32]:
        """(N,) a number a patient."""
        return self.frame["patient_id"].cast(pl.Categorical).to_physical().to_numpy()

    @cached_property
    def score(self) -> Float64:
        """(N,) mean sigmoid of the clips."""
        return self.column("score")

    @cached_property
    def probability(self) -> Float64:
        """(N,) after calibration; the score where there is none."""
        return self.column("probability")

    @property
    def n_positive(self) -> int:
        """Recordings with K > 5.5 mmol/L."""
        return int(self.positive.sum())

    @property
    def n_patients(self) -> int:
        """How many people."""
        return self.frame["patient_id"].n_unique()

    @property
    def one_each(self) -> bool:
        """Whether no patient is there twice."""
        return self.n_patients == len(self.frame)

    def column(self, name: str) -> Float64:
        """(N,) of a numeric column, NaN for what is missing."""
        return self.frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()

    def where(self, keep: Mask) -> "StudyRows":
        """Those of (N,) `keep`."""
        return replace(self, frame=self.frame.filter(pl.Series(keep, dtype=pl.Boolean)))

    def auroc(self, score: Float64 | None = None, positive: Mask | None = None) -> Estimate:
        """AUROC of (N,) scores: with DeLong's interval where no patient repeats, else by resampled patients."""
        score = self.score if score is None else score
        positive = self.positive if positive is None else positive
        if not len(self):
            return missing("no recordings", 0, 0, "none")
        if self.one_each:
            return delong_auroc(positive, score)
        return self.bootstrap(self.plan.draws_elsewhere).auroc(positive, score)

    def bootstrap(self, draws: int | None = None) -> PatientBootstrap:
        """Resamples of the patients; see `PatientBootstrap`.

        Args:
            draws: the plan's, for the main table, where None.
        """
        return PatientBootstrap(self.patient, draws or self.plan.draws, self.plan.seed)
