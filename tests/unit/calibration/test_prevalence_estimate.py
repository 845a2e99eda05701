"""An unknown prevalence is found where only the prevalence changed."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from pocketk_calibration.probability.prior_shift import estimate_prevalence


def mixed(n: int, prevalence: float, seed: int = 1) -> np.ndarray:
    """Probabilities that are right at a prevalence of 0.3, of patients of whom `prevalence` are positive."""
    rng = np.random.default_rng(seed)
    x = rng.normal(np.where(rng.random(n) < prevalence, 1.0, -1.0), 1.0)
    return 1 / (1 + np.exp(-(2.0 * x + np.log(0.3 / 0.7))))


@pytest.mark.parametrize("prevalence", [0.03, 0.3, 0.6])
def test_the_prevalence_of_drawn_patients_is_found(prevalence: float):
    assert estimate_prevalence(mixed(20_000, prevalence), 0.3).prevalence == pytest.approx(prevalence, abs=0.01)


def test_it_is_the_maximum_of_the_likelihood():
    p = mixed(2000, 0.1)

    def loss(share: float) -> float:
        return -float(np.sum(np.log(share * p / 0.3 + (1 - share) * (1 - p) / 0.7)))

    best = minimize_scalar(loss, bounds=(0.001, 0.999), method="bounded", options={"xatol": 1e-9}).x
    assert estimate_prevalence(p, 0.3).prevalence == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("bad", [[], [0.5, 1.2], [0.5, np.nan]])
def test_what_are_no_probabilities_is_refused(bad: list[float]):
    with pytest.raises(ValueError, match="between 0 and 1"):
        estimate_prevalence(bad, 0.3)
