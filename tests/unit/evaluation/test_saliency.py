"""Integrated gradients: they add up, and a network with random weights gives other ones."""

import numpy as np
import pytest
import torch

from example_networks import TINY, loud
from pocketk.evaluation.saliency import integrated_gradients, randomised, rank_correlation, smoothed
from pocketk_models.net1d import Net1D

NET = loud(Net1D.seeded(TINY, 3), seed=3)
CLIP = np.random.default_rng(0).normal(size=(1, 2000)).astype(np.float32)


def test_attributions_add_up_to_the_change_of_the_output() -> None:
    assert integrated_gradients(NET, CLIP, 0, steps=128).completeness_error < 0.05


def test_attributions_of_a_linear_network_are_its_weights_times_the_input() -> None:
    class Linear(torch.nn.Module):
        config = TINY

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x[:, 0] * torch.arange(2000.0)).sum(dim=1, keepdim=True)

    found = integrated_gradients(Linear(), CLIP, 0, steps=3)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.values, CLIP[0] * np.arange(2000.0), rtol=1e-5)


def test_random_weights_keep_the_values_and_change_the_attributions() -> None:
    other = randomised(NET, 1)
    for name, tensor in NET.state_dict().items():
        assert torch.equal(tensor.flatten().sort().values, other.state_dict()[name].flatten().sort().values)
    first, second = (integrated_gradients(net, CLIP, 0, steps=32).values for net in (NET, other))
    assert rank_correlation(first, first) == pytest.approx(1.0)
    assert rank_correlation(first, second) < 0.9


def test_the_trained_network_is_left_as_it_was() -> None:
    before = {name: tensor.clone() for name, tensor in NET.state_dict().items()}
    randomised(NET, 2)
    assert all(torch.equal(before[name], tensor) for name, tensor in NET.state_dict().items())


def test_a_flat_attribution_has_no_rank_correlation() -> None:
    assert np.isnan(rank_correlation(np.zeros(100), np.arange(100.0)))
    assert smoothed(np.ones(100)).max() == pytest.approx(1.0)


@pytest.mark.parametrize(("clip", "output"), [(CLIP[0], 0), (CLIP, 1), (CLIP, -1)])
def test_what_is_no_clip_or_output_is_refused(clip: np.ndarray, output: int) -> None:
    with pytest.raises(ValueError, match=r"clip|Output"):
        integrated_gradients(NET, clip, output)
