"""Fitting isotonic calibration."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta as beta_distribution
from sklearn.isotonic import IsotonicRegression

from pocketk_agent.probability.isotonic import Isotonic
from pocketk_calibration.probability.fitted import FittedCurve
from pocketk_calibration.probability.labelled import Labelled, labelled

_TAIL = 0.025


def fit_isotonic(
    logit: ArrayLike, positive: ArrayLike, weight: ArrayLike | None = None, patient: ArrayLike | None = None
) -> FittedCurve:
    """The rising curve of least squared error (Zadrozny B, Elkan C, KDD 2002), by pooling adjacent violators.

    Probabilities are kept 1 / (n + 2) away from 0 and 1, the rule of succession: n patients without one case do not
    show that there is none. The interval at a knot is Clopper and Pearson's of the patients pooled there (their
    number shared out where they come in several blocks), then made to rise. It does not count that the data chose
    the blocks and so is somewhat too narrow.

    Args:
        logit: (N,) logit of the mean score.
        positive: (N,) bool.
        weight: (N,), all alike where not given.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, or scores that say nothing of the labels, so that the curve is level.
    """
    data = labelled(logit, positive, weight, patient)
    margin = 1.0 / (data.n_patients + 2.0)
    model = IsotonicRegression(y_min=margin, y_max=1.0 - margin, out_of_bounds="clip")
    model.fit(data.logit, data.positive.astype(np.float64), sample_weight=data.weight)
    x, p = np.asarray(model.X_thresholds_, np.float64), np.asarray(model.y_thresholds_, np.float64)
    if p[0] == p[-1]:
        raise ValueError("The isotonic curve is level: the score says nothing of the labels. Check both.")
    low, high = _ends(data, np.clip(model.predict(data.logit), margin, 1.0 - margin), p)
    knots = Isotonic(*(tuple(map(float, one)) for one in (x, p, np.minimum(low, p), np.maximum(high, p))))
    return FittedCurve.of(knots, None, data)


def _ends(
    data: Labelled, fitted: NDArray[np.float64], knots: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Clopper-Pearson's interval of each knot from the patients whose fitted probability it is, (M,) each."""
    block = np.searchsorted(np.unique(knots), fitted * (1.0 + 1e-12), side="right") - 1
    # A patient with several recordings is one witness, not several.
    share = 1.0 / np.bincount(data.patient)[data.patient]
    in_block = np.bincount(np.maximum(block, 0), share, np.unique(knots).size)
    n = np.maximum(in_block, 1.0)[np.searchsorted(np.unique(knots), knots)]
    low = beta_distribution.ppf(_TAIL, knots * n, (1.0 - knots) * n + 1.0)
    high = beta_distribution.ppf(1.0 - _TAIL, knots * n + 1.0, (1.0 - knots) * n)
    tiny = np.finfo(np.float64).tiny
    # Each end may only be widened to make it rise: the low ends from above, the high ends from below.
    low = np.minimum.accumulate(low[::-1])[::-1]
    return np.clip(low, tiny, None), np.clip(np.maximum.accumulate(high), None, 1.0 - np.finfo(np.float64).eps)
