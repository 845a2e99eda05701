"""A site's pairs move a released probability no further than they can show."""

import numpy as np
import pytest
import statsmodels.api as sm

from pocketk_agent.probability import Calibration, Platt
from pocketk_agent.probability.logit import logit_of
from pocketk_calibration.probability.site_recalibration import recalibrate_site

RELEASED = Calibration(Platt(1.0, 0.0), 0.1, 0.1)


def site(n: int, slope: float, intercept: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Scores and labels of a site at which logit P = slope * released logit + intercept."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(-1.5, 1.2, n)
    return 1 / (1 + np.exp(-logit)), rng.random(n) < 1 / (1 + np.exp(-(slope * logit + intercept)))


@pytest.mark.parametrize(("n", "positives"), [(49, 10), (50, 4)])
def test_too_few_pairs_are_refused_in_words(n: int, positives: int):
    with pytest.raises(ValueError, match="at least 50 pairs with 5 positives"):
        recalibrate_site(RELEASED, np.linspace(0.1, 0.9, n), np.arange(n) >= n - positives)


def test_fifty_pairs_are_enough_and_say_how_wide_the_interval_is():
    fit = recalibrate_site(RELEASED, *site(50, 1.0, 0.0))
    assert fit.low < fit.recalibrated < fit.high
    assert f"{100 * fit.low:.2g} to {100 * fit.high:.2g} %" in fit.sentence()
    assert "From 50 pairs" in fit.sentence()


def test_fifty_pairs_move_less_than_maximum_likelihood_would():
    score, positive = site(50, 0.4, 1.0)
    fit = recalibrate_site(RELEASED, score, positive).site
    oracle = sm.Logit(positive, sm.add_constant(logit_of(score))).fit(disp=0).params
    assert abs(fit.slope - 1.0) < abs(oracle[1] - 1.0)


def test_many_pairs_find_what_the_site_is():
    fit = recalibrate_site(RELEASED, *site(20_000, 0.8, 0.5), draws=20).site
    assert (fit.slope, fit.intercept) == pytest.approx((0.8, 0.5), abs=0.1)


def test_the_interval_of_200_pairs_holds_the_truth_of_sites_drawn_from_the_prior():
    rng, hits, sites = np.random.default_rng(3), 0, 60
    for seed in range(sites):
        # Below -1 a site often has fewer than 5 positives among 200, and is refused.
        slope, intercept = 1.0 + 0.25 * rng.normal(), max(rng.normal(), -1.0)
        fit = recalibrate_site(RELEASED, *site(200, slope, intercept, seed), draws=5)
        truth = 1 / (1 + np.exp(-(slope * logit_of(fit.typical) + intercept)))
        hits += bool(fit.low <= truth <= fit.high)
    # 57 of 60 are expected; 50 is 4 standard deviations away.
    assert hits >= 50


def test_repeated_recordings_make_the_interval_wider_than_their_number_says():
    score, positive = site(60, 1.0, 0.0)
    again = np.tile(np.arange(60), 8)
    patients = recalibrate_site(RELEASED, score[again], positive[again], again)
    strangers = recalibrate_site(RELEASED, score[again], positive[again])
    assert patients.uncertainty == "patient bootstrap"
    assert patients.high - patients.low > 1.5 * (strangers.high - strangers.low)


def test_the_same_generator_gives_the_same_recalibration():
    one, other = (recalibrate_site(RELEASED, *site(80, 1, 0), draws=20, rng=np.random.default_rng(9)) for _ in range(2))
    assert one == other


def test_the_prevalence_is_the_mean_probability_of_the_site():
    score, positive = site(2000, 1.0, 0.7)
    fit = recalibrate_site(RELEASED, score, positive, draws=20).site
    assert fit.prevalence == pytest.approx(positive.mean(), abs=0.01)


def test_pairs_that_rank_the_wrong_way_round_are_refused():
    score, positive = site(20_000, 1.0, 1.5)
    with pytest.raises(ValueError, match="higher scores go with fewer positives"):
        recalibrate_site(RELEASED, score, ~positive, draws=5)
