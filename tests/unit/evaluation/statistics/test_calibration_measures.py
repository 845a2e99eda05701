"""Calibration beside statsmodels and scikit-learn."""

import numpy as np
import pytest
import statsmodels.api as sm
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from measurement_plugin import Measure
from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk.evaluation.statistics.calibration_measures import calibration_of, equal_mass_bins
from pocketk.evaluation.statistics.recalibration import calibration_in_the_large, logit_of, recalibrate
from scored_samples import ScoredSample, farthest, scored_sample


def measured(sample: ScoredSample, draws: int = 20, bins: int = 10):
    return calibration_of(sample.positive, sample.probability, sample.patient, bins, draws)


def fitted(positive, logit) -> list[float]:
    """Intercept and slope, then the shift with a slope of one, by statsmodels."""
    label, family = positive.astype(float), sm.families.Binomial()
    free = sm.GLM(label, sm.add_constant(logit), family=family).fit(tol=1e-12)
    fixed = sm.GLM(label, np.ones((label.size, 1)), family=family, offset=logit).fit(tol=1e-12)
    return [*free.params, *fixed.params]


@pytest.mark.parametrize(
    "sample",
    [
        pytest.param(scored_sample(1), id="calibrated"),
        pytest.param(scored_sample(2, 4000, centre=-4.0, decimals=1), id="rare positives with ties"),
        pytest.param(scored_sample(3, 60), id="few"),
    ],
)
def test_recalibration_is_that_of_statsmodels(sample, measure: Measure) -> None:
    found = measured(sample)
    values = [found.intercept.value, found.slope.value, found.in_the_large.value]
    expected = fitted(sample.positive, logit_of(sample.probability))
    measure("STAT-AGREEMENT", farthest(values, expected), n=sample.positive.size)


@pytest.mark.parametrize(("shift", "slope"), [(3.0, 0.2), (-2.0, 4.0), (0.0, -1.0)])
def test_recalibration_of_badly_calibrated_logits_is_that_of_statsmodels(shift, slope, measure: Measure) -> None:
    sample = scored_sample(4)
    logit = shift + slope * sample.logit
    hits, trials = sample.positive.astype(np.float64), np.ones(sample.positive.size)
    found = [*recalibrate(hits, trials, logit), calibration_in_the_large(hits, trials, logit)]
    measure("STAT-AGREEMENT", farthest(found, fitted(sample.positive, logit)), n=sample.positive.size)


def test_slope_of_logits_twice_as_large_is_half() -> None:
    sample = scored_sample(5, 4000)
    hits, trials = sample.positive.astype(np.float64), np.ones(4000)
    assert recalibrate(hits, trials, 2.0 * sample.logit)[1] == pytest.approx(
        recalibrate(hits, trials, sample.logit)[1] / 2.0
    )


def test_interval_of_the_slope_is_near_that_of_the_likelihood() -> None:
    sample = scored_sample(6, 3000)
    found = measured(sample, 800).slope
    logit = sm.add_constant(logit_of(sample.probability))
    low, high = sm.GLM(sample.positive.astype(float), logit, family=sm.families.Binomial()).fit().conf_int()[1]
    assert farthest([found.low, found.high], [low, high]) < 0.1 * (high - low)


def test_resampled_slopes_are_those_of_the_ungrouped_logits() -> None:
    sample = scored_sample(7, 1000, patients=300)
    logit = logit_of(sample.probability)
    found = measured(sample, 100).slope
    slopes = [
        recalibrate(weight * sample.positive, weight, logit)[1]
        for weight in PatientBootstrap(sample.patient, 100, 0).weights()
    ]
    assert farthest([found.low, found.high], np.percentile(slopes, [2.5, 97.5])) < 1e-4


def test_brier_score_is_that_of_scikit_learn(measure: Measure) -> None:
    sample = scored_sample(8)
    found = measured(sample)
    measure("STAT-AGREEMENT", farthest(found.brier.value, brier_score_loss(sample.positive, sample.probability)), n=600)


