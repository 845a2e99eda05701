"""Net1D against a plain transcription of its description, length by length and sign by sign."""

import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from example_networks import SHORT, TINY, loud
from pocketk_models.key_layout import dead_keys, parameter_shapes
from pocketk_models.net1d import Block, Net1D, Net1DConfig
from pocketk_models.same_padding import halve_by_max, same_padding
from published_layout import published_table

ODD_LENGTHS_OF_5000 = (625, 313, 157, 79)
LENGTHS = (1, 2, 3, 15, 16, 17, 79, 157, 313, 500, 625, 626, 1001, 5000)


def reference_conv(x: Tensor, w: Tensor, b: Tensor, stride: int) -> Tensor:
    """SAME convolution, with the padding and the groups worked out from the shapes."""
    out = math.ceil(x.shape[2] / stride)
    total = max(0, (out - 1) * stride + w.shape[2] - x.shape[2])
    padded = functional.pad(x, (total // 2, total - total // 2))
    return functional.conv1d(padded, w, b, stride=stride, groups=x.shape[1] // w.shape[1])


def reference_shortcut(x: Tensor, channels: int, stride: int) -> Tensor:
    """The published order: pad by kernel - 1 zeros, pool, then centre among zero channels."""
    if stride > 1:
        x = functional.max_pool1d(functional.pad(x, (0, 1)), kernel_size=2)
    out = torch.zeros(x.shape[0], channels, x.shape[2])
    before = (channels - x.shape[1]) // 2
    for c in range(x.shape[1]):
        out[:, before + c] = x[:, c]
    return out


def reference_block(x: Tensor, w: dict[str, Tensor], stride: int, *, first: bool) -> Tensor:
    def swish(v: Tensor) -> Tensor:
        return v / (1 + torch.exp(-v))

    out = x if first else swish(x)
    for i, step in ((1, 1), (2, stride), (3, 1)):
        out = swish(out) if i > 1 else out
        out = reference_conv(out, w[f"conv{i}.conv.weight"], w[f"conv{i}.conv.bias"], step)
    squeezed = out.sum(dim=2) / out.shape[2]
    gate = swish(squeezed @ w["se_fc1.weight"].T + w["se_fc1.bias"]) @ w["se_fc2.weight"].T + w["se_fc2.bias"]
    gated = torch.einsum("bct,bc->bct", out, 1 / (1 + torch.exp(-gate)))
    return gated + reference_shortcut(x, out.shape[1], stride)


def reference_net(x: Tensor, net: Net1D) -> tuple[Tensor, Tensor]:
    """Features and logits, block by block, from nothing but the state_dict."""
    weights = net.state_dict()
    x = reference_conv(x, weights["first_conv.conv.weight"], weights["first_conv.conv.bias"], 2)
    x = x * torch.sigmoid(x)
    for s, n_blocks in enumerate(net.config.m_blocks_list):
        for b in range(n_blocks):
            prefix = f"stage_list.{s}.block_list.{b}."
            block = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
            x = reference_block(x, block, 2 if b == 0 else 1, first=s == b == 0)
    features = x.mean(dim=2)
    return features, features @ weights["dense.weight"].T + weights["dense.bias"]


@pytest.fixture(scope="module")
def tiny() -> Net1D:
    return loud(Net1D(TINY))


@pytest.fixture(scope="module")
def short() -> Net1D:
    return loud(Net1D(SHORT))


@pytest.mark.parametrize("length", LENGTHS)
def test_net_equals_reference_at_every_length(tiny: Net1D, length: int) -> None:
    x = torch.randn(2, 1, length, generator=torch.Generator().manual_seed(length)) - 0.5
    with torch.no_grad():
        features, logits = reference_net(x, tiny)
        torch.testing.assert_close(tiny.features(x), features, rtol=1e-5, atol=1e-5)
        torch.testing.assert_close(tiny(x), logits, rtol=1e-5, atol=1e-5)


def test_net_of_several_leads_outputs_and_blocks_equals_reference(short: Net1D) -> None:
    x = torch.randn(3, 2, 1249, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(short(x), reference_net(x, short)[1], rtol=1e-5, atol=1e-5)
    assert short(x).shape == (3, 3)


def test_published_size_equals_reference(published_net: Net1D) -> None:
    x = torch.randn(1, 1, 5000, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        features, logits = reference_net(x, published_net)
        assert published_net.features(x).shape == (1, 1024)
        torch.testing.assert_close(published_net.features(x), features, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(published_net(x), logits, rtol=1e-4, atol=1e-4)


def output_lengths(net: Net1D, x: Tensor) -> list[int]:
    """Lengths after the stem and after each stage."""
    seen: list[int] = []

    def note(module: nn.Module, inputs: Any, output: Tensor) -> None:
        seen.append(output.shape[2])

    hooks = [layer.register_forward_hook(note) for layer in (net.first_conv, *net.stage_list)]
    with torch.no_grad():
        net(x)
    for hook in hooks:
        hook.remove()
    return seen


def test_lengths_for_5000_samples_are_the_published_ones(tiny: Net1D) -> None:
    assert output_lengths(tiny, torch.zeros(1, 1, 5000)) == [2500, 1250, 625, 313, 157, 79, 40, 20]


def test_stride_one_keeps_the_length() -> None:
    assert output_lengths(Net1D(replace(SHORT, stride=1)), torch.ones(1, 2, 33)) == [33, 33, 33]


@pytest.mark.parametrize(
    ("length", "kernel", "stride", "expected"),
    [
        (5000, 16, 2, (7, 7)),
        (2500, 16, 1, (7, 8)),
        (625, 16, 1, (7, 8)),
        (625, 16, 2, (7, 8)),
        (40, 16, 2, (7, 7)),
        (7, 1, 1, (0, 0)),
        (7, 1, 2, (0, 0)),
        (1, 16, 2, (7, 8)),
    ],
)
def test_same_padding(length: int, kernel: int, stride: int, expected: tuple[int, int]) -> None:
    assert same_padding(length, kernel, stride) == expected


@pytest.mark.parametrize("length", [*ODD_LENGTHS_OF_5000, 1, 2, 3, 4, 40, 1250])
def test_halving_equals_zero_pad_then_pool(length: int) -> None:
    x = torch.randn(2, 3, length, generator=torch.Generator().manual_seed(length)) - 1
    expected = functional.max_pool1d(functional.pad(x, (0, 1)), kernel_size=2, stride=2)
    assert torch.equal(halve_by_max(x), expected)


def test_halving_pads_with_zero_and_not_with_minus_infinity() -> None:
    assert halve_by_max(torch.tensor([[[-3.0, -2.0, -1.0]]])).tolist() == [[[-2.0, 0.0]]]
    assert halve_by_max(torch.tensor([[[-3.0, -2.0, 5.0]]])).tolist() == [[[-2.0, 5.0]]]
    assert halve_by_max(torch.tensor([[[-3.0, -2.0]]])).tolist() == [[[-2.0]]]


def test_new_channels_are_zeros_half_before_rounded_down() -> None:
    config = Net1DConfig(base_filters=2, filter_list=(5,), m_blocks_list=(1,), groups_width=1)
    block = Block(2, 5, config, stride=1, is_first=True)
    with torch.no_grad():
        block.conv3.conv.weight.zero_()
        assert block.conv3.conv.bias is not None
        block.conv3.conv.bias.zero_()
        out = block(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]))
    assert out.tolist() == [[[0, 0], [1, 2], [3, 4], [0, 0], [0, 0]]]


def test_no_batch_norm_is_built_and_the_names_are_the_published_ones(published_net: Net1D) -> None:
    assert not any("BatchNorm" in type(module).__name__ for module in published_net.modules())
    config = published_net.config
    table = published_table(config)
    live = {name: tuple(tensor.shape) for name, tensor in table.items() if name not in dead_keys(config)}
    assert {name: tuple(tensor.shape) for name, tensor in published_net.state_dict().items()} == live
    assert len(dead_keys(config)) == 305
    assert dead_keys(config) < table.keys()
    assert list(published_net.state_dict()) == list(parameter_shapes(config))


@pytest.mark.parametrize("config", [Net1DConfig(), TINY, SHORT, replace(TINY, ratio=2.0, in_channels=12)])
def test_declared_shapes_are_those_built(config: Net1DConfig) -> None:
    with torch.device("meta"):
        net = Net1D(config)
    assert {name: tuple(p.shape) for name, p in net.state_dict().items()} == parameter_shapes(config)


def test_seeded_weights_repeat_and_leave_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    first, again, other = Net1D.seeded(SHORT, 1), Net1D.seeded(SHORT, 1), Net1D.seeded(SHORT, 2)
    assert torch.equal(torch.random.get_rng_state(), before)
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.dense.weight, other.dense.weight)


@pytest.mark.parametrize("shape", [(1, 5000), (1, 2, 5000), (1, 1, 1, 5000)])
def test_wrong_input_shape_is_named(tiny: Net1D, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"expected \(batch, 1, samples\)"):
        tiny(torch.zeros(shape))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"in_channels": 0}, "in_channels is 0"),
        ({"n_outputs": 1.5}, "n_outputs is 1.5"),
        ({"filter_list": ()}, "filter_list is empty"),
        ({"filter_list": (8, 16, 16, 32, 32, 64)}, "6 stages"),
        ({"filter_list": (8, 16, 8, 32, 32, 64, 64)}, "fall from 16 to 8"),
        ({"base_filters": 16}, "fall from 16 to 8"),
        ({"m_blocks_list": (1, 1, 0, 1, 1, 1, 1)}, "m_blocks_list"),
        ({"groups_width": 5}, "multiple of groups_width 5"),
        ({"ratio": 0.01}, "multiple of groups_width"),
        ({"ratio": math.nan}, "ratio is nan"),
        ({"stride": 3}, "stride is 3"),
    ],
)
def test_contradictory_configuration_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(TINY, **change)


def test_configuration_survives_json_and_refuses_unknown_fields() -> None:
    assert Net1DConfig.from_dict(SHORT.to_dict()) == SHORT
    with pytest.raises(ValueError, match="use_bn"):
        Net1DConfig.from_dict({**SHORT.to_dict(), "use_bn": False})
