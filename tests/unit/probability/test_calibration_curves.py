"""What a device makes of a score: never turned round, never outside its interval, moved by the prevalence."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk_agent.probability import (
    AbstentionBand,
    Beta,
    Calibration,
    Curve,
    Isotonic,
    Platt,
    SiteRecalibration,
    Temperature,
)
from pocketk_agent.probability.logit import logit_of, sigmoid

POSITIVE = st.floats(0.01, 20.0)
ANY = st.floats(-20.0, 20.0)
SHARES = st.floats(1e-4, 1.0 - 1e-4)
SITES = st.none() | st.builds(
    SiteRecalibration,
    slope=POSITIVE,
    intercept=ANY,
    covariance=st.just(((0.04, -0.01), (-0.01, 0.09))),
    prevalence=SHARES,
    n_pairs=st.just(60),
    n_positive=st.just(6),
)


@st.composite
def isotonic(draw: st.DrawFn) -> Isotonic:
    n = draw(st.integers(1, 6))
    x = sorted(draw(st.lists(st.floats(-14, 14), min_size=n, max_size=n, unique=True)))
    p = sorted(draw(st.lists(st.floats(0.001, 0.999), min_size=n, max_size=n)))
    return Isotonic(tuple(x), tuple(p), tuple(0.5 * v for v in p), tuple(0.5 + 0.5 * v for v in p))


CURVES: st.SearchStrategy[Curve] = st.one_of(
    st.builds(Temperature, POSITIVE),
    st.builds(Platt, POSITIVE, ANY),
    st.builds(Beta, POSITIVE, POSITIVE, ANY),
    isotonic(),
)


def with_covariance(curve: Curve, shares: tuple[float, float], site: SiteRecalibration | None) -> Calibration:
    n = curve.N_PARAMETERS
    covariance = tuple(tuple(0.05 * (i == j) + 0.01 for j in range(n)) for i in range(n)) if n else None
    return Calibration(curve, *shares, covariance, site)


@given(curve=CURVES, shares=st.tuples(SHARES, SHARES), site=SITES, scores=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_higher_score_never_gives_a_lower_probability(curve, shares, site, scores):
    low, high = with_covariance(curve, shares, site).probabilities(sorted(scores))
    assert 0.0 <= low <= high + 1e-12 <= 1.0 + 1e-12


@given(curve=CURVES, shares=st.tuples(SHARES, SHARES), site=SITES, score=st.floats(0, 1))
def test_a_probability_lies_in_its_interval(curve, shares, site, score: float):
    calibration = with_covariance(curve, shares, site)
    interval = calibration.interval(score)
    assert interval is not None
    assert 0.0 <= interval[0] <= calibration.probability(score) + 1e-12
    assert calibration.probability(score) - 1e-12 <= interval[1] <= 1.0


@given(curve=CURVES, shares=st.tuples(SHARES, SHARES), score=st.floats(0.001, 0.999))
def test_a_prior_shift_multiplies_the_odds(curve, shares, score: float):
    fitted, target = shares
    before, after = Calibration(curve, fitted, fitted), Calibration(curve, fitted, target)
    factor = target / (1 - target) * (1 - fitted) / fitted
    shifted = logit_of(before.probability(score)) + math.log(factor)
    if abs(shifted) < 13 and abs(logit_of(before.probability(score))) < 13:
        assert after.probability(score) == pytest.approx(float(sigmoid(shifted)), rel=1e-6, abs=1e-9)


def test_bayes_rule_gives_the_same_shift():
    # Scores of positives and negatives are normal with SD 1 around +1 and -1: logit P = 2 x + logit of the prevalence.
    calibration = Calibration(Platt(1.0, 0.0), 0.3, 0.02)
    x = 0.7
    at_30 = 1 / (1 + math.exp(-(2 * x + math.log(0.3 / 0.7))))
    at_2 = 1 / (1 + math.exp(-(2 * x + math.log(0.02 / 0.98))))
    assert calibration.probability(at_30) == pytest.approx(at_2, abs=1e-12)


def test_beta_with_equal_slopes_is_platt():
    score = np.linspace(0.01, 0.99, 99)
    beta, platt = Calibration(Beta(1.3, 1.3, -0.4), 0.1, 0.1), Calibration(Platt(1.3, -0.4), 0.1, 0.1)
    assert np.allclose(beta.probabilities(score), platt.probabilities(score), atol=1e-12)


def test_beta_is_its_own_formula():
    expected = 1 / (1 + math.exp(-(0.7 * math.log(0.2) - 1.9 * math.log(0.8) - 0.5)))
    assert Calibration(Beta(0.7, 1.9, -0.5), 0.1, 0.1).probability(0.2) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("curve", [Temperature(1.7), Platt(1.2, -0.5), Beta(0.7, 1.9, -0.5)], ids=lambda c: c.KIND)
def test_the_gradient_is_the_derivative(curve):
    x, step = np.linspace(-5, 5, 11), 1e-6
    values = list(vars(curve).values())
    for index in range(curve.N_PARAMETERS):
        up, down = (type(curve)(*[v + sign * step * (i == index) for i, v in enumerate(values)]) for sign in (1, -1))
        assert np.allclose(curve.gradient(x)[:, index], (up.logit(x) - down.logit(x)) / (2 * step), atol=1e-6)


def test_the_delta_method_agrees_with_drawn_parameters():
    covariance = ((0.01, -0.004), (-0.004, 0.02))
    rng = np.random.default_rng(1)
    drawn = rng.multivariate_normal([1.2, -0.5], covariance, 100_000)
    score = 0.3
    z = drawn @ np.array([math.log(score / (1 - score)), 1.0])
    interval = Calibration(Platt(1.2, -0.5), 0.1, 0.1, covariance).interval(score)
    assert interval == pytest.approx(1 / (1 + np.exp(-np.quantile(z, [0.025, 0.975]))), abs=2e-3)


def test_a_curve_without_covariance_has_no_interval():
    assert Calibration(Platt(1.0, 0.0), 0.1, 0.1).interval(0.5) is None


def test_a_site_replaces_the_prevalence_and_widens_the_interval():
    released = Calibration(Platt(1.0, 0.0), 0.1, 0.02, ((0.001, 0.0), (0.0, 0.001)))
    own = SiteRecalibration(1.0, 0.0, ((0.04, 0.0), (0.0, 0.09)), 0.05, 60, 6)
    moved = Calibration(released.curve, 0.1, 0.02, released.covariance, own)
    before, after = released.interval(0.4), moved.interval(0.4)
    assert (released.assumed_prevalence, moved.assumed_prevalence) == (0.02, 0.05)
    assert before is not None
    assert after is not None
    assert after[0] < before[0] < before[1] < after[1]


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_a_saturated_score_has_a_probability_inside_0_to_1(score: float):
    assert 0.0 < Calibration(Platt(1.0, 0.0), 0.1, 0.1).probability(score) < 1.0


def test_isotonic_is_level_outside_its_knots():
    curve = Isotonic((-1.0, 1.0), (0.2, 0.6), (0.1, 0.5), (0.3, 0.7))
    assert np.allclose(sigmoid(curve.logit(np.array([-9.0, 0.0, 9.0]))), [0.2, 0.4, 0.6])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Temperature(-1.0), "turn the score round"),
        (lambda: Temperature(math.inf), "turn the score round"),
        (lambda: Platt(0.0, 0.0), "turn the score round"),
        (lambda: Platt(1.0, math.nan), "finite"),
        (lambda: Beta(-0.1, 1.0, 0.0), "turn the score round"),
        (lambda: Beta(0.0, 0.0, 0.0), "not both 0"),
        (lambda: Isotonic((), (), (), ()), "expected equal"),
        (lambda: Isotonic((0.0, 0.0), (0.1, 0.2), (0.1, 0.1), (0.2, 0.3)), "do not rise"),
        (lambda: Isotonic((0.0, 1.0), (0.2, 0.1), (0.1, 0.1), (0.2, 0.3)), "fall"),
        (lambda: Isotonic((0.0, 1.0), (0.1, 0.4), (0.1, 0.1), (0.2, 0.3)), "leave their interval"),
        (lambda: Calibration(Platt(1.0, 0.0), 0.0, 0.1), "fitted prevalence"),
        (lambda: Calibration(Platt(1.0, 0.0), 0.1, 1.0), "prevalence"),
        (lambda: Calibration(Platt(1.0, 0.0), 0.1, 0.1, ((1.0,),)), "2 by 2"),
        (lambda: Calibration(Isotonic((0.0,), (0.1,), (0.1,), (0.2,)), 0.1, 0.1, ((1.0,),)), "no parameters"),
        (lambda: AbstentionBand(0.3, 0.2, 0.9), "out of order"),
        (lambda: AbstentionBand(0.1, 0.2, 0.0), "coverage"),
    ],
)
def test_what_cannot_be_is_refused_in_words(make, says: str):
    with pytest.raises(ValueError, match=says):
        make()
