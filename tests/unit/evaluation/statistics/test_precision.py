"""The standard error of an AUROC that is not yet measured."""

import numpy as np
import pytest

from pocketk.evaluation.statistics.discrimination import auroc
from pocketk.evaluation.statistics.precision import hanley_mcneil_standard_error, positives_needed


def test_standard_error_at_a_hundred_positives() -> None:
    assert hanley_mcneil_standard_error(0.86, 100, 2600) == pytest.approx(0.024, abs=5e-4)


def test_three_hundred_positives_give_nearly_three_points() -> None:
    assert positives_needed(0.86, 0.027, 26.0) == pytest.approx(300, abs=10)


def test_positives_needed_are_the_fewest() -> None:
    n = positives_needed(0.8, 0.05, 3.0)
    errors = [1.959964 * hanley_mcneil_standard_error(0.8, k, 3 * k) for k in (n - 1, n)]
    assert errors[0] > 0.05 >= errors[1]


def test_standard_error_is_that_of_exponential_scores() -> None:
    rng = np.random.default_rng(0)
    label = np.arange(300) < 60
    # The minimum of exponentials: the positive wins with the ratio of the rates, 4 of 5.
    found = [auroc(label, rng.exponential(np.where(label, 4.0, 1.0))) for _ in range(3000)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.003)
    assert np.std(found) == pytest.approx(hanley_mcneil_standard_error(0.8, 60, 240), rel=0.05)


@pytest.mark.parametrize(("auroc_", "p", "q"), [(1.0, 10, 10), (0.8, 0, 10), (0.8, 10, 0)])
def test_an_impossible_sample_is_refused(auroc_: float, p: int, q: int) -> None:
    with pytest.raises(ValueError, match="give a"):
        hanley_mcneil_standard_error(auroc_, p, q)
