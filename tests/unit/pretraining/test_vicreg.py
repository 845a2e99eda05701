"""The loss of pre-training against a slow transcription of its paper, and what it must punish."""

import numpy as np
import pytest
import torch

from pocketk.pretraining.vicreg import COVARIANCE_WEIGHT, INVARIANCE_WEIGHT, VARIANCE_WEIGHT, vicreg


def slow(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    """Invariance, variance and covariance, sample by sample and feature by feature (Bardes 2022, equations 1 to 5)."""
    n, d = one.shape
    invariance = sum((one[i, j] - other[i, j]) ** 2 for i in range(n) for j in range(d)) / (n * d)
    variance = covariance = 0.0
    for z in (one, other):
        means = [sum(z[i, j] for i in range(n)) / n for j in range(d)]
        c = [
            [sum((z[i, j] - means[j]) * (z[i, k] - means[k]) for i in range(n)) / (n - 1) for k in range(d)]
            for j in range(d)
        ]
        variance += sum(max(0.0, 1.0 - (c[j][j] + 1e-4) ** 0.5) for j in range(d)) / d / 2
        covariance += sum(c[j][k] ** 2 for j in range(d) for k in range(d) if j != k) / d / 2
    return invariance, variance, covariance


def test_the_loss_is_that_of_the_paper():
    rng = np.random.default_rng(0)
    one = rng.normal(size=(7, 5)) * np.linspace(0.2, 2.0, 5)
    other = one + rng.normal(0.0, 0.1, (7, 5))
    loss = vicreg(torch.from_numpy(one), torch.from_numpy(other))
    expected = slow(one, other)
    assert [float(loss.invariance), float(loss.variance), float(loss.covariance)] == pytest.approx(expected)
    weights = (INVARIANCE_WEIGHT, VARIANCE_WEIGHT, COVARIANCE_WEIGHT)
    assert float(loss.total) == pytest.approx(sum(w * part for w, part in zip(weights, expected, strict=True)))


def test_a_network_that_says_the_same_of_everybody_is_punished():
    same = torch.ones(8, 4)
    assert float(vicreg(same, same).variance) == pytest.approx(1.0 - 0.01)


def test_features_that_repeat_one_another_are_punished():
    column = torch.randn(50, 1, generator=torch.Generator().manual_seed(0))
    apart = torch.randn(50, 4, generator=torch.Generator().manual_seed(1))
    assert float(vicreg(column.expand(50, 4), column.expand(50, 4)).covariance) > 10 * float(
        vicreg(apart, apart).covariance
    )


@pytest.mark.parametrize("shapes", [((1, 3), (1, 3)), ((4, 3), (4, 2)), ((4,), (4,))])
def test_what_has_no_variance_is_refused(shapes):
    with pytest.raises(ValueError, match="expected twice"):
        vicreg(torch.zeros(shapes[0]), torch.zeros(shapes[1]))
