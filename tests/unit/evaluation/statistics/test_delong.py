"""DeLong's interval from mid-ranks beside the placement values of every pair."""

import numpy as np
import pytest
from scipy.stats import norm

from measurement_plugin import Measure
from pocketk.evaluation.statistics.delong import delong_auroc, delong_difference
from pocketk.evaluation.statistics.precision import hanley_mcneil_standard_error
from scored_samples import delong_covariance, farthest, scored_sample

Z = norm.ppf(0.975)
SAMPLES = [
    pytest.param(scored_sample(1), id="no ties"),
    pytest.param(scored_sample(2, decimals=0), id="many ties"),
    pytest.param(scored_sample(3, 2500, centre=-4.0, decimals=1), id="rare positives"),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_interval_is_that_of_every_pair(sample, measure: Measure) -> None:
    found = delong_auroc(sample.positive, sample.logit, sample.patient)
    aucs, covariance = delong_covariance(sample.positive, [sample.logit])
    half = Z * np.sqrt(covariance[0, 0])
    expected = [aucs[0], aucs[0] - half, aucs[0] + half]
    measure("STAT-AGREEMENT", farthest([found.value, found.low, found.high], expected), n=found.n)


@pytest.mark.parametrize("sample", SAMPLES)
def test_difference_is_that_of_every_pair(sample, measure: Measure) -> None:
    found = delong_difference(sample.positive, sample.logit, sample.poorer, sample.patient)
    aucs, s = delong_covariance(sample.positive, [sample.logit, sample.poorer])
    apart = aucs[0] - aucs[1]
    half = Z * np.sqrt(s[0, 0] + s[1, 1] - 2.0 * s[0, 1])
    measure("STAT-AGREEMENT", farthest([found.value, found.low, found.high], [apart, apart - half, apart + half]))


def test_interval_is_near_that_of_hanley_and_mcneil() -> None:
    sample = scored_sample(5, 4000)
    found = delong_auroc(sample.positive, sample.logit)
    assert found.value is not None
    assert found.low is not None
    error = hanley_mcneil_standard_error(found.value, found.n_positive, found.n - found.n_positive)
    assert (found.value - found.low) / Z == pytest.approx(error, rel=0.1)


def test_repeated_patients_are_refused() -> None:
    with pytest.raises(ValueError, match=r"3 recordings of 2 patients.*PatientBootstrap"):
        delong_auroc([True, False, False], [1.0, 0.0, 0.5], ["a", "a", "b"])


def test_one_class_has_no_value() -> None:
    found = delong_auroc([True, True], [1.0, 0.0])
    assert found.value is None
    assert found.why_not == "no negative recordings: needs at least one of each class"


def test_a_single_positive_has_no_interval() -> None:
    found = delong_auroc([True, False, False], [1.0, 0.0, 2.0])
    assert (found.value, found.low, found.high) == (0.5, None, None)
    assert "single recording" in found.why_not


def test_perfect_separation_has_no_interval() -> None:
    found = delong_auroc([True] * 30 + [False] * 30, np.arange(60)[::-1])
    assert (found.value, found.low) == (1.0, None)
    assert found.why_not == "no interval: the variance is zero"


def test_few_positives_keep_their_value_and_are_marked() -> None:
    positive = np.arange(200) < 12
    found = delong_auroc(positive, np.random.default_rng(0).normal(size=200) + positive)
    assert found.value is not None
    assert found.low is not None
    assert not found.quotable
    assert found.why_not == "too few to quote: 12 positive recordings, at least 20 wanted"


def test_nan_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 labels"):
        delong_auroc([1.0, np.nan], [1.0, 0.0])
