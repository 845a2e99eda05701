"""pocketk-nano: what it costs, and that its training's arithmetic is the chip's, bit for bit."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from measurement_plugin import Measure
from nano_networks import SMALL_NANO, as_floats, loud_nano, random_steps
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.complexity import count_macs, count_parameters
from pocketk_models.nano import NanoNet
from pocketk_models.nano_config import (
    MOST_ACTIVATION_BYTES,
    MOST_MACS,
    MOST_WEIGHT_BYTES,
    POCKETK_NANO,
)
from pocketk_models.nano_integer import IntegerNano
from pocketk_models.nano_scale import CEILING, INPUT_BITS, scale_value, weight_scale
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.weights_file import WeightsFile


def test_the_network_fits_a_microcontroller(measure: Measure):
    net = NanoNet(POCKETK_NANO)
    counted = count_macs(net, POCKETK_NANO.n_samples)
    measure("NANO-MACS", counted.total)
    measure("NANO-WEIGHTS", POCKETK_NANO.weight_bytes)
    measure("NANO-ACTIVATIONS", POCKETK_NANO.activation_bytes)
    assert counted.total == POCKETK_NANO.macs <= MOST_MACS
    biases = sum(p.numel() for name, p in net.named_parameters() if name.endswith("bias"))
    assert count_parameters(net).total - biases == POCKETK_NANO.weight_bytes <= MOST_WEIGHT_BYTES
    assert set(counted.by_kind) == {"stem", "depthwise", "pointwise", "head"}


def test_the_largest_pair_of_buffers_is_the_one_that_a_forward_pass_meets():
    net, pairs = NanoNet(POCKETK_NANO), []
    for _, conv in net.convolutions():
        conv.register_forward_hook(lambda _, given, made: pairs.append((given[0].shape, made.numel())))
    with torch.no_grad():
        net(torch.zeros(1, 1, POCKETK_NANO.n_samples))
    described = [
        (layer.channels_in, layer.length_in + (sum(layer.padding) % 2) * sum(layer.padding))
        for layer in POCKETK_NANO.layers
    ]
    assert [(shape[1], shape[3]) for shape, _ in pairs] == described
    assert [made for _, made in pairs] == [layer.channels_out * layer.length_out for layer in POCKETK_NANO.layers]
    assert POCKETK_NANO.activation_bytes <= MOST_ACTIVATION_BYTES


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"channels": (16, 32, 48, 64, 80, 256)}, "a microcontroller is given"),
        ({"stem_channels": 48}, "a microcontroller is given"),
        ({"strides": (1, 2)}, "give as many"),
        ({"kernel": 0}, "1 or more"),
        ({"strides": (1, 2, 2, 2, 2, 2)}, "odd number"),
    ],
)
def test_a_shape_that_no_microcontroller_could_run_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        replace(POCKETK_NANO, **change)


@pytest.mark.parametrize("seed", range(3))
def test_the_quantised_network_is_the_integer_reference_bit_for_bit(seed, measure: Measure):
    net = loud_nano(POCKETK_NANO, seed, gain=1.0 + seed / 2)
    net.quantised = True
    x = random_steps(POCKETK_NANO, 24, seed)
    with torch.inference_mode():
        simulated = net(as_floats(x)).numpy()
    reference = IntegerNano.of(net).outputs(x)
    measure("NANO-BITS", int((simulated != reference).sum()), n=simulated.size)
    assert (simulated == reference).all()
    assert np.unique(reference[:, 0]).size > 20


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), gain=st.floats(0.05, 4.0))
def test_any_weights_and_input_give_the_same_in_both(seed, gain):
    net = loud_nano(SMALL_NANO, seed, gain)
    net.quantised = True
    x = random_steps(SMALL_NANO, 4, seed)
    with torch.inference_mode():
        simulated = net(as_floats(x)).numpy()
    np.testing.assert_array_equal(simulated, IntegerNano.of(net).outputs(x))


@settings(max_examples=60, deadline=None)
@given(weight=st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=6))
def test_a_weight_scale_is_the_least_of_its_format_that_holds_the_weights(weight):
    m, k = weight_scale(torch.tensor([weight]))
    assert 128 <= int(m) <= 255
    step, largest = float(scale_value(m, k)), max([2.0**-20, *map(abs, weight)])
    assert largest <= 127 * step * (1 + 1e-9)
    assert step * (1 - 1 / 127) <= largest / 127


def test_no_intermediate_leaves_32_bits_whatever_the_input(measure: Measure):
    reference = IntegerNano.of(loud_nano(POCKETK_NANO, 5, gain=2.0))
    bound = max(layer.largest for layer in reference.layers)
    for x in (
        random_steps(POCKETK_NANO, 4, 0),
        np.full((1, 1, 1250), 127, np.int8),
        np.full((1, 1, 1250), -128, np.int8),
    ):
        values = x.astype(np.int32)
        for layer in reference.layers:
            values = layer.apply(values)
    measure("NANO-BOUND", bound / 2**31)
    assert max(bound, reference.largest_of_head) < 2**31


def test_weights_that_would_leave_32_bits_are_refused():
    net = loud_nano(SMALL_NANO, 1)
    with torch.no_grad():
        net.get_parameter("blocks.0.pointwise.bias").fill_(3e6)
    with pytest.raises(ValueError, match=r"blocks\.0\.pointwise: .*train it anew"):
        IntegerNano.of(net)


def test_rounding_changes_the_answer_little():
    net, x = loud_nano(POCKETK_NANO, 2), as_floats(random_steps(POCKETK_NANO, 8, 2))
    with torch.inference_mode():
        plain = net(x)
        net.quantised = True
        rounded = net(x)
    assert (plain - rounded).abs().mean() < 0.1 * plain.std()
    assert not torch.equal(plain, rounded)


def test_training_rounds_as_the_chip_does_and_passes_gradients_on():
    net, x = loud_nano(SMALL_NANO, 3), as_floats(random_steps(SMALL_NANO, 8, 3))
    net.quantised = True
    with torch.inference_mode():
        exact = net(x)
    net.train()
    simulated = net(x)
    torch.testing.assert_close(simulated, exact, rtol=0.0, atol=1e-2)
    simulated.sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())


def test_activations_stop_at_the_format_s_ceiling():
    net = loud_nano(SMALL_NANO, 4, gain=8.0)
    seen = []
    net.get_submodule("blocks.1.pointwise").register_forward_hook(
        lambda _, given, __: seen.append(float(given[0].max()))
    )
    with torch.inference_mode():
        net(as_floats(random_steps(SMALL_NANO, 4, 4)))
    assert seen == [CEILING]


def test_one_step_of_the_input_is_a_sixteenth():
    net = loud_nano(SMALL_NANO, 6)
    net.stem.weight.requires_grad_(False)
    x = as_floats(random_steps(SMALL_NANO, 2, 6))
    seen = []
    net.stem.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    net(x)
    torch.testing.assert_close(seen[0][:, :, 0], x * 2.0**-INPUT_BITS)


@pytest.mark.parametrize(
    "bad", [np.zeros((2, 140), np.int8), np.zeros((2, 141), np.int16), np.zeros((2, 2, 141), np.int8)]
)
def test_an_input_of_another_kind_is_refused(bad):
    with pytest.raises(ValueError, match="expected int8"):
        IntegerNano.of(loud_nano(SMALL_NANO, 0)).outputs(bad)


def test_a_weights_file_keeps_the_network(tmp_path):
    net = loud_nano(SMALL_NANO, 9)
    path = tmp_path / "nano.safetensors"
    path.write_bytes(WeightsFile(net.state_dict(), SMALL_NANO, "made up").to_bytes())
    read, x = NanoNet.load_checkpoint(path), random_steps(SMALL_NANO, 3, 9)
    assert read.config == SMALL_NANO
    with torch.inference_mode():
        np.testing.assert_array_equal(read(as_floats(x)).numpy(), IntegerNano.of(net).outputs(x))


def test_a_nano_is_not_taken_for_a_net1d_nor_the_other_way_round(tmp_path):
    path = tmp_path / "nano.safetensors"
    path.write_bytes(WeightsFile(loud_nano(SMALL_NANO, 9).state_dict(), SMALL_NANO, "made up").to_bytes())
    with pytest.raises(CheckpointError, match="holds a pocketk-nano"):
        read_checkpoint(path)
    path.write_bytes(WeightsFile({}, Net1DConfig(), "made up").to_bytes())
    with pytest.raises(CheckpointError, match="holds no pocketk-nano"):
        NanoNet.load_checkpoint(path)
