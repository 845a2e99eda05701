"""Fitting Platt's slope and intercept."""

import numpy as np
from numpy.typing import ArrayLike

from pocketk_agent.probability.platt import Platt
from pocketk_calibration.probability.fitted import FittedCurve
from pocketk_calibration.probability.labelled import labelled
from pocketk_calibration.probability.logistic_fit import covariance_record, fit_logistic


def fit_platt(
    logit: ArrayLike, positive: ArrayLike, weight: ArrayLike | None = None, patient: ArrayLike | None = None
) -> FittedCurve:
    """Slope and intercept of least log loss (Platt J, 1999, with the labels as they are: no smoothed targets).

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        weight: (N,), all alike where not given.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, or scores that rank the wrong way round.
    """
    data = labelled(logit, positive, weight, patient)
    fit = fit_logistic(np.column_stack([data.logit, np.ones_like(data.logit)]), data)
    slope, intercept = map(float, fit.coefficients)
    if slope <= 0.0:
        raise ValueError(f"The best slope is {slope:.3g}: a higher score goes with fewer positives. Check the labels.")
    return FittedCurve.of(Platt(slope, intercept), covariance_record(fit.covariance), data)
