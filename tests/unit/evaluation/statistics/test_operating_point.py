"""Operating points beside statsmodels and the formulae of their papers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import class_likelihood_ratios, confusion_matrix
from statsmodels.stats.proportion import proportion_confint

from measurement_plugin import Measure
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.operating_point import FrozenThreshold, at_prevalence, performance_at
from pocketk.evaluation.statistics.proportion import wilson_interval
from scored_samples import farthest, scored_sample

NAMES = ("sensitivity", "specificity", "ppv", "npv")


def counted(tp: int, fp: int, fn: int, tn: int):
    """Judge a threshold of one half that gives these counts."""
    positive = np.repeat([True, False, True, False], [tp, fp, fn, tn])
    return performance_at(positive, np.repeat([0.9, 0.9, 0.1, 0.1], [tp, fp, fn, tn]), 0.5)


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_interval_is_that_of_statsmodels(counts: tuple[int, int], level: float) -> None:
    expected = proportion_confint(*counts, alpha=1.0 - level, method="wilson")
    assert wilson_interval(*counts, level) == pytest.approx(expected, abs=1e-9)


def test_rates_and_intervals_are_those_of_the_libraries(measure: Measure) -> None:
    sample = scored_sample(1, 2000)
    found = performance_at(sample.positive, sample.probability, 0.3)
    tn, fp, fn, tp = confusion_matrix(sample.positive, sample.probability >= 0.3).ravel()
    assert (found.tp, found.fp, found.fn, found.tn) == (tp, fp, fn, tn)
    pairs = [(tp, tp + fn), (tn, tn + fp), (tp, tp + fp), (tn, tn + fn)]
    expected = [[a / b, *proportion_confint(a, b, method="wilson")] for a, b in pairs]
    rates = [getattr(found, name) for name in NAMES]
    measure("STAT-AGREEMENT", farthest([[one.value, one.low, one.high] for one in rates], expected), n=2000)


def test_likelihood_ratios_are_those_of_scikit_learn(measure: Measure) -> None:
    sample = scored_sample(2, 2000)
    found = performance_at(sample.positive, sample.probability, 0.3)
    expected = class_likelihood_ratios(sample.positive, sample.probability >= 0.3)
    measure("STAT-AGREEMENT", farthest([found.lr_positive.value, found.lr_negative.value], expected), n=2000)


def test_likelihood_ratio_limits_are_those_of_the_log_method() -> None:
    found = counted(tp=80, fp=30, fn=20, tn=270).lr_positive
    spread = 1.959964 * np.sqrt(1 / 80 - 1 / 100 + 1 / 30 - 1 / 300)
    assert [found.value, found.low, found.high] == pytest.approx(
        [8.0, 8 / np.exp(spread), 8 * np.exp(spread)], rel=1e-6
    )


def test_a_recording_at_the_threshold_is_flagged() -> None:
    assert performance_at([True, False], [0.3, 0.2], 0.3).tp == 1


def test_predictive_values_at_one_per_cent() -> None:
    found = at_prevalence(counted(tp=80, fp=200, fn=20, tn=800), 0.01)
    assert found.ppv.value == pytest.approx(0.0388, abs=5e-5)
    assert found.npv.value == pytest.approx(0.9975, abs=5e-5)
    assert found.npv_of_saying_no == 0.99
    assert found.alerts_per_1000.value == pytest.approx(1000 * (0.8 * 0.01 + 0.2 * 0.99))


def test_at_the_prevalence_of_the_sample_nothing_changes() -> None:
    study = counted(tp=80, fp=30, fn=20, tn=270)
    moved = at_prevalence(study, 0.25)
    found = [moved.ppv.value, moved.npv.value, moved.npv_of_saying_no, moved.alerts_per_1000.value]
    expected = [study.ppv.value, study.npv.value, study.npv_of_saying_no, study.alerts_per_1000.value]
    assert found == pytest.approx(expected, abs=1e-12)


@given(st.tuples(*[st.integers(1, 400)] * 4), st.floats(0.001, 0.5))
def test_limits_at_a_prevalence_lie_around_the_value(cells: tuple[int, int, int, int], prevalence: float) -> None:
    found = at_prevalence(counted(*cells), prevalence)
    for one in (found.ppv, found.npv, found.alerts_per_1000):
        assert one.value is not None
        assert one.low is not None
        assert one.high is not None
        assert 0.0 <= one.low <= one.value <= one.high


def test_intervals_at_a_prevalence_cover_the_truth() -> None:
    rng = np.random.default_rng(0)
    covered = np.zeros(3)
    truth = [0.8 * 0.02 / (0.8 * 0.02 + 0.3 * 0.98), 0.7 * 0.98 / (0.7 * 0.98 + 0.2 * 0.02), 310.0]
    for _ in range(400):
        tp, fp = int(rng.binomial(150, 0.8)), int(rng.binomial(700, 0.3))
        made = at_prevalence(counted(tp, fp, 150 - tp, 700 - fp), 0.02)
        for i, one in enumerate((made.ppv, made.npv, made.alerts_per_1000)):
            assert one.low is not None
            assert one.high is not None
            covered[i] += one.low <= truth[i] <= one.high
    assert ((covered >= 0.92 * 400) & (covered <= 0.98 * 400)).all(), covered / 400


def test_bootstrap_interval_is_near_wilsons_with_one_recording_a_patient() -> None:
    sample = scored_sample(3, 3000)
    wilson = performance_at(sample.positive, sample.probability, 0.3)
    made = performance_at(sample.positive, sample.probability, 0.3, PatientBootstrap(sample.patient))
    for name in (*NAMES, "lr_positive", "lr_negative", "alerts_per_1000"):
        a, b = getattr(wilson, name), getattr(made, name)
        assert farthest([a.value, a.low, a.high], [b.value, b.low, b.high]) < 0.1 * (a.high - a.low), name
        assert (a.n, a.n_positive) == (b.n, b.n_positive)


def test_bootstrap_interval_is_wider_where_patients_repeat() -> None:
    sample = scored_sample(4, 3000, patients=150)
    wilson = performance_at(sample.positive, sample.probability, 0.3).alerts_per_1000
    made = performance_at(sample.positive, sample.probability, 0.3, PatientBootstrap(sample.patient)).alerts_per_1000
    assert made.high is not None
    assert made.low is not None
    assert wilson.high is not None
    assert wilson.low is not None
    assert made.high - made.low > 2.0 * (wilson.high - wilson.low)


def test_without_positives_only_what_negatives_tell_has_a_value() -> None:
    found = counted(tp=0, fp=30, fn=0, tn=270)
    assert found.sensitivity.why_not.startswith("no positive recordings")
    assert found.lr_positive.value is None
    assert found.specificity.value == 0.9
    assert at_prevalence(found, 0.01).ppv.value is None


def test_without_false_alarms_the_ratio_has_no_value_and_ppv_is_one() -> None:
    found = counted(tp=50, fp=0, fn=50, tn=100)
    assert (found.lr_positive.value, found.lr_positive.why_not) == (None, "the ratio divides by zero")
    assert at_prevalence(found, 0.01).ppv.value == 1.0


def test_a_threshold_that_flags_nobody_has_no_ppv() -> None:
    found = counted(tp=0, fp=0, fn=50, tn=100)
    assert (found.ppv.value, found.ppv.why_not) == (None, "no flagged recordings")
    assert at_prevalence(found, 0.01).npv.value == 0.99


def test_few_positives_are_marked_where_they_matter() -> None:
    found = counted(tp=8, fp=30, fn=4, tn=270)
    assert found.sensitivity.value == pytest.approx(2 / 3)
    assert found.sensitivity.why_not == "too few to quote: 12 positive recordings, at least 20 wanted"
    assert not found.ppv.quotable
    assert found.specificity.quotable


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_frozen_threshold_is_a_probability(threshold: float) -> None:
    with pytest.raises(ValueError, match="t_low"):
        FrozenThreshold("t_low", threshold, "sensitivity .9 on validation")


@pytest.mark.parametrize("prevalence", [0.0, 1.0])
def test_a_prevalence_is_a_share(prevalence: float) -> None:
    with pytest.raises(ValueError, match="prevalence"):
        at_prevalence(counted(80, 30, 20, 270), prevalence)
