"""The deployed twin with the values of every tensor held in 256 levels, as full static int8 holds them.

The simulation shows what costs accuracy, fits weights and finds ranges without a converter. On the shipped small
network it gave the mean logit errors of the LiteRT file to within 4 % of themselves (litert 2.3.0, 1,000 clips).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from pocketk_calibration.quantisation.ranges import LEVELS, ValueRange
from pocketk_models.deployed_twin import DeployedTwin, TwinBlock, TwinConv

INPUT, POOL, OUTPUT = "input", "pool", "output"
# LiteRT fixes the scale of a sigmoid's output.
_SIGMOID_LEVELS = 256
_LARGEST_WEIGHT = 127
_TINY = 1e-12

Seen = Callable[[str, Tensor], None]


class QuantisedTwin:
    """A twin run with its tensors rounded; a tensor without a range stays as it is.

    Args:
        twin: its weights, shared and not copied.
        ranges: of the tensors by name (`point_names`); none for the plain network.
        round_weights: hold convolutions' and the last layer's weights in int8, one scale an output channel.
        seen: called with the name and the values of each tensor before they are rounded, in the order of the graph.
    """

    def __init__(
        self,
        twin: DeployedTwin,
        ranges: Mapping[str, ValueRange] | None = None,
        *,
        round_weights: bool = True,
        seen: Seen | None = None,
    ) -> None:
        self.twin = twin
        self.ranges = dict(ranges or {})
        self.seen = seen
        self.pooled: Tensor | None = None
        self._weights = round_weights and bool(self.ranges)

    def __call__(self, clips: Tensor) -> Tensor:
        """Logits (B, H) of z-scored clips (B, C, N); the pooled features (B, F) stay in `pooled`."""
        twin = self.twin
        x = self._held(INPUT, clips.unsqueeze(2))
        x = self._silu("stem.silu", self._held("stem", self.convolved(twin.first_conv, x)))
        for name, block in blocks_of(twin):
            x = self._block(name, block, x)
        self.pooled = self._held(POOL, x.mean(dim=(2, 3)))
        return self._held(OUTPUT, self.pooled @ self._weight(twin.dense.weight).T + twin.dense.bias)

    def convolved(self, layer: nn.Module, x: Tensor) -> Tensor:
        """One convolution; a subclass may fit its weights first."""
        if isinstance(layer, TwinConv):
            length, conv = x.shape[-1], layer.conv
            return conv2d(
                x, self._weight(layer._kernel(length)), conv.bias, conv.stride,
                (0, layer._padding(length)[1]), 1, conv.groups,
            )  # fmt: skip
        conv = cast(nn.Conv2d, layer)
        return conv2d(x, self._weight(conv.weight), conv.bias)

    def _block(self, name: str, block: TwinBlock, x: Tensor) -> Tensor:
        out = x if block.is_first else self._silu(f"{name}.silu0", x)
        for number, layer in ((1, block.conv1), (2, block.conv2)):
            out = self._held(f"{name}.conv{number}", self.convolved(layer, out))
            out = self._silu(f"{name}.silu{number}", out)
        out = self._held(f"{name}.conv3", self.convolved(block.conv3, out))
        squeezed = self._held(f"{name}.mean", out.mean(dim=-1, keepdim=True))
        squeezed = self._held(f"{name}.fc1", self.convolved(block.se_fc1, squeezed))
        squeezed = self._silu(f"{name}.silu3", squeezed)
        gate = self._sigmoid(self._held(f"{name}.fc2", self.convolved(block.se_fc2, squeezed)))
        return self._held(f"{name}.add", self._held(f"{name}.gated", out * gate) + block._shortcut(x))

    def _silu(self, name: str, x: Tensor) -> Tensor:
        return self._held(name, x * self._sigmoid(x))

    def _sigmoid(self, x: Tensor) -> Tensor:
        plain = torch.sigmoid(x)
        return _SigmoidLevels.apply(plain) if self.ranges else plain

    def _held(self, name: str, x: Tensor) -> Tensor:
        if self.seen is not None:
            self.seen(name, x)
        held = self.ranges.get(name)
        if held is None:
            return x
        step = max(held.step, _TINY)
        zero = round(-128 - held.low / step)
        return torch.fake_quantize_per_tensor_affine(x, step, zero, -128, LEVELS - 128)

    def _weight(self, weight: Tensor) -> Tensor:
        if not self._weights:
            return weight
        largest = weight.detach().abs().amax(dim=tuple(range(1, weight.dim())))
        scale = (largest / _LARGEST_WEIGHT).clamp_min(_TINY)
        zero = torch.zeros(len(scale), dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(weight, scale, zero, 0, -_LARGEST_WEIGHT, _LARGEST_WEIGHT)


def blocks_of(twin: DeployedTwin) -> list[tuple[str, TwinBlock]]:
    """Every block with its name, "stage.block", in order."""
    return [
        (f"{s}.{b}", cast(TwinBlock, block))
        for s, stage in enumerate(twin.stage_list)
        for b, block in enumerate(stage.get_submodule("block_list").children())
    ]


def point_names(twin: DeployedTwin) -> tuple[str, ...]:
    """Names of the tensors that have a range of their own, in the order of the graph.

    Left out are those that share one (pooling, padding, slices) and the outputs of sigmoids, whose range is fixed.
    """
    names = [INPUT, "stem", "stem.silu"]
    for name, block in blocks_of(twin):
        parts = ("conv1", "silu1", "conv2", "silu2", "conv3", "mean", "fc1", "silu3", "fc2", "gated", "add")
        names += [f"{name}.{part}" for part in (parts if block.is_first else ("silu0", *parts))]
    return (*names, POOL, OUTPUT)


def read_by_silu_alone(name: str) -> bool:
    """Whether nothing but x * sigmoid(x) reads the tensor."""
    return name == "stem" or name.endswith((".conv1", ".conv2", ".fc1"))


class _SigmoidLevels(torch.autograd.Function):
    """Values of 0 to 1 in steps of 1/256; the gradient passes as if they were not rounded."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        del ctx
        return torch.round(x * _SIGMOID_LEVELS).clamp_(0, LEVELS).div_(_SIGMOID_LEVELS)

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]
        del ctx
        return gradient
