"""Fitting a temperature."""

from numpy.typing import ArrayLike

from pocketk_agent.probability.temperature import Temperature
from pocketk_calibration.probability.fitted import FittedCurve
from pocketk_calibration.probability.labelled import labelled
from pocketk_calibration.probability.logistic_fit import covariance_record, fit_logistic


def fit_temperature(
    logit: ArrayLike, positive: ArrayLike, weight: ArrayLike | None = None, patient: ArrayLike | None = None
) -> FittedCurve:
    """The temperature of least log loss (Guo C et al., ICML 2017): logistic regression without an intercept.

    The covariance of 1 / slope follows from that of the slope by the delta method.

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        weight: (N,), all alike where not given.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, or scores that rank the wrong way round.
    """
    data = labelled(logit, positive, weight, patient)
    fit = fit_logistic(data.logit[:, None], data)
    slope = float(fit.coefficients[0])
    if slope <= 0.0:
        raise ValueError(f"The best slope is {slope:.3g}: a higher score goes with fewer positives. Check the labels.")
    return FittedCurve.of(Temperature(1.0 / slope), covariance_record(fit.covariance / slope**4), data)
