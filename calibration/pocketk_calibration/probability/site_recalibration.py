"""A released probability put right at one site, from few labelled pairs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.curve import Z_95, standard_error
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_agent.probability.site import SiteRecalibration
from pocketk_calibration.probability.labelled import Labelled, labelled
from pocketk_calibration.probability.logistic_fit import covariance_record

LEAST_PAIRS, LEAST_POSITIVE = 50, 5
# How far a site is thought to differ before its pairs were seen, as standard deviations around slope 1 and intercept
# 0: odds within a factor of 7 either way (e to the power of 2 SD), slopes from 0.5 to 1.5. Engineering choices: fewer
# than some 200 pairs cannot fix a slope (Steyerberg EW et al., Stat Med 23:2567, 2004, shrink for the same reason).
PRIOR_SD_SLOPE, PRIOR_SD_INTERCEPT = 0.25, 1.0
_PRIOR_MEAN = np.array([1.0, 0.0])
_PRIOR_PRECISION = 1.0 / np.array([PRIOR_SD_SLOPE, PRIOR_SD_INTERCEPT]) ** 2


@dataclass(frozen=True)
class SiteFit:
    """A site's recalibration, and how little it may know.

    Attributes:
        site: what a device applies on top of the released calibration.
        uncertainty: "laplace" or "patient bootstrap", whichever says that less is known.
        laplace_error: standard error of the logit at the site's mean logit, from the curvature of the posterior.
        bootstrap_error: the same from resampling patients.
        typical: released probability at the site's mean logit.
        recalibrated: its recalibrated value.
        low: lower end of the 95 % interval of that.
        high: upper end.
    """

    site: SiteRecalibration
    uncertainty: str
    laplace_error: float
    bootstrap_error: float
    typical: float
    recalibrated: float
    low: float
    high: float

    def sentence(self) -> str:
        """How wide the interval is, in words."""
        return (
            f"From {self.site.n_pairs} pairs ({self.site.n_positive} positive): a released probability of "
            f"{100 * self.typical:.2g} % becomes {100 * self.recalibrated:.2g} %, 95 % interval "
            f"{100 * self.low:.2g} to {100 * self.high:.2g} % ({self.uncertainty})."
        )


def recalibrate_site(
    released: Calibration,
    score: ArrayLike,
    positive: ArrayLike,
    patient: ArrayLike | None = None,
    draws: int = 200,
    rng: np.random.Generator | None = None,
) -> SiteFit:
    """Slope and intercept on the logit of the released probability: logistic, shrunk towards leaving it alone.

    The most probable pair under independent normal priors around slope 1 and intercept 0. Its covariance is the
    inverse curvature there (Laplace), or that over resampled patients where it says that less is known, which it does
    where patients come more than once.

    Args:
        released: the calibration to put right; an earlier recalibration of it is left out.
        score: (N,) mean scores, 0 to 1, of the site's recordings with a laboratory value.
        positive: (N,) bool.
        patient: (N,) whose recording; each of another patient where not given.
        draws: resampled sets of patients.
        rng: of the resampling; seed 0 where not given.

    Raises:
        ValueError: fewer than 50 pairs or than 5 positives, unusable data, or pairs that rank the wrong way round.
    """
    x = logit_of(replace(released, site=None).probabilities(score))
    y = np.asarray(positive)
    n_positive = int(np.count_nonzero(y))
    if y.size < LEAST_PAIRS or n_positive < LEAST_POSITIVE:
        raise ValueError(
            f"{y.size} labelled pairs with {n_positive} positives cannot recalibrate a site: at least {LEAST_PAIRS} "
            f"pairs with {LEAST_POSITIVE} positives are needed. Keep the released calibration and collect more."
        )
    data = labelled(x, y, None, patient)
    best = most_probable_line(data, data.weight)
    if best[0] <= 0.0:
        raise ValueError(f"The site's slope is {best[0]:.3g}: higher scores go with fewer positives. Check the labels.")
    laplace = np.linalg.inv(_curvature(best, data, data.weight)).astype(np.float64)
    resampled = _bootstrap(data, draws, np.random.default_rng(0) if rng is None else rng)
    at = np.array([[float(x.mean()), 1.0]])
    errors = [float(standard_error(at, covariance_record(one))[0]) for one in (laplace, resampled)]
    wider, covariance = ("laplace", laplace) if errors[0] >= errors[1] else ("patient bootstrap", resampled)
    site = SiteRecalibration(
        slope=float(best[0]),
        intercept=float(best[1]),
        covariance=covariance_record(covariance),
        prevalence=float(sigmoid(best[0] * x + best[1]).mean()),
        n_pairs=y.size,
        n_positive=n_positive,
    )
    middle, half = float(at[0] @ best), Z_95 * max(errors)
    ends = sigmoid([at[0, 0], middle, middle - half, middle + half])
    return SiteFit(site, wider, *errors, *map(float, ends))


def _columns(data: Labelled) -> NDArray[np.float64]:
    return np.column_stack([data.logit, np.ones_like(data.logit)])


def _curvature(at: NDArray[np.float64], data: Labelled, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    columns = _columns(data)
    p = sigmoid(columns @ at)
    return columns.T @ (columns * (weight * p * (1.0 - p))[:, None]) + np.diag(_PRIOR_PRECISION)


def most_probable_line(data: Labelled, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slope and intercept, (2,), of least penalised log loss.

    Args:
        data: logits of released probabilities, and labels.
        weight: (N,) of each row; a pair counts as one against the prior.
    """
    columns, y = _columns(data), data.positive.astype(np.float64)

    def loss(at: NDArray[np.float64]) -> float:
        z = columns @ at
        return float(weight @ (np.logaddexp(0.0, z) - y * z) + 0.5 * _PRIOR_PRECISION @ (at - _PRIOR_MEAN) ** 2)

    def slope(at: NDArray[np.float64]) -> NDArray[np.float64]:
        return columns.T @ (weight * (sigmoid(columns @ at) - y)) + _PRIOR_PRECISION * (at - _PRIOR_MEAN)

    found = minimize(
        loss,
        _PRIOR_MEAN,
        jac=slope,
        hess=lambda at: _curvature(at, data, weight),
        method="trust-exact",
        options={"gtol": 1e-8},
    )
    return np.asarray(found.x, np.float64)


def _bootstrap(data: Labelled, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    even = np.full(data.n_patients, 1.0 / data.n_patients)
    drawn = rng.multinomial(data.n_patients, even, size=draws).astype(np.float64)
    fits = np.array([most_probable_line(data, one[data.patient]) for one in drawn])
    return np.cov(fits, rowvar=False)
