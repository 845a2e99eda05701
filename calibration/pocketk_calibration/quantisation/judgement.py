"""Whether a quantised network may stand for the network: logits, decisions, discrimination and calibration together.

Accuracy alone shows nothing: a file whose logits have collapsed to a third of their spread keeps nearly every decision
at one threshold. So a judgement is of five things at once, with a limit on each but the shift of the calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.probability.logit import logit_of
from pocketk_calibration.probability.labelled import LEAST_OF_EACH, labelled
from pocketk_calibration.probability.logistic_fit import fit_logistic
from pocketk_calibration.quantisation.agreement import (
    OutputAgreement,
    OutputRange,
    ThresholdFlips,
    any_tier_flips,
    threshold_flips,
)
from pocketk_calibration.quantisation.paired_auroc import AurocDifference, auroc_difference

Floats = NDArray[np.float64]
DRAWS = 1000
_BINS = 10


@dataclass(frozen=True)
class CalibrationShift:
    """How well probabilities fit the labels, with the reference and with the candidate.

    Attributes:
        intercept, slope: of logit P(positive) = intercept + slope x logit(probability); (reference, candidate).
        ece: mean distance of observed share and mean probability over ten bins of equal size; likewise.
    """

    intercept: tuple[float, float]
    slope: tuple[float, float]
    ece: tuple[float, float]


@dataclass(frozen=True)
class LabelledPair:
    """What two networks said of the same recordings.

    Attributes:
        reference: (n,) probabilities of the network.
        candidate: (n,) probabilities of the file.
        positive: (n,) bool.
        patient: (n,) whose recording each is, numbers from 0 without a gap.
    """

    reference: Floats
    candidate: Floats
    positive: NDArray[np.bool_]
    patient: NDArray[np.int64]


@dataclass(frozen=True)
class QuantisationLimits:
    """What a quantised file is allowed.

    Attributes:
        mae_of_sd: largest mean logit error of any output, of its standard deviation.
        flips: largest share of recordings that change sides of any one threshold.
        auroc: bound of both ends of the AUROC difference's interval.
        saturated: windows whose logit the file cannot give.
    """

    mae_of_sd: float = 0.02
    flips: float = 0.008
    auroc: float = 0.003
    saturated: int = 0


@dataclass(frozen=True)
class QuantisationJudgement:
    """All that was found.

    Attributes:
        outputs: one each.
        output_range: whether the file's output holds the logits.
        flips: one each threshold; none without thresholds.
        tier_flips: recordings with another tier, and the 95 % interval of their share; None without thresholds.
        auroc: None without labels of both classes.
        calibration: None without labels, or with fewer than 5 of either class.
    """

    outputs: tuple[OutputAgreement, ...]
    output_range: OutputRange
    flips: tuple[ThresholdFlips, ...] = ()
    tier_flips: tuple[int, float, float] | None = None
    auroc: AurocDifference | None = None
    calibration: CalibrationShift | None = None

    def failures(self, limits: QuantisationLimits = QuantisationLimits()) -> tuple[str, ...]:
        """Say, a line each, which limits are not kept; what was not measured is one of them."""
        said = [
            f"{each.name}: mean logit error {each.mae_of_sd:.2%} of the SD, allowed {limits.mae_of_sd:.2%}"
            for each in self.outputs
            if not each.mae_of_sd <= limits.mae_of_sd
        ]
        said += [
            f"threshold {each.threshold:.4g}: {each.share:.2%} of {each.n} recordings change sides, "
            f"allowed {limits.flips:.2%}"
            for each in self.flips
            if not each.share <= limits.flips
        ]
        if not self.flips:
            said.append("flips: not measured, no thresholds")
        if self.auroc is None:
            said.append("AUROC: not measured, no labels of both classes")
        elif not (-limits.auroc <= self.auroc.low and self.auroc.high <= limits.auroc):
            said.append(f"AUROC difference {self.auroc.low:+.4f} to {self.auroc.high:+.4f}, allowed +-{limits.auroc:g}")
        if self.output_range.saturated > limits.saturated:
            said.append(f"the output cannot hold {self.output_range.saturated} logits, allowed {limits.saturated}")
        return tuple(said)


def judge(
    outputs: tuple[OutputAgreement, ...],
    held: OutputRange,
    pair: LabelledPair | None,
    thresholds: Sequence[float],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> QuantisationJudgement:
    """Put a judgement together.

    Args:
        outputs: from `logit_agreement`.
        held: from `output_range`.
        pair: probabilities and labels; None where only logits were compared.
        thresholds: on the probability.
        rng: resamples patients.
        draws: resamples.
    """
    if pair is None:
        return QuantisationJudgement(outputs, held)
    flips = tuple(threshold_flips(pair.reference, pair.candidate, each) for each in thresholds)
    tiers = any_tier_flips(pair.reference, pair.candidate, thresholds) if thresholds else None
    if pair.positive.all() or not pair.positive.any():
        return QuantisationJudgement(outputs, held, flips, tiers)
    apart = auroc_difference(pair.positive, pair.reference, pair.candidate, pair.patient, draws=draws, rng=rng)
    few = min(pair.positive.sum(), (~pair.positive).sum()) < LEAST_OF_EACH
    return QuantisationJudgement(outputs, held, flips, tiers, apart, None if few else calibration_shift(pair))


def calibration_shift(pair: LabelledPair) -> CalibrationShift:
    """Recalibration intercept and slope (Cox, Biometrika 1958, 45:562) and calibration error of both.

    Raises:
        ValueError: fewer than 5 positives or negatives, or classes without overlap.
    """
    both = (pair.reference, pair.candidate)
    lines = [_recalibration(each, pair.positive) for each in both]
    errors = [expected_calibration_error(each, pair.positive) for each in both]
    intercepts, slopes = zip(*lines, strict=True)
    return CalibrationShift((intercepts[0], intercepts[1]), (slopes[0], slopes[1]), (errors[0], errors[1]))


def expected_calibration_error(probability: Floats, positive: NDArray[np.bool_], bins: int = _BINS) -> float:
    """Mean distance of observed share and mean probability over bins of equal size, weighted by their recordings."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    apart = [abs(positive[part].mean() - probability[part].mean()) * len(part) for part in parts]
    return float(sum(apart) / len(probability))


def _recalibration(probability: Floats, positive: NDArray[np.bool_]) -> tuple[float, float]:
    said = logit_of(probability)
    fit = fit_logistic(np.column_stack((np.ones(len(said)), said)), labelled(said, positive))
    return float(fit.coefficients[0]), float(fit.coefficients[1])
