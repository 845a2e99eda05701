"""The probabilities of a study that a calibration is measured of: what is given out, and what it is to be held to."""

from dataclasses import dataclass

import numpy as np

from pocketk.evaluation.predictions import clip_means, outputs_in
from pocketk.evaluation.study import Float64, Mask, Study, StudyRows
from pocketk_agent.bundle.manifest import SECOND_OUTPUT
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_calibration.probability.prior_shift import prior_shift_logit

FEWEST_TO_FIT = 30
SECOND_FROM_MMOL_L = 6.0
BEFORE, AFTER = "before: mean of the clips' sigmoids", "after calibration"
MOVED = "after calibration, moved to the prevalence of these recordings"
SAME_FOR_ALL = "the prevalence of these recordings, said to everyone"
SECOND = "K >= 6.0 against K < 6.0, after calibration"
SECOND_MOVED = f"{SECOND}, moved to the prevalence of these recordings"


@dataclass(frozen=True)
class JudgedProbability:
    """A probability of every one of some recordings, and what it is of.

    Attributes:
        name: for people.
        rows: N recordings.
        positive: (N,) of the endpoint.
        probability: (N,).
        same_for_all: nobody is told apart, so that no slope exists.
    """

    name: str
    rows: StudyRows
    positive: Mask
    probability: Float64
    same_for_all: bool = False


Found = tuple[list[JudgedProbability], list[str]]


def judged_probabilities(study: Study) -> Found:
    """Those of K > 5.5, then those of K >= 6.0, and what of them cannot be had."""
    rows, calibration = study.scored, study.plan.frozen.calibration
    found, lacking = [JudgedProbability(BEFORE, rows, rows.positive, rows.score)], []
    if calibration is None:
        lacking += [
            "Calibration afterwards: the model brings none, so its score is taken for a probability as it is.",
            "Calibration at the prevalence of these recordings: no calibration says what prevalence is assumed.",
        ]
    else:
        given_out = JudgedProbability(AFTER, rows, rows.positive, rows.probability)
        more, missing = _with_moved(given_out, MOVED, calibration.assumed_prevalence)
        found, lacking = [*found, *more], [*lacking, *missing]
    found.append(_same_for_all(rows))
    more, missing = _second(study)
    return [*found, *more], [*lacking, *missing]


def moved(probability: Float64, assumed: float, prevalence: float) -> Float64:
    """(N,) probabilities that assume one prevalence, at another (prior shift on the logit).

    Raises:
        ValueError: a prevalence that is not inside 0 to 1.
    """
    return sigmoid(logit_of(probability) + prior_shift_logit(assumed, prevalence))


def _with_moved(given_out: JudgedProbability, name: str, assumed: float) -> Found:
    prevalence = float(given_out.positive.mean())
    if not 0.0 < prevalence < 1.0:
        return [given_out], [f"Calibration {name.removeprefix('after calibration, ')}: they are of one class."]
    there = moved(given_out.probability, assumed, prevalence)
    return [given_out, JudgedProbability(name, given_out.rows, given_out.positive, there)], []


def _same_for_all(rows: StudyRows) -> JudgedProbability:
    constant = np.full(len(rows), rows.positive.mean())
    return JudgedProbability(SAME_FOR_ALL, rows, rows.positive, constant, same_for_all=True)


def second_calibration(study: Study) -> Calibration | None:
    """The calibration of K >= 6.0 mmol/L that was frozen with the other; None where none was handed over."""
    return study.plan.frozen.calibration_k_ge_6_0


def _second(study: Study) -> Found:
    calibration, rows = second_calibration(study), study.scored
    if calibration is None:
        return [], [f"Calibration of K >= 6.0: this evaluation was given no calibration of the output {SECOND_OUTPUT}."]
    if SECOND_OUTPUT not in outputs_in(rows.frame):
        return [], [f"Calibration of K >= 6.0: the predictions hold no output {SECOND_OUTPUT}."]
    score = clip_means(rows.frame, SECOND_OUTPUT)
    known = np.isfinite(score)
    rows, score = rows.where(known), score[known]
    if len(rows) < FEWEST_TO_FIT:
        return [], [f"Calibration of K >= 6.0: {len(rows)} recordings with a score; {FEWEST_TO_FIT} are wanted."]
    # As the device gives it out: two separate fits may cross, but K >= 6.0 implies K > 5.5.
    shown = np.minimum(calibration.probabilities(score), rows.probability)
    given_out = JudgedProbability(SECOND, rows, rows.k_mmol_l >= SECOND_FROM_MMOL_L, shown)
    return _with_moved(given_out, SECOND_MOVED, calibration.assumed_prevalence)
