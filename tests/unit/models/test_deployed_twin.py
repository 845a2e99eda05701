"""The deployed twin: the Net1D's logits at every length, its weights bit for bit."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from example_networks import SHORT, TINY, loud
from measurement_plugin import Measure
from pocketk_models.deployed_twin import DeployedTwin, TwinConv
from pocketk_models.net1d import Net1D, Net1DConfig
from pocketk_models.same_padding import SameConv1d
from pocketk_models.students import POCKETK_S
from pocketk_models.twin_layout import to_reference_state, to_twin_state

LENGTHS = (1, 2, 3, 5, 15, 16, 17, 79, 157, 313, 625, 1249, 5000)
TOLERANCE = 1e-5  # of max(1, logit SD)


def clips(n: int, channels: int, length: int, seed: int = 0) -> Tensor:
    """Noise of both signs, and one clip below zero throughout, which odd max-pools must not lose."""
    x = 2 * torch.randn(n, channels, length, generator=torch.Generator().manual_seed(seed))
    x[-1] = -x[-1].abs() - 0.1
    return x


def relative_error(net: Net1D, twin: nn.Module, x: Tensor) -> float:
    with torch.no_grad():
        expected, got = net(x), twin(x)
    assert got.shape == expected.shape
    return float((got - expected).abs().max() / max(1.0, float(expected.std())))


@pytest.fixture(scope="module", params=[SHORT, TINY, POCKETK_S], ids=["short", "tiny", "pocketk-s"])
def net(request: pytest.FixtureRequest) -> Net1D:
    return loud(Net1D(request.param))


@pytest.mark.parametrize("length", LENGTHS)
def test_logits_equal_the_reference_at_every_named_length(net: Net1D, length: int) -> None:
    x = clips(3, net.config.in_channels, length)
    assert relative_error(net, DeployedTwin.of(net), x) <= TOLERANCE
    assert relative_error(net, DeployedTwin.of(net).settled(length), x) <= TOLERANCE


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 1300), seed=st.integers(0, 2**31), stem=st.sampled_from([None, 1, 2, 4]))
def test_logits_equal_the_reference_at_any_length_and_stem(length: int, seed: int, stem: int | None) -> None:
    short = loud(Net1D(replace(SHORT, stem_stride=stem)), seed=seed % 997)
    assert relative_error(short, DeployedTwin.of(short), clips(2, 2, length, seed)) <= TOLERANCE


@settings(max_examples=60, deadline=None)
@given(length=st.integers(1, 90), kernel=st.integers(1, 17), stride=st.sampled_from([1, 2, 4]))
def test_one_convolution_equals_the_reference_for_any_kernel(length: int, kernel: int, stride: int) -> None:
    flat, deep = SameConv1d(4, 6, kernel, stride, 2), TwinConv(4, 6, kernel, stride, 2)
    deep.conv.load_state_dict({"weight": flat.conv.weight.unsqueeze(2), "bias": flat.conv.bias})
    x = clips(2, 4, length)
    torch.testing.assert_close(deep(x.unsqueeze(2)).squeeze(2), flat(x), atol=2e-6, rtol=0)


def test_published_size_equals_the_reference(measure: Measure) -> None:
    net = loud(Net1D.ecgfounder())
    measure("EXP-TWIN", relative_error(net, DeployedTwin.of(net), clips(3, 1, 5000)), n=3)


def test_stride_1_and_other_ratio_equal_the_reference() -> None:
    config = Net1DConfig(2, 2, 8, (8, 16), (2, 1), kernel_size=5, stride=1, groups_width=4, ratio=0.5)
    net = loud(Net1D(config))
    assert relative_error(net, DeployedTwin.of(net), clips(2, 2, 101)) <= TOLERANCE


def test_weights_come_back_bit_for_bit(net: Net1D) -> None:
    state = net.state_dict()
    back = to_reference_state(to_twin_state(state))
    assert list(back) == list(state)
    assert all(torch.equal(back[name], tensor) for name, tensor in state.items())
    again = DeployedTwin.of(net).settled(79).reference()
    assert again.config == net.config
    assert all(torch.equal(again.state_dict()[name], tensor) for name, tensor in state.items())


def test_twin_shares_no_memory_with_its_network() -> None:
    net = loud(Net1D(SHORT))
    before = net.dense.bias.clone()
    twin = DeployedTwin.of(net)
    with torch.no_grad():
        twin.dense.bias.add_(1)
    assert torch.equal(net.dense.bias, before)


def test_settled_twin_refuses_another_length_and_leaves_its_original_free() -> None:
    twin = DeployedTwin.of(loud(Net1D(SHORT)))
    settled = twin.settled(79)
    with pytest.raises(ValueError, match=r"another length \(79 samples, got 80\)"):
        settled(torch.zeros(1, 2, 80))
    assert twin(torch.zeros(1, 2, 80)).shape == (1, 3)
    with pytest.raises(ValueError, match="n_samples is 0"):
        twin.settled(0)


def test_another_kind_of_state_is_refused() -> None:
    state = Net1D(SHORT).state_dict()
    with pytest.raises(ValueError, match="state_dict of a Net1D"):
        to_twin_state(to_twin_state(state))
    with pytest.raises(ValueError, match="state_dict of a deployed twin"):
        to_reference_state(state)
    with pytest.raises(ValueError, match=r"expected \(batch, 2, samples\)"):
        DeployedTwin.of(Net1D(SHORT))(torch.zeros(2, 79))
