"""The band without a statement holds what it promises."""

import math

import numpy as np
import pytest
from mapie.classification import SplitConformalClassifier
from sklearn.base import BaseEstimator, ClassifierMixin

from pocketk_calibration.probability.conformal import InconclusiveLimit, fit_conformal, fit_conformal_within


class Told(ClassifierMixin, BaseEstimator):
    """A classifier that is told the probability."""

    classes_ = np.array([0, 1])

    def fit(self, X, y):
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict_proba(self, X) -> np.ndarray:
        return np.column_stack([1 - X[:, 0], X[:, 0]])

    def predict(self, X) -> np.ndarray:
        return (X[:, 0] > 0.5).astype(int)


def drawn(n: int, seed: int, share: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    """(n,) probabilities and labels of a score with an AUROC of 0.87."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < share
    return 1 / (1 + np.exp(-rng.normal(np.where(positive, 1.6, 0.0), 1.0) + 3)), positive


@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_the_sets_are_those_of_mapie_class_by_class(coverage: float, measure):
    probability, positive = drawn(3000, 1)
    fit = fit_conformal(probability, positive, coverage)
    at = np.linspace(0.001, 0.999, 2001)
    differing = 0
    # MAPIE is marginal: conformalised on one class at a time its sets are class-conditional.
    for label, ours in ((1, at >= fit.positive_from), (0, at <= fit.negative_to)):
        rows = positive == bool(label)
        mapie = SplitConformalClassifier(Told(), confidence_level=coverage, prefit=True)
        with pytest.warns(UserWarning, match="less labels"):
            mapie.conformalize(probability[rows, None], np.full(rows.sum(), label))
        sets = mapie.predict_set(at[:, None])[1][:, label, 0]
        differing += np.count_nonzero(sets != ours)
    measure("CALIB-MAPIE", differing, n=2 * at.size)


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_each_class_is_covered_as_promised_whatever_the_prevalence(share: float, measure):
    held = {True: [], False: []}
    for seed in range(60):
        fit = fit_conformal(*drawn(2000, seed), 0.85)
        probability, positive = drawn(2000, 1000 + seed, share)
        held[True].append(np.mean(probability[positive] >= fit.positive_from))
        held[False].append(np.mean(probability[~positive] <= fit.negative_to))
    worst = max(abs(float(np.mean(one)) - 0.85) for one in held.values())
    measure("CALIB-COVERAGE", worst, n=60 * 2000)


def test_the_share_without_a_statement_is_that_of_new_recordings():
    fit = fit_conformal(*drawn(20000, 1), 0.88)
    probability, _ = drawn(40000, 2, 0.02)
    assert fit.band is not None
    seen = np.mean((probability >= fit.band.low) & (probability <= fit.band.high))
    assert seen == pytest.approx(fit.inconclusive_at(0.02), abs=0.01)


def test_coverage_gives_way_to_the_largest_share_without_a_statement():
    fit = fit_conformal_within(*drawn(20000, 1), 0.95, InconclusiveLimit(0.02, 0.15))
    tighter = fit_conformal(*drawn(20000, 1), round(fit.coverage + 0.01, 2))
    assert fit.inconclusive_at(0.02) <= 0.15 < tighter.inconclusive_at(0.02)


def test_a_score_that_hardly_errs_needs_no_band():
    rng = np.random.default_rng(1)
    positive = np.arange(400) < 100
    probability = np.where(positive, rng.uniform(0.7, 0.9, 400), rng.uniform(0.1, 0.3, 400))
    fit = fit_conformal(probability, positive, 0.9)
    assert fit.band is None
    assert fit.inconclusive_at(0.5) == 0.0


def test_the_rank_is_counted_with_the_patient_to_come():
    # 9 positives, coverage 0.9: rank ceil(10 * 0.9) = 9, so that the lowest of them sets the edge.
    probability = np.concatenate([np.linspace(0.5, 0.9, 9), np.linspace(0.1, 0.4, 19)])
    fit = fit_conformal(probability, np.arange(28) < 9, 0.9)
    assert fit.positive_from == pytest.approx(0.5, rel=1e-8)
    assert fit.negative_to == pytest.approx(np.linspace(0.1, 0.4, 19)[math.ceil(20 * 0.9) - 1], rel=1e-8)


def test_too_few_patients_for_a_coverage_are_refused_with_how_many_it_takes():
    with pytest.raises(ValueError, match=r"8 positive patients; a coverage of 0\.9 needs at least 9"):
        fit_conformal(np.linspace(0.1, 0.9, 40), np.arange(40) >= 32, 0.9)


def test_a_patient_counts_once():
    probability, positive = drawn(500, 1)
    again = np.tile(np.arange(500), 3)
    once, thrice = (
        fit_conformal(probability, positive, 0.9),
        fit_conformal(probability[again], positive[again], 0.9, again),
    )
    assert (once.positive_from, once.n_positive) == (thrice.positive_from, thrice.n_positive)


@pytest.mark.parametrize("coverage", [0.0, 1.0, math.nan])
def test_a_coverage_that_is_none_is_refused(coverage: float):
    with pytest.raises(ValueError, match="Coverage"):
        fit_conformal(*drawn(500, 1), coverage)


def test_a_score_that_does_not_rank_is_refused():
    rng = np.random.default_rng(2)
    with pytest.raises(ValueError, match="hardly ranks"):
        fit_conformal_within(rng.random(2000), rng.random(2000) < 0.5, 0.9, InconclusiveLimit(0.5, 0.0001))


def test_a_band_that_must_begin_by_a_threshold_covers_more_positives_and_keeps_its_limit():
    probability, positive = drawn(20000, 1)
    free = fit_conformal_within(probability, positive, 0.95, InconclusiveLimit(0.02, 0.15))
    begun = fit_conformal_within(
        probability, positive, 0.95, InconclusiveLimit(0.02, 0.15), begin_by=0.8 * free.positive_from
    )
    assert begun.positive_from == 0.8 * free.positive_from
    assert begun.negative_to < free.negative_to
    assert begun.inconclusive_at(0.02) <= 0.15
    assert np.mean(np.asarray(probability)[np.asarray(positive)] >= begun.positive_from) >= begun.coverage


def test_a_band_that_begins_early_enough_is_left_as_it_is():
    probability, positive = drawn(20000, 1)
    free = fit_conformal_within(probability, positive, 0.95, InconclusiveLimit(0.02, 0.15))
    assert fit_conformal_within(probability, positive, 0.95, InconclusiveLimit(0.02, 0.15), begin_by=0.9) == free
