"""What a calibration gives, and how it was come by."""

from dataclasses import asdict, dataclass

import numpy as np

from pocketk.probability.calibration_data import CalibrationData
from pocketk.probability.calibration_error import CalibrationError
from pocketk.probability.calibration_request import AUTO, CalibrationRequest
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.logit import sigmoid
from pocketk_agent.probability.operating_points import OperatingPoints
from pocketk_calibration.probability.conformal import ConformalFit, InconclusiveLimit, fit_conformal_within
from pocketk_calibration.probability.curve_kind import fit_curve
from pocketk_calibration.probability.select import ComparedCurve, chosen_kind, compare_curves
from pocketk_calibration.probability.thresholds import ChosenThreshold, threshold_by_ppv, threshold_by_sensitivity


@dataclass(frozen=True)
class CalibrationRelease:
    """Everything that a bundle needs for its score to become a tier.

    Attributes:
        calibration: of potassium > 5.5 mmol/L.
        calibration_k_ge_6_0: of potassium >= 6.0 mmol/L, None where it could not be made.
        why_no_second: why not; empty where it could.
        t_low: by sensitivity.
        t_high: by positive predictive value.
        conformal: where no statement is made.
        compared: the kinds of curve that were compared, empty where one was asked for.
        request: what was asked for.
        n: recordings.
        n_positive: of which potassium > 5.5 mmol/L.
        n_patients: of how many patients.
        left_out: recordings that were not used, by reason.
        predictions_sha256: of the predictions, hexadecimal.
    """

    calibration: Calibration
    calibration_k_ge_6_0: Calibration | None
    why_no_second: str
    t_low: ChosenThreshold
    t_high: ChosenThreshold
    conformal: ConformalFit
    compared: tuple[ComparedCurve, ...]
    request: CalibrationRequest
    n: int
    n_positive: int
    n_patients: int
    left_out: dict[str, int]
    predictions_sha256: str

    @property
    def thresholds(self) -> OperatingPoints:
        """Both thresholds; a t_high below t_low is raised to it, which leaves no ELEVATED."""
        return OperatingPoints(self.t_low.threshold, max(self.t_high.threshold, self.t_low.threshold))

    def provenance(self) -> dict[str, object]:
        """How it was come by, as plain values."""
        return {
            "request": asdict(self.request),
            "n": self.n,
            "n_positive": self.n_positive,
            "n_patients": self.n_patients,
            "left_out": self.left_out,
            "predictions_sha256": self.predictions_sha256,
            "compared": [asdict(one) for one in self.compared],
            "t_low": asdict(self.t_low),
            "t_high": asdict(self.t_high),
            "conformal": asdict(self.conformal),
            "inconclusive_at_prevalence": self.conformal.inconclusive_at(self.request.prevalence),
            "why_no_second": self.why_no_second,
        }


def fit_release(data: CalibrationData, request: CalibrationRequest, predictions_sha256: str = "") -> CalibrationRelease:
    """Fit everything to one set of recordings.

    Raises:
        CalibrationError: too few positives, a score that does not rank, or a target that cannot be reached.
    """
    try:
        return _fitted(data, request, predictions_sha256)
    except ValueError as error:
        raise CalibrationError(str(error)) from error


def _fitted(data: CalibrationData, request: CalibrationRequest, predictions_sha256: str) -> CalibrationRelease:
    positive, patient = data.positive, data.patient
    compared = compare_curves(data.logit, positive, patient, seed=request.seed) if request.method == AUTO else ()
    kind = chosen_kind(compared) if compared else request.method
    calibration = fit_curve(kind, data.logit, positive, None, patient).at_prevalence(request.prevalence)
    probability = calibration.probabilities(sigmoid(data.logit))
    second, why_not = _second(data, request)
    t_low = threshold_by_sensitivity(probability, positive, request.sensitivity, patient)
    return CalibrationRelease(
        calibration=calibration,
        calibration_k_ge_6_0=second,
        why_no_second=why_not,
        t_low=t_low,
        t_high=threshold_by_ppv(probability, positive, request.ppv, request.prevalence, patient),
        conformal=fit_conformal_within(
            probability,
            positive,
            request.coverage,
            InconclusiveLimit(request.prevalence, request.most_inconclusive),
            patient,
            begin_by=t_low.threshold,
        ),
        compared=compared,
        request=request,
        n=data.logit.size,
        n_positive=int(positive.sum()),
        n_patients=np.unique(patient).size,
        left_out=data.left_out,
        predictions_sha256=predictions_sha256,
    )


def _second(data: CalibrationData, request: CalibrationRequest) -> tuple[Calibration | None, str]:
    """Platt's curve of the second endpoint, whose few positives carry no more than two numbers.

    Its prevalence is the asked one times the share of >= 6.0 among > 5.5 mmol/L here, as if that share went along.
    """
    if data.second_logit is None:
        return None, "the model has no output k_ge_6_0"
    try:
        fitted = fit_curve("platt", data.second_logit, data.second_positive, None, data.patient)
    except ValueError as error:
        return None, str(error)
    share = float(data.second_positive.sum() / data.positive.sum())
    return fitted.at_prevalence(request.prevalence * share), ""
