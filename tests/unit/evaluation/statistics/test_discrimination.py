"""AUROC, average precision and their curves beside scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from measurement_plugin import Measure
from pocketk.evaluation.statistics.discrimination import (
    RankedAuroc,
    RankedPrecision,
    auroc,
    average_precision,
    pr_points,
    prevalence_weights,
    roc_points,
)
from scored_samples import farthest, scored_sample

SAMPLES = [
    pytest.param(scored_sample(1), id="no ties"),
    pytest.param(scored_sample(2, decimals=0), id="many ties"),
    pytest.param(scored_sample(3, 4000, centre=-4.0, decimals=2), id="rare positives"),
    pytest.param(scored_sample(4, 300, centre=3.0), id="rare negatives"),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_auroc_is_that_of_scikit_learn(sample, measure: Measure) -> None:
    found = auroc(sample.positive, sample.logit)
    measure("STAT-AGREEMENT", farthest(found, roc_auc_score(sample.positive, sample.logit)), n=sample.positive.size)


@pytest.mark.parametrize("sample", SAMPLES)
def test_average_precision_is_that_of_scikit_learn(sample, measure: Measure) -> None:
    found = average_precision(sample.positive, sample.logit)
    expected = average_precision_score(sample.positive, sample.logit)
    measure("STAT-AGREEMENT", farthest(found, expected), n=sample.positive.size)


@pytest.mark.parametrize("sample", SAMPLES)
def test_weighted_statistics_are_those_of_scikit_learn(sample, measure: Measure) -> None:
    weight = np.random.default_rng(0).integers(0, 4, sample.positive.size).astype(np.float64)
    found = [ranked(sample.positive, sample.logit)(weight) for ranked in (RankedAuroc, RankedPrecision)]
    expected = [
        score(sample.positive, sample.logit, sample_weight=weight) for score in (roc_auc_score, average_precision_score)
    ]
    measure("STAT-AGREEMENT", farthest(found, expected), n=sample.positive.size)


@pytest.mark.parametrize("sample", SAMPLES)
def test_roc_points_are_those_of_scikit_learn(sample, measure: Measure) -> None:
    found = roc_points(sample.positive, sample.logit)
    fpr, tpr, threshold = roc_curve(sample.positive, sample.logit, drop_intermediate=False)
    assert found.threshold[1:].tolist() == threshold[1:].tolist()
    apart = max(farthest(found.false_positive_rate, fpr), farthest(found.true_positive_rate, tpr))
    measure("STAT-AGREEMENT", apart, n=sample.positive.size)


@pytest.mark.parametrize("sample", SAMPLES)
def test_precision_recall_points_are_those_of_scikit_learn(sample, measure: Measure) -> None:
    found = pr_points(sample.positive, sample.logit)
    precision, recall, threshold = precision_recall_curve(sample.positive, sample.logit)
    assert found.threshold[::-1].tolist() == threshold.tolist()
    apart = max(farthest(found.precision[::-1], precision[:-1]), farthest(found.recall[::-1], recall[:-1]))
    measure("STAT-AGREEMENT", apart, n=sample.positive.size)


def test_average_precision_at_a_prevalence_is_scikit_learns_with_weights(measure: Measure) -> None:
    sample = scored_sample(5)
    weight = prevalence_weights(sample.positive, 0.02)
    assert weight[sample.positive].sum() / weight.sum() == pytest.approx(0.02)
    found = average_precision(sample.positive, sample.logit, prevalence=0.02)
    expected = average_precision_score(sample.positive, sample.logit, sample_weight=weight)
    measure("STAT-AGREEMENT", farthest(found, expected), n=sample.positive.size)


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40))
def test_auroc_counts_pairs(rows: list[tuple[bool, int]]) -> None:
    high = [score for positive, score in rows if positive]
    low = [score for positive, score in rows if not positive]
    if not high or not low:
        return
    won = sum((a > b) + 0.5 * (a == b) for a in high for b in low)
    found = auroc([positive for positive, _ in rows], [score for _, score in rows])
    assert found == pytest.approx(won / (len(high) * len(low)), abs=1e-12)


@pytest.mark.parametrize("statistic", [auroc, average_precision, roc_points, pr_points])
@pytest.mark.parametrize(("label", "absent"), [(True, "negative"), (False, "positive")])
def test_one_class_is_refused(statistic, label: bool, absent: str) -> None:
    with pytest.raises(ValueError, match=f"no {absent} recordings"):
        statistic([label] * 3, [1.0, 2.0, 3.0])


def test_weights_without_a_class_give_nan() -> None:
    positive, score = np.array([True, False]), np.array([1.0, 0.0])
    assert np.isnan(RankedAuroc(positive, score)(np.array([1.0, 0.0])))
    assert np.isnan(RankedPrecision(positive, score)(np.array([0.0, 1.0])))
