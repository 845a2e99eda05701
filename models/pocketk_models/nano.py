"""pocketk-nano: the network that a microcontroller runs, and its training with the chip's own arithmetic.

net = NanoNet.seeded(POCKETK_NANO, seed=3407)      # (B, 1, 1250) int8-valued float32 -> (B, 3)
net.quantised = True                               # from here on what the chip would compute
net.eval(); net(x)                                 # bit for bit `IntegerNano.of(net)` (see nano_integer)
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, hardtanh, linear, pad

from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.nano_config import POCKETK_NANO, NanoConfig, NanoLayer
from pocketk_models.nano_scale import (
    ACTIVATION_BITS,
    CEILING,
    INPUT_BITS,
    MULTIPLIER_BITS,
    TOP,
    WEIGHT_TOP,
    Requantised,
    round_half_up,
    scale_value,
    weight_scale,
)
from pocketk_models.weights_file import WeightsFile, is_weights_file

__all__ = ["NanoBlock", "NanoNet"]


class NanoBlock(nn.Module):
    """Depthwise and pointwise convolution, the two layers that `NanoConfig.layers` names."""

    def __init__(self, depthwise: NanoLayer, pointwise: NanoLayer) -> None:
        super().__init__()
        self.depthwise = _convolution(depthwise)
        self.pointwise = _convolution(pointwise)


class NanoNet(nn.Module):
    """The network, (B, 1, N) float32 with whole values from -128 to 127 -> (B, H).

    Convolutions are kept as two-dimensional ones of height 1 in channels-last order, in which a CPU trains them almost
    twice as fast.

    Attributes:
        config: its shape.
        quantised: False: float weights and activations, ReLUs with the format's ceiling. True: weights, biases and
            activations rounded as on the chip; in training with straight-through gradients (Bengio et al.,
            arXiv 1308.3432) and float32 requantisation, otherwise with the chip's integers exactly.
    """

    def __init__(self, config: NanoConfig = POCKETK_NANO) -> None:
        super().__init__()
        self.config = config
        self.quantised = False
        stem, *rest = config.layers
        self.stem = _convolution(stem)
        self.blocks = nn.ModuleList(NanoBlock(*pair) for pair in zip(rest[::2], rest[1::2], strict=True))
        self.dense = nn.Linear(config.features, config.n_outputs)

    @classmethod
    def seeded(cls, config: NanoConfig, seed: int) -> NanoNet:
        """Build `config` with default random weights drawn from `seed`; the global one stays as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(config)

    @classmethod
    def load_checkpoint(cls, path: Path) -> NanoNet:
        """Load the .safetensors of a training, ready to score as the chip would: quantised, in evaluation mode.

        Raises:
            CheckpointError: no such file, damaged, or another network's.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {error.strerror}; give a .safetensors file") from error
        if not is_weights_file(data):
            raise CheckpointError(f"{path.name} is no .safetensors file; give the weights of a pocketk-nano training")
        file = WeightsFile.from_bytes(data, path.name)
        if not isinstance(file.config, NanoConfig):
            raise CheckpointError(f"{path.name} holds no pocketk-nano; give the weights of a pocketk-nano training")
        net = cls(file.config)
        try:
            net.load_state_dict(dict(file.tensors), strict=True)
        except RuntimeError as error:
            raise CheckpointError(f"{path.name} does not fit its own configuration: {error}") from error
        net.quantised = True
        return net.eval()

    def convolutions(self) -> list[tuple[NanoLayer, nn.Conv2d]]:
        """Every convolution with its description, in the order of the signal."""
        found: list[tuple[NanoLayer, nn.Conv2d]] = []
        for layer in self.config.layers:
            conv = self.get_submodule(layer.name)
            assert isinstance(conv, nn.Conv2d)  # noqa: S101 - what __init__ built
            found.append((layer, conv))
        return found

    def forward(self, x: Tensor) -> Tensor:
        """The outputs of x (B, 1, N)."""
        return self._in_integers(x) if self.quantised else self._in_floats(x)

    def _in_floats(self, x: Tensor) -> Tensor:
        x = _as_image(x) * 2.0**-INPUT_BITS
        for layer, conv in self.convolutions():
            x = hardtanh(conv(_padded(x, layer)), 0.0, CEILING)
        return self.dense(x.mean(dim=(-2, -1)))

    def _in_integers(self, x: Tensor) -> Tensor:
        x, bits = _as_image(x), INPUT_BITS
        for layer, conv in self.convolutions():
            weight, bias, m, shift = quantised_weights(conv, bits)
            total = conv2d(_padded(x, layer), weight, bias, conv.stride, conv.padding, groups=layer.groups)
            x = self._requantised(total, m, shift - ACTIVATION_BITS)
            bits = ACTIVATION_BITS
        x = round_half_up(x.sum(dim=(-2, -1)) / self.config.pooled)
        weight, bias, m, shift = quantised_weights(self.dense, bits)
        return (linear(x, weight, bias).double() * scale_value(m, shift)).float()

    def _requantised(self, total: Tensor, m: Tensor, shift: Tensor) -> Tensor:
        if self.training:
            factor = scale_value(m, shift).float()[:, None, None]
            return Requantised.apply(total * factor, float(TOP))
        # whole numbers below 2^24 are exact in float32, so nothing was lost on the way here
        product = (total.long() * m[:, None, None] + (1 << (MULTIPLIER_BITS - 1))) >> MULTIPLIER_BITS
        left = (shift - MULTIPLIER_BITS)[:, None, None]
        return ((product + ((1 << left) >> 1)) >> left).clamp(0, TOP).float()


def quantised_weights(layer: nn.Conv2d | nn.Linear, bits: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A layer's numbers as the chip holds them, whole float32 values with straight-through gradients.

    Args:
        layer: with float weights and biases.
        bits: its input's step is 2^-bits.

    Returns:
        Weights (O, I, 1, K) or (O, I) from -127 to 127, biases (O,), multipliers m (O,) int64 and shifts (O,) int64:
        the accumulator's step is m 2^-shift.
    """
    m, k = weight_scale(layer.weight)
    step = scale_value(m, k)
    shape = (-1,) + (1,) * (layer.weight.dim() - 1)
    weight = round_half_up(layer.weight / step.float().reshape(shape)).clamp(-WEIGHT_TOP, WEIGHT_TOP)
    assert layer.bias is not None  # noqa: S101 - every layer here is built with one
    bias = round_half_up(layer.bias / (step * 2.0**-bits).float())
    return weight, bias, m, k + bits


def _convolution(layer: NanoLayer) -> nn.Conv2d:
    left, right = layer.padding
    return nn.Conv2d(
        layer.channels_in,
        layer.channels_out,
        (1, layer.kernel),
        (1, layer.stride),
        padding=(0, left) if left == right else 0,
        groups=layer.groups,
    )


def _as_image(x: Tensor) -> Tensor:
    return x[:, :, None].contiguous(memory_format=torch.channels_last)


def _padded(x: Tensor, layer: NanoLayer) -> Tensor:
    """The zeros that the convolution itself cannot add: more on one side than on the other."""
    left, right = layer.padding
    return x if left == right else pad(x, (left, right))
