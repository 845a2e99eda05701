"""Before and after of a site agree with independent computations."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss, log_loss
from statsmodels.stats.proportion import proportion_confint

from pocketk_agent.probability import Calibration, Platt
from pocketk_agent.probability.logit import logit_of, sigmoid
from pocketk_calibration.probability.site_effect import FOLDS, SiteEffect, moved_probability, site_effect
from pocketk_calibration.probability.site_recalibration import SiteFit, recalibrate_site

RELEASED = Calibration(Platt(1.0, 0.0), 0.1, 0.1)


def drawn(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Released probabilities of a site where they are far too low."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-1.5, 1.2, n)
    return sigmoid(logit), rng.random(n) < sigmoid(0.8 * logit + 1.2)


P, Y = drawn(200)


@pytest.fixture(scope="module")
def fit() -> SiteFit:
    return recalibrate_site(RELEASED, P, Y, draws=20)


@pytest.fixture(scope="module")
def effect(fit: SiteFit) -> SiteEffect:
    return site_effect(fit.site, P, Y, places={"t_low": 0.05, "t_high": 0.3})


def test_the_losses_are_those_of_scikit_learn(fit: SiteFit, effect: SiteEffect):
    ours = sigmoid(fit.site.slope * logit_of(P) + fit.site.intercept)
    for found, p in zip(effect.fits, (P, ours), strict=False):
        assert (found.brier, found.log_loss) == pytest.approx((brier_score_loss(Y, p), log_loss(Y, p)), abs=1e-9)


def test_a_site_with_another_prevalence_gains_on_patients_left_out(effect: SiteEffect):
    released, same, left_out = effect.fits
    assert same.log_loss <= left_out.log_loss < released.log_loss


def test_nobody_is_judged_by_a_line_that_saw_them():
    # One recording repeated 40 times: left out, its line is that of the others, whatever its labels.
    p, y = np.append(P, [0.5] * 40), np.append(Y, [True] * 40)
    patient = np.append(np.arange(200), [999] * 40)
    fit = recalibrate_site(RELEASED, p, y, patient, draws=5)
    by_patient, by_row = (site_effect(fit.site, p, y, who).fits[2].log_loss for who in (patient, None))
    assert by_patient > by_row


def test_too_few_patients_of_a_kind_leave_nobody_out(fit: SiteFit):
    patient = np.where(Y, np.arange(200) % (FOLDS - 1), np.arange(200) + 500)
    assert len(site_effect(fit.site, P, Y, patient).fits) == 2


def test_the_interval_of_a_threshold_is_that_of_the_agent(fit: SiteFit, effect: SiteEffect):
    # With a released curve that is known exactly, a device's interval holds the site's part alone.
    known = Calibration(Platt(1.0, 0.0), 0.1, 0.1, covariance=((0.0, 0.0), (0.0, 0.0)), site=fit.site)
    for one in effect.moved:
        assert known.interval(one.released) == pytest.approx((one.recalibrated.low, one.recalibrated.high), abs=1e-9)
        assert known.probability(one.released) == pytest.approx(one.recalibrated.value, abs=1e-12)


def test_the_intervals_of_the_line_are_normal(fit: SiteFit, effect: SiteEffect):
    for at, one in enumerate((effect.slope, effect.intercept)):
        error = np.sqrt(fit.site.covariance[at][at])
        assert (one.low, one.high) == pytest.approx((one.value - 1.95996398 * error, one.value + 1.95996398 * error))


def test_the_groups_hold_every_pair_once_with_exact_intervals(effect: SiteEffect):
    assert sum(group.n for group in effect.groups) == P.size
    assert sum(group.n_positive for group in effect.groups) == Y.sum()
    for group in effect.groups:
        exact = proportion_confint(group.n_positive, group.n, method="beta")
        assert (group.observed.low, group.observed.high) == pytest.approx(exact, abs=1e-9)
        assert binomtest(group.n_positive, group.n).statistic == pytest.approx(group.observed.value)


def test_a_group_without_positives_has_an_interval_from_nothing(fit: SiteFit):
    p, y = np.linspace(0.01, 0.9, 100), np.arange(100) >= 90
    first = site_effect(fit.site, p, y).groups[0]
    assert (first.observed.value, first.observed.low) == (0.0, 0.0)
    assert first.observed.high == pytest.approx(1.0 - 0.025 ** (1 / 20), abs=1e-9)


@pytest.mark.parametrize("bad", [0.0, 1.0, np.nan])
def test_a_place_that_is_no_probability_is_refused(bad: float, fit: SiteFit):
    with pytest.raises(ValueError, match="between 0 and 1"):
        moved_probability("t_low", bad, fit.site)


def test_labels_that_are_not_known_are_refused(fit: SiteFit):
    with pytest.raises(ValueError, match="true or false"):
        site_effect(fit.site, P, np.where(Y, np.nan, 0.0))


def test_a_line_that_changes_nothing_changes_nothing(fit: SiteFit):
    same = replace(fit.site, slope=1.0, intercept=0.0)
    effect = site_effect(same, P, Y)
    assert effect.fits[0].log_loss == pytest.approx(effect.fits[1].log_loss, abs=1e-12)
