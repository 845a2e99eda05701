"""Which one outcome a measurement comes to: the order is the product's conscience (S1)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.bundle.manifest import SECOND_OUTPUT, TIER_OUTPUT, Manifest
from pocketk_agent.measurement.disagreement import DEFAULT_DISAGREEMENT, DisagreementLimit, logit_spread
from pocketk_agent.outcome import Outcome, OutcomeKind, Risk
from pocketk_agent.quality.reason import IN_WORDS, QualityReason


@dataclass(frozen=True)
class DeviceFault:
    """Something of the device's own that forbids a result.

    Attributes:
        code: short stable name.
        explanation: one plain sentence.
    """

    code: str
    explanation: str


@dataclass(frozen=True)
class Doubt:
    """Why a good enough recording still gives no risk.

    Attributes:
        code: as printed in INCONCLUSIVE(code).
        explanation: one plain sentence.
    """

    code: str
    explanation: str


UNTRAINED = Doubt("untrained model", "The network has random weights: it cannot say anything about potassium.")
UNCALIBRATED = Doubt(
    "uncalibrated model", "The model has no calibration and no thresholds yet: its score means nothing."
)
# Reasons of the gate that are no fault of the recording: another one would show the same.
CONCLUSIVE = {
    QualityReason.PACED: Doubt("paced", "A pacemaker drives this heart; the model was not made for paced beats.")
}
# What the model is made for, and a lead without a name that somebody took for it.
SCORED_LEADS = ("I", "unknown")
OTHER_LEAD = Doubt("not lead I", "The model was made for lead I; this is another lead and looks different.")
DISAGREE = Doubt("clips disagree", "The parts of the recording contradict each other: measure again.")
BAND = Doubt(
    "conformal band", "The probability lies where the model cannot tell high from normal potassium: no statement."
)


@dataclass(frozen=True)
class Evidence:
    """All that an outcome rests on.

    Attributes:
        fault: a device fault, None without one.
        poor: reasons for which the recording fails the gate, most disabling first.
        doubts: reasons for which it stays inconclusive.
        logits: (n_clips, H) of the clips that passed the gate, None where nothing was scored.
    """

    fault: DeviceFault | None = None
    poor: tuple[QualityReason, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    logits: NDArray[np.float32] | None = None


def mean_score(logits: NDArray[np.float32], output: int) -> float:
    """Arithmetic mean over the clips of sigmoid(logit), as the published chain aggregates."""
    # sigmoid(x) = (1 + tanh(x / 2)) / 2, which cannot overflow.
    return float(np.mean(0.5 + 0.5 * np.tanh(0.5 * logits[:, output].astype(np.float64))))


def calibrated_probability(score: float, manifest: Manifest) -> float:
    """Probability of potassium > 5.5 mmol/L at the prevalence that the manifest states.

    Raises:
        ValueError: the manifest holds no calibration.
    """
    if manifest.calibration is None:
        raise ValueError("A model without calibration has no probability.")
    return manifest.calibration.probability(score)


def decide(
    evidence: Evidence, manifest: Manifest | None, disagreement: DisagreementLimit = DEFAULT_DISAGREEMENT
) -> Outcome:
    """The one outcome, in the order DEVICE_ERROR, POOR_RECORDING, INCONCLUSIVE, tier.

    Args:
        evidence: what the measurement gave.
        manifest: of the bundle that scored it; None only where a device fault says why there is none.
        disagreement: how far the clips may lie apart; asked only of a trained and calibrated model.

    Raises:
        ValueError: neither a fault, nor a reason, nor a doubt, nor logits: such evidence decides nothing.
    """
    n_clips = 0 if evidence.logits is None else len(evidence.logits)
    if evidence.fault is not None:
        return Outcome(OutcomeKind.DEVICE_ERROR, (evidence.fault.code,), evidence.fault.explanation)
    if evidence.poor:
        words = "; ".join(IN_WORDS[r] for r in evidence.poor)
        return Outcome(OutcomeKind.POOR_RECORDING, tuple(r.value for r in evidence.poor), f"No result: {words}.")
    if manifest is None:
        raise ValueError("Without a bundle the evidence must hold a device fault.")
    doubts = (*evidence.doubts, *_model_doubts(manifest))
    if doubts:
        words = " ".join(d.explanation for d in doubts)
        return Outcome(OutcomeKind.INCONCLUSIVE, tuple(d.code for d in doubts), words, n_clips)
    if evidence.logits is None:
        raise ValueError("The evidence holds no fault, no reason, no doubt and no logits.")
    # Written so that a spread that is not a number is a disagreement.
    if not logit_spread(evidence.logits, manifest.outputs.index(TIER_OUTPUT)) <= disagreement.spread_logit:
        return Outcome(OutcomeKind.INCONCLUSIVE, (DISAGREE.code,), DISAGREE.explanation, n_clips)
    return _tier(evidence.logits, manifest)


def _model_doubts(manifest: Manifest) -> tuple[Doubt, ...]:
    if not manifest.trained:
        return (UNTRAINED,)
    return () if manifest.calibrated else (UNCALIBRATED,)


def _tier(logits: NDArray[np.float32], manifest: Manifest) -> Outcome:
    if manifest.thresholds is None or manifest.calibration is None:
        raise ValueError("A model without thresholds and calibration has no tiers.")
    score = mean_score(logits, manifest.outputs.index(TIER_OUTPUT))
    probability = calibrated_probability(score, manifest)
    if not math.isfinite(probability):
        raise ValueError("A probability that is not a number has no tier.")
    if manifest.abstention is not None and manifest.abstention.holds(probability):
        return Outcome(OutcomeKind.INCONCLUSIVE, (BAND.code,), BAND.explanation, len(logits))
    if probability < manifest.thresholds.t_low:
        kind, words = OutcomeKind.LOW, "Low: this does not exclude hyperkalaemia."
    elif probability < manifest.thresholds.t_high:
        kind, words = OutcomeKind.ELEVATED, "Elevated: consider a blood potassium."
    else:
        kind, words = OutcomeKind.HIGH, "High: check blood potassium now."
    risk = Risk(
        probability=probability,
        prevalence=manifest.calibration.assumed_prevalence,
        probability_k_ge_6_0=_second_probability(logits, manifest, probability),
        interval=manifest.calibration.interval(score),
    )
    return Outcome(kind, (), words, len(logits), risk)


def _second_probability(logits: NDArray[np.float32], manifest: Manifest, first: float) -> float | None:
    """Probability of potassium >= 6.0 mmol/L; two separate fits may cross, but >= 6.0 implies > 5.5."""
    if manifest.calibration_k_ge_6_0 is None:
        return None
    score = mean_score(logits, manifest.outputs.index(SECOND_OUTPUT))
    second = manifest.calibration_k_ge_6_0.probability(score)
    if not math.isfinite(second):
        raise ValueError("A probability that is not a number has no tier.")
    return min(second, first)