@pytest.mark.parametrize("decimals", [None, 1])
def test_curve_is_that_of_scikit_learn(decimals: int | None, measure: Measure) -> None:
    sample = scored_sample(9, 1000, decimals=decimals)
    found = measured(sample).curve
    observed, predicted = calibration_curve(sample.positive, sample.probability, n_bins=10, strategy="quantile")
    assert len(found) == len(observed)
    apart = max(
        farthest([one.observed.value for one in found], observed),
        farthest([one.mean_probability for one in found], predicted),
    )
    measure("STAT-AGREEMENT", apart, n=1000)


def test_calibration_error_is_the_weighted_distance_of_the_curve() -> None:
    found = measured(scored_sample(10, 1000))
    n = np.array([one.observed.n for one in found.curve])
    apart = np.array([one.mean_probability - one.observed.n_positive / one.observed.n for one in found.curve])
    assert found.ece.value == pytest.approx(n @ np.abs(apart) / 1000)
    assert n.tolist() == [100] * 10


def test_equal_probabilities_share_a_bin() -> None:
    probability = np.random.default_rng(0).integers(1, 9, 1000) / 10.0
    numbers = equal_mass_bins(probability, 20)
    assert all(np.unique(numbers[probability == one]).size == 1 for one in probability)
    assert np.unique(numbers).size > 4


def test_bins_do_not_depend_on_the_order_of_the_recordings() -> None:
    sample = scored_sample(11, 500, decimals=1)
    order = np.random.default_rng(0).permutation(500)
    assert (equal_mass_bins(sample.probability[order], 7) == equal_mass_bins(sample.probability, 7)[order]).all()


def test_bins_state_how_many_hold_a_recording() -> None:
    sample = scored_sample(12, 500)
    found = calibration_of(sample.positive, np.full(500, 0.3), sample.patient, draws=20)
    assert (found.bins, len(found.curve)) == (1, 1)
    assert found.slope.value is None
    assert found.in_the_large.value is not None


def test_one_class_keeps_the_brier_score() -> None:
    found = calibration_of(np.zeros(40, bool), np.full(40, 0.1), np.arange(40), draws=20)
    assert found.slope.why_not.startswith("no positive recordings")
    assert found.brier.value == pytest.approx(0.01)
    assert not found.brier.quotable


def test_complete_separation_has_no_slope() -> None:
    p = np.linspace(0.1, 0.9, 80)
    found = calibration_of(p > 0.5, p, np.arange(80), draws=20)
    assert (found.slope.value, found.slope.why_not) == (None, "not defined on this sample")


def test_certain_probabilities_are_taken() -> None:
    sample = scored_sample(13, 400)
    found = calibration_of(sample.positive, np.round(sample.probability), sample.patient, draws=20)
    assert found.slope.value is not None


def test_nan_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="1 of 2 labels"):
        calibration_of([1.0, np.nan], [0.1, 0.2], ["a", "b"])


def test_a_missing_patient_is_refused() -> None:
    with pytest.raises(ValueError, match="1 patients for 2 recordings"):
        calibration_of([True, False], [0.1, 0.2], ["a"])


@pytest.mark.parametrize(("offset", "factor"), [(-6.0, 1.0), (4.0, 0.2), (-3.0, 5.0)])
def test_an_offset_and_a_factor_of_the_logits_change_the_fit_by_themselves_alone(offset: float, factor: float):
    for seed in range(50):
        rng = np.random.default_rng(seed)
        logit = rng.normal(-1.0, 1.6, 338)
        hits = (rng.random(338) < 1.0 / (1.0 + np.exp(-logit))).astype(float)
        plain = recalibrate(hits, np.ones(338), logit)
        moved = recalibrate(hits, np.ones(338), offset + factor * logit)
        assert moved[1] * factor == pytest.approx(plain[1], abs=1e-6)
        assert moved[0] + moved[1] * offset == pytest.approx(plain[0], abs=1e-6)
