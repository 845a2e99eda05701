"""Random networks and inputs of pocketk-nano that exercise its arithmetic."""

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk_models.nano import NanoNet
from pocketk_models.nano_config import NanoConfig

SMALL_NANO = NanoConfig(n_samples=141, stem_channels=4, channels=(6, 8), strides=(2, 3), kernel=5)


def loud_nano(config: NanoConfig, seed: int, gain: float = 1.0) -> NanoNet:
    """Random weights whose activations reach the ceiling here and there, and biases of either sign."""
    net, generator = NanoNet.seeded(config, seed), torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer, conv in net.convolutions():
            deviation = gain * (2.0 / (layer.weights / layer.channels_out)) ** 0.5
            conv.weight.normal_(0.0, deviation, generator=generator)
            assert conv.bias is not None
            conv.bias.normal_(0.0, 0.3, generator=generator)
        net.dense.weight.normal_(0.0, 0.3, generator=generator)
        net.dense.bias.uniform_(-5.0, 5.0, generator=generator)
    return net.eval()


def random_steps(config: NanoConfig, n: int, seed: int) -> NDArray[np.int8]:
    """(n, 1, N) int8."""
    return np.random.default_rng(seed).integers(-128, 128, (n, 1, config.n_samples)).astype(np.int8)


def as_floats(x: NDArray[np.int8]) -> torch.Tensor:
    """What a `NanoNet` reads of it."""
    return torch.from_numpy(x.astype(np.float32))
