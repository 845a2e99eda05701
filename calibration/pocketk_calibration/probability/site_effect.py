"""What a site's recalibration changes, and how much of it is known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta as beta_distribution
from sklearn.model_selection import StratifiedKFold

from pocketk_agent.probability.curve import Z_95, standard_error
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_agent.probability.site import SiteRecalibration
from pocketk_calibration.probability.labelled import Labelled, labelled
from pocketk_calibration.probability.site_recalibration import most_probable_line

# Fewer groups than the usual ten: of 50 pairs each then has ten (engineering choice).
GROUPS, FOLDS = 5, 5


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval.

    Attributes:
        value: as fitted or counted.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MovedProbability:
    """A released probability and what a site makes of it.

    Attributes:
        name: of the place, such as "t_low".
        released: before.
        recalibrated: after, with the interval that the site's pairs leave; the release's own uncertainty is not in it.
    """

    name: str
    released: float
    recalibrated: Interval


@dataclass(frozen=True)
class ProbabilityFit:
    """How well probabilities fit labels.

    Attributes:
        name: whose probabilities.
        mean: mean probability, beside the share of positives.
        brier: mean squared error, 0 to 1, less is better.
        log_loss: mean, in nats, less is better.
    """

    name: str
    mean: float
    brier: float
    log_loss: float


@dataclass(frozen=True)
class SiteGroup:
    """Recordings of about the same released probability.

    Attributes:
        n: recordings.
        n_positive: of which positive.
        observed: share of positives, interval after Clopper and Pearson (Biometrika 26:404, 1934) as if every
            recording were of another patient.
        released: mean probability before.
        recalibrated: mean probability after.
    """

    n: int
    n_positive: int
    observed: Interval
    released: float
    recalibrated: float


@dataclass(frozen=True)
class SiteEffect:
    """Before and after.

    Attributes:
        slope: of the site's line.
        intercept: of it.
        share: of positives among the pairs.
        fits: of the released probability, of the recalibrated one on the pairs that it was fitted to, and of one on
            patients that it was not fitted to, where there are patients enough.
        groups: by released probability, rising.
        moved: probabilities that were asked for.
    """

    slope: Interval
    intercept: Interval
    share: float
    fits: tuple[ProbabilityFit, ...]
    groups: tuple[SiteGroup, ...]
    moved: tuple[MovedProbability, ...]


def site_effect(
    site: SiteRecalibration,
    released: ArrayLike,
    positive: ArrayLike,
    patient: ArrayLike | None = None,
    places: dict[str, float] | None = None,
    seed: int = 0,
) -> SiteEffect:
    """Compare the released probability with the recalibrated one on the site's pairs.

    Args:
        site: fitted to the pairs.
        released: (N,) released probabilities of the pairs.
        positive: (N,) bool.
        patient: (N,) whose recording; each of another patient where not given.
        places: name -> released probability, such as thresholds, whose recalibrated values are wanted.
        seed: of the folds.

    Raises:
        ValueError: unusable data, or a place outside 0 to 1.
    """
    data = labelled(logit_of(released), positive, None, patient)
    ours = site.logit(data.logit)
    fits = [_fit("released", data.logit, data), _fit("recalibrated, same pairs", ours, data)]
    held_out = _held_out(data, seed)
    if held_out is not None:
        fits.append(_fit("recalibrated, patients left out", held_out, data))
    errors = np.sqrt(np.diag(np.asarray(site.covariance, np.float64)))
    slope, intercept = (
        Interval(value, value - Z_95 * float(error), value + Z_95 * float(error))
        for value, error in zip((site.slope, site.intercept), errors, strict=True)
    )
    moved = tuple(moved_probability(name, at, site) for name, at in (places or {}).items())
    return SiteEffect(slope, intercept, float(data.positive.mean()), tuple(fits), _groups(data, ours), moved)


def moved_probability(name: str, released: float, site: SiteRecalibration) -> MovedProbability:
    """What a site makes of one released probability.

    The interval is that of the delta method on the logit, as a device computes it for the site's part.

    Raises:
        ValueError: a probability that is not inside 0 to 1.
    """
    if not 0.0 < released < 1.0:
        raise ValueError(f"{name} is {released}; expected a probability between 0 and 1.")
    logit = logit_of(np.array([released]))
    middle = float(site.logit(logit)[0])
    half = Z_95 * float(standard_error(site.gradient(logit), site.covariance)[0])
    return MovedProbability(name, released, Interval(*map(float, sigmoid([middle, middle - half, middle + half]))))


def _fit(name: str, logit: NDArray[np.float64], data: Labelled) -> ProbabilityFit:
    p = sigmoid(logit)
    losses = np.logaddexp(0.0, np.where(data.positive, -logit, logit))
    return ProbabilityFit(name, float(p.mean()), float(np.mean((p - data.positive) ** 2)), float(losses.mean()))


def _held_out(data: Labelled, seed: int) -> NDArray[np.float64] | None:
    """(N,) logits by lines that were fitted without the row's patient; None with too few patients of a kind."""
    has_positive = np.bincount(data.patient, data.positive, data.n_patients) > 0.0
    if min(has_positive.sum(), (~has_positive).sum()) < FOLDS:
        return None
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    found = np.full(data.logit.size, np.nan)
    for _, left_out in splitter.split(has_positive, has_positive):
        rows = np.isin(data.patient, left_out)
        slope, intercept = most_probable_line(data, data.weight * ~rows)
        found[rows] = slope * data.logit[rows] + intercept
    return found


def _groups(data: Labelled, ours: NDArray[np.float64]) -> tuple[SiteGroup, ...]:
    groups = []
    for rows in np.array_split(np.argsort(data.logit, kind="stable"), GROUPS):
        n, k = rows.size, int(data.positive[rows].sum())
        low = float(beta_distribution.ppf(0.025, k, n - k + 1)) if k else 0.0
        high = float(beta_distribution.ppf(0.975, k + 1, n - k)) if k < n else 1.0
        means = [float(sigmoid(one[rows]).mean()) for one in (data.logit, ours)]
        groups.append(SiteGroup(n, k, Interval(k / n, low, high), *means))
    return tuple(groups)
