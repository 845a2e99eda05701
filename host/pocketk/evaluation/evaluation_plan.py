"""What an evaluation is asked to say, and what it holds the predictions to."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketk.evaluation.evaluation_error import EvaluationError
from pocketk.evaluation.statistics.operating_point import FrozenThreshold
from pocketk_agent.bundle.calibration_record import read_abstention, read_calibration
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.manifest import Manifest
from pocketk_agent.bundle.strict_reader import StrictReader
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration

_FORM = (
    'expected a JSON object with a list "operating_points" of {"name", "threshold", "rule"} and, where there are, '
    '"calibration", "calibration_k_ge_6_0" and "abstention" as in a bundle\'s manifest'
)


@dataclass(frozen=True)
class FrozenDecision:
    """What turns a score into a decision, all of it fixed before the evaluation.

    Attributes:
        points: thresholds on the probability.
        calibration: from the score to the probability; None leaves the score as it is.
        abstention: where the device says nothing, None where it never does.
        calibration_k_ge_6_0: from the score of K >= 6.0 mmol/L to its probability, None where there is none.
    """

    points: tuple[FrozenThreshold, ...] = ()
    calibration: Calibration | None = None
    abstention: AbstentionBand | None = None
    calibration_k_ge_6_0: Calibration | None = None


@dataclass(frozen=True)
class EvaluationPlan:
    """How predictions are evaluated.

    Attributes:
        training_statement: what the model was trained on, one sentence.
        model_name: for people.
        frozen: thresholds and calibration; none is ever chosen here.
        prevalence: target share of K > 5.5 mmol/L at which predictive values are given.
        draws: resamples of patients for the main table.
        draws_elsewhere: for all other tables.
        seed: of the resamples.

    Raises:
        EvaluationError: prevalence or draws out of range.
    """

    training_statement: str
    model_name: str
    frozen: FrozenDecision = FrozenDecision()
    prevalence: float = 0.02
    draws: int = 2000
    draws_elsewhere: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.prevalence < 1.0:
            raise EvaluationError(f"--prevalence is {self.prevalence:g}; give a share between 0 and 1, such as 0.02.")
        if self.draws < 1 or self.draws_elsewhere < 1:
            raise EvaluationError("--draws must be 1 or more; 2000 is usual.")

    @property
    def operating_points(self) -> tuple[FrozenThreshold, ...]:
        """The frozen thresholds."""
        return self.frozen.points


def decision_of_manifest(manifest: Manifest) -> FrozenDecision:
    """What a bundle carries; nothing of an uncalibrated one."""
    if manifest.thresholds is None:
        return FrozenDecision((), manifest.calibration, manifest.abstention, manifest.calibration_k_ge_6_0)
    rule = "from the bundle, frozen before this evaluation"
    points = (
        FrozenThreshold("t_low", manifest.thresholds.t_low, f"{rule}: below it the outcome is LOW"),
        FrozenThreshold("t_high", manifest.thresholds.t_high, f"{rule}: from it on the outcome is HIGH"),
    )
    return FrozenDecision(points, manifest.calibration, manifest.abstention, manifest.calibration_k_ge_6_0)


def read_decision(path: Path) -> FrozenDecision:
    """Read operating points and, where the file holds them, calibration and abstention band.

    Raises:
        EvaluationError: absent, not such a file, or a number out of range.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        points = tuple(
            FrozenThreshold(str(one["name"]), float(one["threshold"]), str(one["rule"]))
            for one in body["operating_points"]
        )
        return FrozenDecision(
            points,
            read_calibration(_part(body, "calibration")),
            read_abstention(_part(body, "abstention")),
            read_calibration(_part(body, "calibration_k_ge_6_0")),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BundleError) as error:
        raise EvaluationError(
            f"{path} holds no operating points ({type(error).__name__}: {error}); {_FORM}."
        ) from error


def _part(body: dict[str, Any], name: str) -> StrictReader | None:
    return None if body.get(name) is None else StrictReader(body[name], name)
