"""Logistic regression without a penalty, and how sure it is of its coefficients."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pocketk_agent.probability.curve import Covariance
from pocketk_agent.probability.logit import sigmoid
from pocketk_calibration.probability.labelled import Labelled

_TOLERANCE, _MOST_STEPS = 1e-10, 200


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients and their covariance.

    Attributes:
        coefficients: (P,) in the order of the columns.
        covariance: (P, P).
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]


def fit_logistic(columns: NDArray[np.float64], data: Labelled) -> LogisticFit:
    """Maximum likelihood of logit P(positive) = columns @ coefficients.

    The covariance is the inverse information where every row is a patient of its own and weighs the same; otherwise
    the sandwich over patients with the factor G / (G - 1) for G patients (White H, Econometrica 50:1, 1982; Liang K,
    Zeger S, Biometrika 73:13, 1986).

    Args:
        columns: (N, P), a column of ones included where an intercept is wanted.
        data: labels, weights and patients of the rows; its scores are not looked at.

    Raises:
        ValueError: a column parts positives from negatives without overlap, so that no finite fit exists.
    """
    for column in columns.T:
        _check_overlap(column, data.positive[data.weight > 0.0], data.weight > 0.0)
    model = LogisticRegression(
        C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=_TOLERANCE, max_iter=_MOST_STEPS
    )
    model.fit(columns, data.positive, sample_weight=data.weight)
    coefficients = np.asarray(model.coef_[0], np.float64)
    return LogisticFit(coefficients, _covariance(columns, coefficients, data))


def _check_overlap(column: NDArray[np.float64], positive: NDArray[np.bool_], used: NDArray[np.bool_]) -> None:
    values = column[used]
    ups, downs = values[positive], values[~positive]
    if np.ptp(values) > 0.0 and (ups.min() >= downs.max() or ups.max() <= downs.min()):
        raise ValueError(
            "The scores part positives from negatives without overlap, so no finite curve fits best. Add labelled "
            "recordings; if these were trained on, use others."
        )


def _covariance(columns: NDArray[np.float64], coefficients: NDArray[np.float64], data: Labelled) -> NDArray[np.float64]:
    p = sigmoid(columns @ coefficients)
    information = columns.T @ (columns * (data.weight * p * (1.0 - p))[:, None])
    inverse: NDArray[np.float64] = np.linalg.inv(information).astype(np.float64)
    if data.plain:
        return inverse
    of_row = columns * (data.weight * (data.positive - p))[:, None]
    of_patient = np.column_stack([np.bincount(data.patient, column, data.n_patients) for column in of_row.T])
    factor = data.n_patients / (data.n_patients - 1.0)
    return factor * inverse @ (of_patient.T @ of_patient) @ inverse


def covariance_record(matrix: NDArray[np.float64]) -> Covariance:
    """A covariance as plain numbers, exactly symmetric."""
    return tuple(tuple(float(v) for v in row) for row in 0.5 * (matrix + matrix.T))
