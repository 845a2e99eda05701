"""Fitted curves agree with independent libraries and find what the data were drawn with."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression

from labelled_scores import TRUE_INTERCEPT, TRUE_SLOPE, labelled_scores
from pocketk_agent.probability import Beta, Isotonic, Platt, Temperature
from pocketk_calibration.probability.beta import fit_beta
from pocketk_calibration.probability.curve_kind import FITS, fit_curve
from pocketk_calibration.probability.isotonic import fit_isotonic
from pocketk_calibration.probability.platt import fit_platt
from pocketk_calibration.probability.temperature import fit_temperature

LOGIT, POSITIVE = labelled_scores(4000)


def log_loss_of_beta(at: np.ndarray) -> float:
    score = 1.0 / (1.0 + np.exp(-LOGIT))
    z = at[0] * np.log(score) - at[1] * np.log1p(-score) + at[2]
    return float(np.sum(np.logaddexp(0.0, z) - POSITIVE * z))


def test_platt_agrees_with_statsmodels(measure):
    fitted, oracle = fit_platt(LOGIT, POSITIVE), sm.Logit(POSITIVE, sm.add_constant(LOGIT)).fit(disp=0)
    assert isinstance(fitted.curve, Platt)
    found = np.array([fitted.curve.intercept, fitted.curve.slope])
    assert np.allclose(np.array(fitted.covariance)[::-1, ::-1], oracle.cov_params(), rtol=1e-6)
    measure("CALIB-PLATT", float(np.max(np.abs(found - oracle.params))), n=LOGIT.size)


def test_the_covariance_over_patients_agrees_with_statsmodels():
    patient = np.arange(LOGIT.size) // 4
    fitted = fit_platt(LOGIT, POSITIVE, None, patient)
    keywords = {"groups": patient, "use_correction": False}
    oracle = sm.Logit(POSITIVE, sm.add_constant(LOGIT)).fit(disp=0, cov_type="cluster", cov_kwds=keywords)
    n_patients = LOGIT.size // 4
    expected = oracle.cov_params()[::-1, ::-1] * n_patients / (n_patients - 1)
    assert np.allclose(np.array(fitted.covariance), expected, rtol=1e-5)


def test_the_temperature_agrees_with_statsmodels():
    fitted, oracle = fit_temperature(LOGIT, POSITIVE), sm.Logit(POSITIVE, LOGIT[:, None]).fit(disp=0)
    assert isinstance(fitted.curve, Temperature)
    assert fitted.curve.temperature == pytest.approx(1.0 / oracle.params[0], rel=1e-7)
    error = np.sqrt(np.array(fitted.covariance)[0, 0])
    assert error == pytest.approx(oracle.bse[0] * fitted.curve.temperature**2, rel=1e-6)


def test_beta_reaches_the_least_log_loss_within_its_bounds():
    curve = fit_beta(LOGIT, POSITIVE).curve
    assert isinstance(curve, Beta)
    found = minimize(log_loss_of_beta, [1, 1, 0], bounds=[(0, None), (0, None), (None, None)], tol=1e-14)
    assert log_loss_of_beta(np.array([curve.a, curve.b, curve.c])) <= found.fun + 1e-6


def test_beta_sets_a_negative_coefficient_to_zero():
    rng = np.random.default_rng(5)
    logit = rng.normal(0, 1.5, 3000)
    # A curve that falls in ln(score) once -ln(1 - score) is there, and still ranks.
    z = -0.6 * -np.logaddexp(0, -logit) + 2.0 * np.logaddexp(0, logit) - 2.5
    curve = fit_beta(logit, rng.random(3000) < 1 / (1 + np.exp(-z))).curve
    assert isinstance(curve, Beta)
    assert curve.a == 0.0
    assert curve.b > 0.5


def test_isotonic_agrees_with_scikit_learn():
    curve = fit_isotonic(LOGIT, POSITIVE).curve
    assert isinstance(curve, Isotonic)
    margin = 1 / (LOGIT.size + 2)
    oracle = IsotonicRegression(y_min=margin, y_max=1 - margin, out_of_bounds="clip").fit(LOGIT, POSITIVE)
    at = np.linspace(-8, 8, 999)
    assert np.allclose(1 / (1 + np.exp(-curve.logit(at))), oracle.predict(at), atol=1e-12)


@pytest.mark.parametrize("fit", [fit_platt, fit_beta])
def test_the_interval_holds_the_truth_as_often_as_it_says(fit):
    score, hits = 0.6, 0
    truth = 1 / (1 + np.exp(-(TRUE_SLOPE * np.log(score / (1 - score)) + TRUE_INTERCEPT)))
    for seed in range(60):
        low, high = fit(*labelled_scores(500, 100 + seed)).at_prevalence().interval(score)
        hits += low <= truth <= high
    # 57 of 60 are expected; 50 is 4 standard deviations away.
    assert hits >= 50


def test_a_heavier_weight_is_as_good_as_a_repeated_row():
    weight = np.where(np.arange(LOGIT.size) < 500, 3.0, 1.0)
    repeated = np.concatenate([np.arange(LOGIT.size), *([np.arange(500)] * 2)])
    one, other = fit_platt(LOGIT, POSITIVE, weight).curve, fit_platt(LOGIT[repeated], POSITIVE[repeated]).curve
    assert isinstance(one, Platt)
    assert isinstance(other, Platt)
    assert (one.slope, one.intercept) == pytest.approx((other.slope, other.intercept), abs=1e-7)


# A temperature has no intercept to be right with.
@pytest.mark.parametrize("kind", sorted(set(FITS) - {"temperature"}))
def test_a_calibration_at_its_own_prevalence_is_right_in_the_large(kind: str):
    fitted = fit_curve(kind, LOGIT, POSITIVE)
    probability = fitted.at_prevalence().probabilities(1 / (1 + np.exp(-LOGIT)))
    assert probability.mean() == pytest.approx(POSITIVE.mean(), abs=2e-4)


BAD = [
    (np.zeros(0), np.zeros(0, bool), "not empty"),
    (np.array([0.0, np.nan] * 20), POSITIVE[:40], "not finite"),
    (LOGIT[:40], np.full(40, 2), "true or false"),
    (LOGIT[:40], np.zeros(40, bool), "0 positives and 40 negatives"),
    (LOGIT[:40], POSITIVE[:39], "expected two equal lists"),
    (-LOGIT, POSITIVE, "Check"),
]


@pytest.mark.parametrize("kind", FITS)
@pytest.mark.parametrize(("logit", "positive", "says"), BAD, ids=[says for *_, says in BAD])
def test_what_cannot_be_fitted_is_refused_in_words(kind: str, logit: np.ndarray, positive: np.ndarray, says: str):
    with pytest.raises(ValueError, match=says):
        fit_curve(kind, logit, positive)


@pytest.mark.parametrize("kind", sorted(set(FITS) - {"isotonic"}))
def test_scores_that_part_the_labels_without_overlap_have_no_best_slope(kind: str):
    with pytest.raises(ValueError, match="without overlap"):
        fit_curve(kind, np.linspace(-1.0, 2.0, 40), np.arange(40) >= 20)


def test_an_unknown_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="'magic'"):
        fit_curve("magic", LOGIT, POSITIVE)
