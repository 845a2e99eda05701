"""Operating points, frozen on the patients that are given; those of a test are never given."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta as beta_distribution

from pocketk_calibration.probability.labelled import Labelled, labelled
from pocketk_calibration.probability.rounding import a_hair_below

# A predictive value that rests on fewer true alerts is chance (engineering choice).
LEAST_TRUE_ALERTS = 10


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold and what it was chosen for.

    Attributes:
        name: "t_low", "t_high" or "alert budget".
        threshold: probability; an alert is anything from it on.
        rule: in words.
        target: what was asked for.
        achieved: the same on the patients it was chosen on, as a point estimate.
        sensitivity: share of positives from the threshold on.
        false_alerts: share of negatives from the threshold on.
        n_positive: recordings.
        n_negative: recordings.
        sensitivity_low: one-sided lower 95 % bound of the sensitivity.
    """

    name: str
    threshold: float
    rule: str
    target: float
    achieved: float
    sensitivity: float
    false_alerts: float
    n_positive: int
    n_negative: int
    sensitivity_low: float


def threshold_by_sensitivity(
    probability: ArrayLike,
    positive: ArrayLike,
    target: float,
    patient: ArrayLike | None = None,
    confidence: float | None = 0.95,
) -> ChosenThreshold:
    """t_low: the highest threshold that still misses few enough positives.

    The rule: the one-sided lower bound of the sensitivity (Clopper and Pearson, at `confidence`, with positive patients
    and not recordings as witnesses) must reach the target, not the sensitivity itself, which would fall short of it
    half of the time. Without a confidence the sensitivity itself is asked.

    Args:
        probability: (N,) calibrated.
        positive: (N,) bool.
        target: sensitivity, between 0 and 1.
        patient: (N,) whose recording; each of another patient where not given.
        confidence: of the bound, None for the point estimate.

    Raises:
        ValueError: unusable data, a target outside 0 to 1, or too few positives for it.
    """
    _check_share("sensitivity", target)
    data = labelled(probability, positive, None, patient)
    ups = np.sort(data.logit[data.positive])
    witnesses = np.unique(data.patient[data.positive]).size
    share = 1.0 - np.searchsorted(ups, ups, side="left") / ups.size
    reached = share if confidence is None else _lower_bound(share, witnesses, confidence)
    good = np.flatnonzero(reached >= target)
    if not good.size:
        raise ValueError(
            f"{witnesses} positive patients, all of them found, show a sensitivity of {reached[0]:.3g} at best; "
            f"{target:g} cannot be shown. Add positives or lower the target."
        )
    rule = f"highest threshold whose sensitivity is at least {target:g}"
    if confidence is not None:
        rule += f" by its one-sided {100 * confidence:g} % lower bound"
    return _chosen("t_low", float(ups[good[-1]]), rule, target, data)


def threshold_by_ppv(
    probability: ArrayLike,
    positive: ArrayLike,
    target: float,
    prevalence: float,
    patient: ArrayLike | None = None,
) -> ChosenThreshold:
    """t_high: the lowest threshold whose alerts are right often enough at a stated prevalence.

    PPV = Se p / (Se p + (1 - Sp) (1 - p)), by which sensitivity and specificity, which do not depend on how many of the
    patients here are positive, are put together at the prevalence p. One false alert more is counted than was seen, as
    if the next negative raised one: none among a few hundred is not never. At least 10 true alerts must be left.

    Args:
        probability: (N,) calibrated.
        positive: (N,) bool.
        target: positive predictive value, between 0 and 1.
        prevalence: p, between 0 and 1.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, a share outside 0 to 1, or a target that no threshold reaches.
    """
    _check_share("positive predictive value", target)
    _check_share("prevalence", prevalence)
    data = labelled(probability, positive, None, patient)
    at, sensitivity, false_alerts = _rates(data)
    n_negative = np.count_nonzero(~data.positive)
    cautious = (false_alerts * n_negative + 1.0) / (n_negative + 1.0)
    alerts = sensitivity * prevalence + cautious * (1.0 - prevalence)
    ppv = sensitivity * prevalence / alerts
    enough = sensitivity * np.count_nonzero(data.positive) >= LEAST_TRUE_ALERTS - 1e-9
    if not enough.any():
        raise ValueError(f"Fewer than {LEAST_TRUE_ALERTS} positives: no predictive value can rest on them. Add some.")
    good = np.flatnonzero(enough & (ppv >= target))
    if not good.size:
        raise ValueError(
            f"No threshold reaches a positive predictive value of {target:g} at a prevalence of {prevalence:g}; the "
            f"best is {ppv[enough].max():.3g}. Lower the target."
        )
    rule = f"lowest threshold whose positive predictive value at a prevalence of {prevalence:g} is at least {target:g}"
    return _chosen("t_high", float(at[good[0]]), rule, target, data, float(ppv[good[0]]))


