"""Agreement of two ways of computing beside scikit-learn and statsmodels."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from measurement_plugin import Measure
from pocketk.evaluation.statistics.agreement import agreement_of, cohen_kappa
from scored_samples import farthest


@pytest.mark.parametrize(("categories", "kept"), [(2, 0.9), (3, 0.7), (4, 0.3)])
def test_kappa_is_that_of_the_libraries(categories: int, kept: float, measure: Measure) -> None:
    rng = np.random.default_rng(categories)
    a = rng.integers(categories, size=500)
    b = np.where(rng.random(500) < kept, a, rng.integers(categories, size=500))
    table = np.zeros((categories, categories))
    np.add.at(table, (a, b), 1.0)
    found, theirs = cohen_kappa(a, b), vars(cohens_kappa(table))
    expected = [cohen_kappa_score(a, b), theirs["kappa_low"], theirs["kappa_upp"]]
    measure("STAT-AGREEMENT", farthest([found.value, found.low, found.high], expected), n=500)


def test_differences_and_flips_are_counted() -> None:
    found = agreement_of([0.10, 0.20, 0.50], [0.10, 0.25, 0.44], (0.22, 0.6))
    assert (found.n, found.flips) == (3, 1)
    assert found.largest_difference == pytest.approx(0.06)
    assert found.mean_difference == pytest.approx(0.11 / 3)


def test_tiers_include_their_threshold() -> None:
    assert agreement_of([0.3, 0.1], [0.2999, 0.1], (0.3,)).flips == 1


def test_full_agreement_has_no_interval() -> None:
    found = agreement_of([0.1, 0.9], [0.1, 0.9], (0.5,)).kappa
    assert (found.value, found.low) == (1.0, None)


def test_one_tier_for_everyone_has_no_kappa() -> None:
    found = agreement_of([0.1, 0.2], [0.1, 0.2], (0.5,)).kappa
    assert (found.value, found.why_not) == (None, "everyone has the same rating")


@pytest.mark.parametrize("thresholds", [(), (0.5, 0.5), (0.6, 0.5), (float("nan"),)])
def test_thresholds_that_do_not_rise_are_refused(thresholds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        agreement_of([0.1], [0.1], thresholds)


def test_unequal_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 ratings beside 1"):
        cohen_kappa([0, 1], [0])
