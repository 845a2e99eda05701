"""Thresholds and band against a search that tries every score and counts by hand, on many small sets."""

import math

import numpy as np
import pytest
from mapie.metrics.classification import classification_coverage_score
from scipy.stats import binom
from sklearn.metrics import confusion_matrix, roc_curve

from pocketk_calibration.probability.conformal import fit_conformal
from pocketk_calibration.probability.thresholds import (
    ChosenThreshold,
    threshold_by_alert_budget,
    threshold_by_ppv,
    threshold_by_sensitivity,
)

SEEDS = range(12)
PREVALENCE = 0.02


def drawn(seed: int, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities with ties, and labels."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.3
    return np.round(1 / (1 + np.exp(-rng.normal(np.where(positive, 2.0, 0.0), 1.0) + 2)), 2), positive


def counts(p: np.ndarray, y: np.ndarray, at: float) -> tuple[int, int, int, int]:
    """tn, fp, fn, tp of scikit-learn."""
    tn, fp, fn, tp = confusion_matrix(y, p >= at, labels=[False, True]).ravel()
    return int(tn), int(fp), int(fn), int(tp)


def score_of(chosen: ChosenThreshold, p: np.ndarray) -> float:
    """The score that a threshold stands a hair below."""
    return float(p[p >= chosen.threshold].min())


@pytest.mark.parametrize("seed", SEEDS)
def test_t_low_is_the_highest_score_whose_misses_could_not_be_chance(seed: int):
    p, y = drawn(seed)
    n = int(y.sum())
    # The bound reaches 0.85 where so many found or more would be seen in at most 5 % of sets of a sensitivity of 0.85.
    good = [at for at in np.unique(p) if binom.sf(counts(p, y, at)[3] - 1, n, 0.85) <= 0.05]
    assert score_of(threshold_by_sensitivity(p, y, 0.85), p) == max(good)


@pytest.mark.parametrize("seed", SEEDS)
def test_t_low_without_a_bound_is_where_the_roc_curve_reaches_the_target(seed: int):
    p, y = drawn(seed)
    _, sensitivity, at = roc_curve(y, p, drop_intermediate=False)
    chosen = threshold_by_sensitivity(p, y, 0.85, confidence=None)
    assert score_of(chosen, p) == at[np.flatnonzero(sensitivity >= 0.85)[0]]


def predictive_value(p: np.ndarray, y: np.ndarray, at: float) -> tuple[float, int]:
    """By counting 1000 recordings at the stated prevalence, one false alert more than was seen; and true alerts."""
    tn, fp, fn, tp = counts(p, y, at)
    true_alerts = 1000 * PREVALENCE * tp / (tp + fn)
    false_alerts = 1000 * (1 - PREVALENCE) * (fp + 1) / (fp + tn + 1)
    return true_alerts / (true_alerts + false_alerts), tp


@pytest.mark.parametrize("seed", SEEDS)
def test_t_high_is_the_lowest_score_of_the_predictive_value(seed: int):
    p, y = drawn(seed)
    values = {at: predictive_value(p, y, at) for at in np.unique(p)}
    good = [at for at, (value, true_alerts) in values.items() if value >= 0.15 and true_alerts >= 10]
    if not good:
        with pytest.raises(ValueError, match="the best is"):
            threshold_by_ppv(p, y, 0.15, PREVALENCE)
        return
    chosen = threshold_by_ppv(p, y, 0.15, PREVALENCE)
    assert score_of(chosen, p) == min(good)
    assert chosen.achieved == pytest.approx(values[min(good)][0], abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("budget", [20.0, 80.0])
def test_the_alert_budget_is_used_by_the_lowest_score_that_keeps_it(seed: int, budget: float):
    p, y = drawn(seed)

    def alerts(at: float) -> float:
        tn, fp, fn, tp = counts(p, y, at)
        return 1000 * (PREVALENCE * tp / (tp + fn) + (1 - PREVALENCE) * fp / (fp + tn))

    good = [at for at in np.unique(p) if alerts(at) <= budget]
    chosen = threshold_by_alert_budget(p, y, budget, PREVALENCE)
    assert score_of(chosen, p) == min(good)
    assert chosen.achieved == pytest.approx(alerts(min(good)), abs=1e-9)


def test_repeated_recordings_do_not_change_a_predictive_value_or_a_budget():
    p, y = drawn(3)
    again = np.tile(np.arange(p.size), 4)
    once, often = (threshold_by_alert_budget(p[rows], y[rows], 80.0, PREVALENCE) for rows in (slice(None), again))
    assert (once.threshold, once.achieved) == (often.threshold, pytest.approx(often.achieved))


@pytest.mark.parametrize("coverage", [0.7, 0.85, 0.95])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_patient_whose_rank_is_counted_by_hand_is_in_the_set(seed: int, coverage: float):
    p, y = drawn(seed)
    fit = fit_conformal(p, y, coverage)
    for at in np.unique(p):
        # Conformal p-value of either answer: the share that is at least as odd, the newcomer counted in.
        up = (1 + int(np.count_nonzero(p[y] <= at))) / (1 + int(y.sum()))
        down = (1 + int(np.count_nonzero(p[~y] >= at))) / (1 + int((~y).sum()))
        assert (at >= fit.positive_from) == (up > 1 - coverage + 1e-12)
        assert (at <= fit.negative_to) == (down > 1 - coverage + 1e-12)


def test_the_coverage_of_new_patients_is_that_of_mapies_own_measure(measure):
    fit = fit_conformal(*drawn(1, 20_000), 0.85)
    p, y = drawn(2, 20_000)
    sets = np.column_stack([p <= fit.negative_to, p >= fit.positive_from])
    worst = 0.0
    for label in (False, True):
        rows = y == label
        worst = max(
            worst, abs(float(classification_coverage_score(y[rows].astype(int), sets[rows, :, None])[0]) - 0.85)
        )
    measure("CALIB-COVERAGE", worst, n=p.size)
    assert math.isfinite(worst)
