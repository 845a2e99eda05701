"""Where no statement is made: split-conformal prediction with both answers in the set."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_calibration.probability.labelled import labelled
from pocketk_calibration.probability.rounding import a_hair_above, a_hair_below

_COVERAGE_STEP, _LEAST_COVERAGE = 0.01, 0.5


@dataclass(frozen=True)
class ConformalFit:
    """A class-conditional split-conformal set for two answers.

    "Positive" is in the set from `positive_from` on, "negative" up to `negative_to`.

    Attributes:
        coverage: nominal share of positives, and of negatives, whose own answer is in the set.
        positive_from: probability.
        negative_to: probability.
        n_positive: patients behind `positive_from`.
        n_negative: patients behind `negative_to`.
        inconclusive_positive: share of those positives for which both answers are in the set.
        inconclusive_negative: the same of the negatives.
    """

    coverage: float
    positive_from: float
    negative_to: float
    n_positive: int
    n_negative: int
    inconclusive_positive: float
    inconclusive_negative: float

    @property
    def band(self) -> AbstentionBand | None:
        """Where both answers are in the set; None where that is nowhere.

        Where the set is empty in between instead, either answer alone has more than the nominal coverage.
        """
        if self.positive_from > self.negative_to:
            return None
        return AbstentionBand(self.positive_from, self.negative_to, self.coverage)

    def inconclusive_at(self, prevalence: float) -> float:
        """Share of recordings without a statement where this share of them is positive."""
        return prevalence * self.inconclusive_positive + (1.0 - prevalence) * self.inconclusive_negative


@dataclass(frozen=True)
class InconclusiveLimit:
    """How many recordings may be left without a statement.

    Attributes:
        prevalence: share of positives where the band is used.
        most: largest share of recordings without a statement there.
    """

    prevalence: float
    most: float


def fit_conformal(
    probability: ArrayLike,
    positive: ArrayLike,
    coverage: float,
    patient: ArrayLike | None = None,
    begin_by: float = 1.0,
) -> ConformalFit:
    """Split-conformal sets for each class by itself (Mondrian; Vovk V et al., 2005; Sadinle M et al., JASA 2019).

    A new positive's own answer is in its set with at least the nominal probability, and so for a negative, whatever
    the prevalence, as long as it is exchangeable with the patients here, whom the network must not have been trained
    on. A curve fitted on the same patients does no harm where it rises strictly, because only ranks count. Of a
    patient with several recordings of one class the first one is used, since they are not exchangeable.

    Args:
        probability: (N,) calibrated, or any score that rises with it.
        positive: (N,) bool.
        coverage: nominal, between 0 and 1.
        patient: (N,) whose recording; each of another patient where not given.
        begin_by: "positive" is in the set from here on at the latest, which only adds to its coverage.

    Raises:
        ValueError: unusable data, a coverage outside 0 to 1, or too few patients of a class for it.
    """
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"Coverage {coverage}; expected a share between 0 and 1.")
    data = labelled(probability, positive, None, patient)
    first = np.unique(np.column_stack([data.patient, data.positive]), axis=0, return_index=True)[1]
    p, y = data.logit[first], data.positive[first]
    ups, downs = np.sort(p[y])[::-1], np.sort(p[~y])
    low = min(begin_by, a_hair_below(float(_quantile(ups, coverage, "positive"))))
    high = a_hair_above(float(_quantile(downs, coverage, "negative")))
    both = [float(np.mean((one >= low) & (one <= high))) for one in (ups, downs)]
    return ConformalFit(coverage, low, high, ups.size, downs.size, *both)


def fit_conformal_within(
    probability: ArrayLike,
    positive: ArrayLike,
    coverage: float,
    limit: InconclusiveLimit,
    patient: ArrayLike | None = None,
    begin_by: float = 1.0,
) -> ConformalFit:
    """The highest coverage up to `coverage`, in steps of 0.01, that leaves few enough recordings without a statement.

    The coverage that comes out is chosen by these patients, so it holds a little less strictly than a given one.

    Args:
        probability: as `fit_conformal`.
        positive: as there.
        coverage: the highest to try.
        limit: on the recordings without a statement.
        patient: as there.
        begin_by: as there. With the threshold of LOW here, a rising probability goes from LOW over no statement to
            ELEVATED, and never from ELEVATED back to no statement.

    Raises:
        ValueError: as `fit_conformal`, or where even a coverage of 0.5 leaves too many.
    """
    steps = 0
    while (tried := round(coverage - steps * _COVERAGE_STEP, 10)) >= min(coverage, _LEAST_COVERAGE):
        fit = fit_conformal(probability, positive, tried, patient, begin_by)
        if fit.inconclusive_at(limit.prevalence) <= limit.most:
            return fit
        steps += 1
    raise ValueError(
        f"Even a coverage of {_LEAST_COVERAGE:g} leaves more than {100 * limit.most:.3g} % without a statement: "
        "the score hardly ranks. Allow more, or use a better model."
    )


def _quantile(ordered: NDArray[np.float64], coverage: float, name: str) -> float:
    """The value up to which the share `coverage` lies, counted with the one to come."""
    # Rounded, so that 0.9 of 10 is 9 and not a hair more.
    rank = math.ceil(round((ordered.size + 1) * coverage, 9))
    if rank > ordered.size:
        least = math.ceil(round(coverage / (1.0 - coverage), 9))
        raise ValueError(f"{ordered.size} {name} patients; a coverage of {coverage:g} needs at least {least}.")
    return float(ordered[rank - 1])
