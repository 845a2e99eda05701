"""What a network costs: parameters, and multiply-accumulates counted in a real forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from pocketk_models.nano import NanoNet
from pocketk_models.net1d import Net1D

_KINDS = {
    "first_conv": "stem",
    "conv1": "pointwise",
    "conv2": "grouped",
    "conv3": "pointwise",
    "se_fc1": "squeeze_excite",
    "se_fc2": "squeeze_excite",
    "stem": "stem",
    "depthwise": "depthwise",
    "pointwise": "pointwise",
    "dense": "head",
}


@dataclass(frozen=True)
class MacCount:
    """Multiply-accumulates of one forward pass of one clip.

    Attributes:
        total: Their sum.
        by_stage: "stem", "s0", "s1", ..., "head" -> count.
        by_kind: "stem", "pointwise" (1x1 convolutions), "grouped", "squeeze_excite",
            "depthwise", "head" -> count.
    """

    total: int
    by_stage: Mapping[str, int]
    by_kind: Mapping[str, int]


@dataclass(frozen=True)
class ParameterCount:
    """Weights and biases the forward pass reads; the fields are those of `MacCount`."""

    total: int
    by_stage: Mapping[str, int]
    by_kind: Mapping[str, int]


def count_macs(net: Net1D | NanoNet, n_samples: int) -> MacCount:
    """Count the multiply-accumulates of one clip by hooking every layer of a real forward pass.

    Convention: a convolution costs outputs x kernel x input channels / groups, a linear layer outputs x
    inputs; squeeze-and-excite and 1x1 layers included, multiplications with padded zeros included; biases,
    activations, pooling, gates and means not. ECGFounder, 1 lead, 5000 samples, one logit: 1,140,328,704.

    Args:
        net: The network; its mode and weights are left as they were.
        n_samples: Length of the clip, samples.

    Raises:
        ValueError: A `NanoNet` that rounds as its chip does calls no layer that could be counted.
    """
    if isinstance(net, NanoNet) and net.quantised:
        raise ValueError("a quantised NanoNet calls no layer to count; set quantised = False first")
    counted: list[tuple[str, int]] = []
    layers = list(_layers(net))
    hooks = [layer.register_forward_hook(_recorder(name, counted)) for name, layer in layers]
    weight = layers[0][1].weight
    try:
        with torch.no_grad():
            net(torch.zeros(1, net.config.in_channels, n_samples, dtype=weight.dtype, device=weight.device))
    finally:
        for hook in hooks:
            hook.remove()
    return MacCount(*_tally(counted))


def count_parameters(net: Net1D | NanoNet) -> ParameterCount:
    """Count the network's parameters; ECGFounder, 1 lead, one logit: 30,588,657 (no batch norm is built)."""
    return ParameterCount(*_tally((name, sum(p.numel() for p in m.parameters())) for name, m in _layers(net)))


def _layers(net: Net1D | NanoNet) -> Iterable[tuple[str, nn.Conv1d | nn.Conv2d | nn.Linear]]:
    return ((name, m) for name, m in net.named_modules() if isinstance(m, nn.Conv1d | nn.Conv2d | nn.Linear))


def _recorder(name: str, counted: list[tuple[str, int]]) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def record(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        del inputs
        weight = layer.get_parameter("weight")
        # One output value costs as many multiplications as one output channel has weights.
        counted.append((name, output.numel() * weight[0].numel()))

    return record


def _tally(counts: Iterable[tuple[str, int]]) -> tuple[int, Mapping[str, int], Mapping[str, int]]:
    by_stage: dict[str, int] = {}
    by_kind: dict[str, int] = {}
    for name, count in counts:
        stage, kind = _stage(name), _KINDS[name.removesuffix(".conv").rsplit(".", 1)[-1]]
        by_stage[stage] = by_stage.get(stage, 0) + count
        by_kind[kind] = by_kind.get(kind, 0) + count
    return sum(by_stage.values()), by_stage, by_kind


def _stage(name: str) -> str:
    top, _, rest = name.partition(".")
    return {"first_conv": "stem", "stem": "stem", "dense": "head"}.get(top) or f"s{rest.partition('.')[0]}"