def threshold_by_alert_budget(
    probability: ArrayLike,
    positive: ArrayLike,
    alerts_per_1000: float,
    prevalence: float,
    patient: ArrayLike | None = None,
) -> ChosenThreshold:
    """The lowest threshold that gives at most so many alerts in a thousand recordings at a stated prevalence.

    Args:
        probability: (N,) calibrated.
        positive: (N,) bool.
        alerts_per_1000: budget, above 0 and below 1000.
        prevalence: between 0 and 1.
        patient: (N,) whose recording; each of another patient where not given.

    Raises:
        ValueError: unusable data, a budget or prevalence out of range, or a budget that no threshold keeps.
    """
    _check_share("alert budget per recording", alerts_per_1000 / 1000.0)
    _check_share("prevalence", prevalence)
    data = labelled(probability, positive, None, patient)
    at, sensitivity, false_alerts = _rates(data)
    alerts = 1000.0 * (sensitivity * prevalence + false_alerts * (1.0 - prevalence))
    good = np.flatnonzero(alerts <= alerts_per_1000)
    if not good.size:
        raise ValueError(f"Even the highest threshold gives {alerts[-1]:.3g} alerts per 1000. Raise the budget.")
    rule = f"lowest threshold with at most {alerts_per_1000:g} alerts per 1000 at a prevalence of {prevalence:g}"
    return _chosen("alert budget", float(at[good[0]]), rule, alerts_per_1000, data, float(alerts[good[0]]))


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} {value}; expected a share between 0 and 1.")


def _rates(data: Labelled) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Every distinct probability, rising, with the share of positives and of negatives from it on."""
    at = np.unique(data.logit)
    shares = []
    for one in (data.logit[data.positive], data.logit[~data.positive]):
        shares.append(1.0 - np.searchsorted(np.sort(one), at, side="left") / one.size)
    return at, shares[0], shares[1]


def _lower_bound(share: NDArray[np.float64], n: int, confidence: float) -> NDArray[np.float64]:
    return beta_distribution.ppf(1.0 - confidence, np.maximum(share * n, 1e-9), (1.0 - share) * n + 1.0)


def _chosen(
    name: str, at: float, rule: str, target: float, data: Labelled, achieved: float | None = None
) -> ChosenThreshold:
    ups, downs = data.logit[data.positive], data.logit[~data.positive]
    sensitivity = float(np.mean(ups >= at))
    witnesses = np.unique(data.patient[data.positive]).size
    return ChosenThreshold(
        name=name,
        threshold=a_hair_below(at),
        rule=rule,
        target=target,
        achieved=sensitivity if achieved is None else achieved,
        sensitivity=sensitivity,
        false_alerts=float(np.mean(downs >= at)),
        n_positive=ups.size,
        n_negative=downs.size,
        sensitivity_low=float(_lower_bound(np.array([sensitivity]), witnesses, 0.95)[0]),
    )
