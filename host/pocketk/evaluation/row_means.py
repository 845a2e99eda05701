"""Means and shares over labelled recordings, with an interval that knows which of them share a patient."""

import numpy as np

from pocketk.evaluation.statistics.estimate import Estimate, missing
from pocketk.evaluation.statistics.proportion import proportion
from pocketk.evaluation.study import Float64, Mask, StudyRows


def mean_of(rows: StudyRows, values: Float64) -> Estimate:
    """Mean of (N,) values, one a recording, with resampled patients; without a value where N is 0."""
    if not len(rows):
        return missing("no recordings", 0, 0, "none")
    bootstrap = rows.bootstrap(rows.plan.draws_elsewhere)
    # A resample draws as many patients and so never no recording.
    total, n = bootstrap.sums(np.column_stack([values, np.ones(len(rows))])).T
    value = float(np.mean(values))
    return bootstrap.estimate(value, total / n, rows.positive, on_positive=False, on_negative=False)


def share_of(rows: StudyRows, hit: Mask) -> Estimate:
    """Share of (N,) marked recordings: with Wilson's interval where no patient repeats, else by resampled patients."""
    if len(rows) and not rows.one_each:
        return mean_of(rows, hit.astype(np.float64))
    return proportion(int(hit.sum()), len(rows), rows.n_positive, "recordings")


def mean_at_prevalence(rows: StudyRows, values: Float64, prevalence: float) -> Estimate:
    """Mean of (N,) values where another share is positive: prevalence x mean of positives + the rest x of negatives.

    The prevalence is taken as known; the interval is of resampled patients.

    Args:
        rows: recordings of both classes.
        values: one a recording.
        prevalence: share of K > 5.5 mmol/L, between 0 and 1.
    """
    if not len(rows):
        return missing("no recordings", 0, 0, "none")

    def weighted(weight: Float64) -> float:
        up, down = weight * rows.positive, weight * ~rows.positive
        if not (up.sum() and down.sum()):
            return float("nan")
        return float(prevalence * (up @ values) / up.sum() + (1.0 - prevalence) * (down @ values) / down.sum())

    return rows.bootstrap(rows.plan.draws_elsewhere).any(weighted, rows.positive)
