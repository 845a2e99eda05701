"""Thresholds keep what was asked of them on the patients that they were chosen on."""

import numpy as np
import pytest
from scipy.stats import binomtest

from pocketk_calibration.probability.thresholds import (
    threshold_by_alert_budget,
    threshold_by_ppv,
    threshold_by_sensitivity,
)


def drawn(n: int = 4000, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.1
    return 1 / (1 + np.exp(-rng.normal(np.where(positive, 1.6, 0.0), 1.0) + 3)), positive


PROBABILITY, POSITIVE = drawn()


def bound(threshold: float) -> float:
    found = binomtest(int((PROBABILITY[POSITIVE] >= threshold).sum()), int(POSITIVE.sum()), alternative="greater")
    return found.proportion_ci(0.95, method="exact").low


def ppv(threshold: float, prevalence: float) -> float:
    """With one false alert more than was seen."""
    true, false = (int((PROBABILITY[rows] >= threshold).sum()) for rows in (POSITIVE, ~POSITIVE))
    se, fpr = true / int(POSITIVE.sum()), (false + 1) / (int((~POSITIVE).sum()) + 1)
    return se * prevalence / (se * prevalence + fpr * (1 - prevalence))


def test_the_lower_bound_of_the_sensitivity_reaches_the_target():
    chosen = threshold_by_sensitivity(PROBABILITY, POSITIVE, 0.9)
    assert chosen.sensitivity_low == pytest.approx(bound(chosen.threshold), abs=1e-9)
    assert chosen.sensitivity_low >= 0.9


def test_no_higher_threshold_would_do():
    chosen = threshold_by_sensitivity(PROBABILITY, POSITIVE, 0.9)
    ups = np.sort(PROBABILITY[POSITIVE])
    assert bound(float(ups[np.searchsorted(ups, chosen.threshold) + 1])) < 0.9


def test_without_a_confidence_the_sensitivity_itself_is_asked():
    chosen = threshold_by_sensitivity(PROBABILITY, POSITIVE, 0.9, confidence=None)
    assert 0.9 <= chosen.sensitivity < 0.9 + 1 / POSITIVE.sum()


def test_repeated_recordings_of_a_patient_are_one_witness():
    again = np.tile(np.arange(PROBABILITY.size), 3)
    once = threshold_by_sensitivity(PROBABILITY, POSITIVE, 0.9)
    thrice = threshold_by_sensitivity(PROBABILITY[again], POSITIVE[again], 0.9, patient=again)
    assert thrice.threshold == once.threshold
    assert threshold_by_sensitivity(PROBABILITY[again], POSITIVE[again], 0.9).threshold > once.threshold


@pytest.mark.parametrize("prevalence", [0.02, 0.2])
def test_the_predictive_value_is_that_of_the_stated_prevalence(prevalence: float):
    chosen = threshold_by_ppv(PROBABILITY, POSITIVE, 0.3, prevalence)
    assert chosen.achieved == pytest.approx(ppv(chosen.threshold, prevalence), abs=1e-12)
    assert chosen.achieved >= 0.3


def test_every_lower_threshold_has_a_lower_predictive_value_than_asked():
    chosen = threshold_by_ppv(PROBABILITY, POSITIVE, 0.2, 0.02)
    below = PROBABILITY[chosen.threshold > PROBABILITY]
    assert max(ppv(at, 0.02) for at in np.unique(below)[-200:]) < 0.2


def test_no_false_alert_among_a_few_is_not_taken_for_never():
    probability, positive = np.linspace(0.1, 0.9, 200), np.arange(200) >= 100
    with pytest.raises(ValueError, match="the best is"):
        threshold_by_ppv(probability, positive, 0.9, 0.01)


def test_the_budget_of_alerts_is_kept_and_used():
    chosen = threshold_by_alert_budget(PROBABILITY, POSITIVE, 50.0, 0.02)
    rates = [np.mean(PROBABILITY[rows] >= chosen.threshold) for rows in (POSITIVE, ~POSITIVE)]
    assert 1000 * (rates[0] * 0.02 + rates[1] * 0.98) == pytest.approx(chosen.achieved)
    assert 49.0 < chosen.achieved <= 50.0


def test_a_patient_on_the_threshold_is_on_its_upper_side():
    chosen = threshold_by_sensitivity(PROBABILITY, POSITIVE, 0.9)
    assert np.min(np.abs(PROBABILITY - chosen.threshold)) < 2e-9
    assert not np.isin(chosen.threshold, PROBABILITY)


def few(positive: np.ndarray) -> np.ndarray:
    """Rows of 7 positives and 50 negatives."""
    return np.concatenate([np.flatnonzero(positive)[:7], np.flatnonzero(~positive)[:50]])


@pytest.mark.parametrize(
    ("choose", "says"),
    [
        (lambda p, y: threshold_by_sensitivity(p, y, 1.0), "sensitivity 1.0"),
        (lambda p, y: threshold_by_sensitivity(p[:300], y[:300], 0.99), "cannot be shown"),
        (lambda p, y: threshold_by_ppv(p, y, 0.99, 0.001), "the best is"),
        (lambda p, y: threshold_by_ppv(p[few(y)], y[few(y)], 0.2, 0.02), "Fewer than 10 positives"),
        (lambda p, y: threshold_by_ppv(p, y, 0.2, 0.0), "prevalence 0.0"),
        (lambda p, y: threshold_by_alert_budget(p, y, 1e-6, 0.02), "Raise the budget"),
        (lambda p, y: threshold_by_alert_budget(p, y, 1000.0, 0.02), "alert budget"),
        (lambda p, y: threshold_by_sensitivity(p, np.zeros_like(y), 0.9), "0 positives"),
    ],
)
def test_what_cannot_be_reached_is_refused_in_words(choose, says: str):
    with pytest.raises(ValueError, match=says):
        choose(PROBABILITY, POSITIVE)
