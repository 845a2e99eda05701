"""Fitting beta calibration."""

import numpy as np
from numpy.typing import ArrayLike

from pocketk_agent.probability.beta import Beta, beta_features
from pocketk_calibration.probability.fitted import FittedCurve
from pocketk_calibration.probability.labelled import labelled
from pocketk_calibration.probability.logistic_fit import covariance_record, fit_logistic


def fit_beta(
    logit: ArrayLike, positive: ArrayLike, weight: ArrayLike | None = None, patient: ArrayLike | None = None
) -> FittedCurve:
    """Coefficients of ln(score) and -ln(1 - score) of least log loss, neither below 0 (Kull M et al., AISTATS 2017).

    As there, a coefficient that comes out negative is set to 0 and the others are fitted again. Its row of the
    covariance is then 0: that it might be a little above 0 is not counted.

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        weight: (N,), all alike where not given.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, or scores that rank the wrong way round.
    """
    data = labelled(logit, positive, weight, patient)
    columns = np.column_stack([beta_features(data.logit), np.ones_like(data.logit)])
    kept = [0, 1, 2]
    fit = fit_logistic(columns, data)
    while fit.coefficients[:-1].min() < 0.0:
        del kept[int(np.argmin(fit.coefficients[:-1]))]
        if len(kept) == 1:
            raise ValueError(
                "The best slopes are negative: a higher score goes with fewer positives. Check the labels."
            )
        fit = fit_logistic(columns[:, kept], data)
    coefficients, covariance = np.zeros(3), np.zeros((3, 3))
    coefficients[kept] = fit.coefficients
    covariance[np.ix_(kept, kept)] = fit.covariance
    a, b, c = map(float, coefficients)
    return FittedCurve.of(Beta(a, b, c), covariance_record(covariance), data)
