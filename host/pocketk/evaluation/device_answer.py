"""What a device would say of each recording, by its own rules and in its own order."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pocketk.evaluation.evaluation_plan import EvaluationPlan
from pocketk.evaluation.predictions import clip_column
from pocketk.evaluation.study import StudyRows, is_scored
from pocketk_agent.bundle.manifest import TIER_OUTPUT, Manifest
from pocketk_agent.measurement.decision import BAND, DISAGREE, Evidence, decide
from pocketk_agent.outcome import OutcomeKind
from pocketk_agent.probability.operating_points import OperatingPoints

REFUSED = "refused"
IN_BAND = "INCONCLUSIVE (abstention band)"
CLIPS_DISAGREE = "INCONCLUSIVE (clips disagree)"
ANSWERS = ("LOW", "ELEVATED", "HIGH", IN_BAND, CLIPS_DISAGREE, REFUSED)
_INCONCLUSIVE = {BAND.code: IN_BAND, DISAGREE.code: CLIPS_DISAGREE}


@dataclass(frozen=True)
class DeviceRules:
    """Everything frozen that a device decides by.

    Attributes:
        manifest: a bundle's, as far as a decision reads it.
    """

    manifest: Manifest

    def answers(self, rows: StudyRows) -> NDArray[np.str_]:
        """(N,) of `ANSWERS`.

        A recording that is refused, or for which a device of the same bundle names a doubt such as pacing, is
        `REFUSED`: predictions keep them together.
        """
        scored = rows.frame.select(is_scored().fill_null(value=False).alias("s"))["s"].to_list()
        clips = rows.frame[clip_column(TIER_OUTPUT)].to_list()
        said = [self._answer(some) if is_there else REFUSED for some, is_there in zip(clips, scored, strict=True)]
        return np.array(said, dtype=np.str_)

    def _answer(self, clip_logits: list[float]) -> str:
        outcome = decide(Evidence(logits=np.array(clip_logits, np.float32)[:, None]), self.manifest)
        if outcome.kind is OutcomeKind.INCONCLUSIVE:
            return _INCONCLUSIVE[outcome.reasons[0]]
        return outcome.kind.name


def rules_of(plan: EvaluationPlan) -> DeviceRules | str:
    """The rules that were frozen, or why a device would have none."""
    found = {point.name: point.threshold for point in plan.operating_points}
    if not {"t_low", "t_high"} <= found.keys():
        return "no thresholds named t_low and t_high were frozen, and none is chosen here"
    if plan.frozen.calibration is None:
        return "the model brings no calibration, so that a device calls every recording inconclusive"
    points = OperatingPoints(found["t_low"], found["t_high"])
    if points.t_low > points.t_high:
        return f"t_low {points.t_low:g} lies above t_high {points.t_high:g}, which no bundle may hold"
    return DeviceRules(_manifest(plan, points))


def _manifest(plan: EvaluationPlan, points: OperatingPoints) -> Manifest:
    calibration = plan.frozen.calibration
    return Manifest(
        model_id=plan.model_name,
        model_version="0",
        training="trained",
        training_data=plan.training_statement,
        variant="",
        outputs=(TIER_OUTPUT,),
        thresholds=points,
        # No decision reads the interval, which costs more than the decision.
        calibration=None if calibration is None else replace(calibration, covariance=None),
        intended_use="",
        minimum_agent="",
        minimum_firmware="",
        targets={},
        models=(),
        files={},
        abstention=plan.frozen.abstention,
    )
