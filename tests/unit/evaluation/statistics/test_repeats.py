"""Repeated recordings: the intraclass correlation beside statsmodels' analysis of variance, and what m of them tell."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as f_distribution
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from measurement_plugin import Measure
from pocketk.evaluation.statistics.repeats import (
    first_of_each,
    intraclass_correlation,
    k_of_m,
    mean_logit,
    same_label,
    variance_share_of_mean,
)
from scored_samples import farthest

# Six targets, four judges: table 2 of Shrout and Fleiss 1979, whose ICC(1,1) is .17.
SHROUT_AND_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def drawn(seed: int, sizes: list[int], icc: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    own = rng.normal(0.0, np.sqrt(icc), len(sizes))[group]
    return own + rng.normal(0.0, np.sqrt(1.0 - icc), group.size), group


@pytest.mark.parametrize(("sizes", "icc"), [([3] * 40, 0.8), ([1, 2, 5, 9, 2, 2, 4] * 6, 0.5), ([2] * 30, 0.0)])
def test_icc_is_that_of_statsmodels_anova(sizes: list[int], icc: float, measure: Measure) -> None:
    value, group = drawn(len(sizes), sizes, icc)
    table = anova_lm(ols("value ~ C(group)", pd.DataFrame({"value": value, "group": group})).fit())
    between, within = table["mean_sq"].to_numpy()
    k, n = len(sizes), value.size
    n0 = (n - sum(size**2 for size in sizes) / n) / (k - 1)
    ratio = between / within
    low = ratio / f_distribution.ppf(0.975, k - 1, n - k)
    high = ratio * f_distribution.ppf(0.975, n - k, k - 1)
    expected = [(between - within) / (between + (n0 - 1) * within), *((x - 1) / (x + n0 - 1) for x in (low, high))]
    found = intraclass_correlation(value, group)
    measure("STAT-AGREEMENT", farthest([found.value, found.low, found.high], expected), n=n)


def test_icc_is_the_published_one() -> None:
    found = intraclass_correlation(np.ravel(SHROUT_AND_FLEISS).astype(float), np.repeat(np.arange(6), 4))
    assert found.value == pytest.approx(0.17, abs=0.005)


def test_icc_of_drawn_groups_is_what_was_drawn() -> None:
    found = intraclass_correlation(*drawn(0, [3] * 5000, 0.7))
    assert found.value == pytest.approx(0.7, abs=0.02)


def test_variance_of_a_mean_follows_from_the_icc() -> None:
    value, _ = drawn(1, [4] * 20000, 0.6)
    share = value.reshape(-1, 4).mean(axis=1).var() / value.var()
    assert share == pytest.approx(variance_share_of_mean(0.6, 4), abs=0.02)


@pytest.mark.parametrize(
    ("value", "group", "why"),
    [
        ([1.0, 2.0], ["a", "b"], "one with two recordings"),
        ([1.0, 2.0], ["a", "a"], "needs two groups"),
        ([1.0, 1.0, 1.0], ["a", "a", "b"], "do not vary"),
    ],
)
def test_icc_that_cannot_be_computed_says_why(value: list[float], group: list[str], why: str) -> None:
    found = intraclass_correlation(value, group)
    assert found.value is None
    assert why in found.why_not


def test_groups_that_do_not_vary_within_have_no_interval() -> None:
    found = intraclass_correlation([1.0, 1.0, 2.0, 2.0], ["a", "a", "b", "b"])
    assert (found.value, found.low) == (1.0, None)


def test_the_first_recordings_are_by_time_and_short_groups_are_left_out() -> None:
    group, time_s = ["b", "a", "b", "a", "c", "a"], [5.0, 3.0, 4.0, 1.0, 0.0, 2.0]
    assert first_of_each(group, time_s, 2).tolist() == [[3, 5], [2, 0]]


def test_no_group_with_m_recordings_gives_none() -> None:
    assert first_of_each(["a", "b"], [0.0, 0.0], 2).shape == (0, 2)


def test_mean_logit_and_k_of_m_take_the_same_recordings() -> None:
    index = np.array([[0, 1, 2], [3, 4, 5]])
    assert mean_logit([1.0, 2.0, 3.0, -1.0, 0.0, 1.0], index).tolist() == [2.0, 0.0]
    flagged = [True, True, False, True, False, False]
    assert [k_of_m(flagged, index, k).tolist() for k in (1, 2, 3)] == [[True, True], [True, False], [False, False]]


def test_a_group_of_mixed_labels_has_none() -> None:
    assert same_label([True, True, True, False], np.array([[0, 1], [2, 3]])).tolist() == [True, False]


def test_k_above_m_is_refused() -> None:
    with pytest.raises(ValueError, match="k is 3 of 2"):
        k_of_m([True, True], np.array([[0, 1]]), 3)


def test_nan_values_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 values are not finite"):
        intraclass_correlation([1.0, np.nan], ["a", "a"])
