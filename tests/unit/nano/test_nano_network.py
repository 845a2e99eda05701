"""The kernels compute what the format says, in one piece or as samples arrive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from example_nano import random_layer, random_network
from pocketk.export.mcu.mcu_network import CONVOLUTION, DEPTHWISE, McuLayer, McuNetwork, McuOutput, average_layer
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk_firmware.nano import layer as words
from pocketk_firmware.nano.kernels_plain import requantise
from pocketk_firmware.nano.mcu_file import McuFile
from pocketk_firmware.nano.network import Network
from pocketk_firmware.nano.stream import SPARE_FRAMES, Stream, streamable


def tflite_requantise(total: int, multiplier: int, shift: int) -> int:
    """TensorFlow Lite's MultiplyByQuantizedMultiplier (kernels/internal/common.h) for a Q31 multiplier, in 64 bits."""
    product = total * (multiplier << 16)
    nudge = 1 << 30 if product >= 0 else 1 - (1 << 30)
    quotient = abs(product + nudge) >> 31  # C divides towards zero
    high = quotient if product + nudge >= 0 else -quotient
    mask = (1 << shift) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> shift) + ((high & mask) > threshold)


@settings(max_examples=2000)
@given(
    total=st.one_of(st.integers(-(2**30), 2**30), st.integers(-70_000, 70_000)),
    multiplier=st.one_of(st.integers(0, 0x7FFF), st.just(0x4000)),
    shift=st.integers(0, 30),
)
def test_requantisation_is_that_of_tensorflow_lite(total: int, multiplier: int, shift: int) -> None:
    assert requantise(total, multiplier, shift) == tflite_requantise(total, multiplier, shift)


def only(layer: McuLayer, frames: int, channels: int, zero: int = 0) -> tuple[McuFile, Network]:
    """A network of one layer whose outputs are those of its last frame; the layer has up to 8 of them."""
    n = (layer.pad_before + frames + layer.pad_after - layer.kernel) // layer.stride + 1
    out = channels if layer.kind != CONVOLUTION else len(layer.weights)
    outputs = tuple(McuOutput(1.0) for _ in range(n * out))
    file = McuFile(write_mcu(McuNetwork("t", frames, channels, zero, 1, (layer,), outputs)))
    return file, Network(file)


def run(network: Network, x: np.ndarray) -> list[int]:
    network.run(x.astype(np.int8).view(np.uint8).tobytes())
    return [network.output_steps(i) for i in range(len(network.file.outputs))]


def test_a_convolution_by_hand() -> None:
    weights = np.array([[[1, -2], [3, 4]], [[0, 0], [0, 127]]], np.int8)  # (O, K, I)
    half = np.array([0x4000, 0x4000], np.int32)
    layer = McuLayer(CONVOLUTION, weights, np.array([10, -4], np.int32), half, np.zeros(2, np.int32), 2, zero=-3)
    x = np.array([[1, 2], [3, 4], [5, 6]])
    _, network = only(layer, 3, 2, zero=1)
    expected = []
    for t in range(2):
        for o in range(2):
            total = int(((x[t : t + 2] - 1) * weights[o]).sum()) + (10, -4)[o]
            expected.append(max(-128, min(127, (total + 1) // 2 - 3)))
    assert run(network, x) == expected


def test_a_depthwise_convolution_by_hand() -> None:
    weights = np.array([[1, -2], [3, 5]], np.int8)  # (K, C)
    whole = np.array([0x7FFF, 0x7FFF], np.int32)
    layer = McuLayer(DEPTHWISE, weights, np.zeros(2, np.int32), whole, np.zeros(2, np.int32), 2, 2, 1, 0, least=0)
    x = np.array([[1, 2], [3, 4], [5, 6]])
    # padded with one frame of zeros: windows (0, x0) and (x1, x2)
    totals = [3 * 1, 5 * 2, 1 * 3 + 3 * 5, -2 * 4 + 5 * 6]
    assert run(only(layer, 3, 2)[1], x) == totals


@pytest.mark.parametrize(
    ("values", "mean"),
    [([1, 2], 2), ([-1, -2], -2), ([1, 1], 1), ([0, -1], -1), ([1, 2, 2], 2), ([-1, -1, -2], -1), ([127] * 9, 127)],
)
def test_an_average_rounds_halves_away_from_zero(values: list[int], mean: int) -> None:
    assert run(only(average_layer(len(values)), len(values), 1)[1], np.array(values)[:, None]) == [mean]


def test_padding_is_the_input_s_zero_point() -> None:
    layer = random_layer(np.random.default_rng(1), CONVOLUTION, (2, 3, 1), pads=(2, 1))
    file, network = only(layer, 1, 1, zero=40)
    quiet = run(network, np.array([[40]]))
    bias_only = [
        max(layer.zero, min(127, requantise(int(b), int(m), int(s)) + layer.zero))
        for b, m, s in zip(layer.bias, layer.multipliers, layer.shifts, strict=True)
    ]
    assert quiet == bias_only * file.layers[0][words.OUT_FRAMES]


def test_outputs_have_their_scale() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(3), 20, 0.2)))
    network = Network(file)
    network.run(bytes(20))
    assert [network.output(i) for i in range(3)] == pytest.approx(
        [network.output_steps(i) * 0.001 * (i + 1) for i in range(3)]
    )


@pytest.mark.parametrize("n", [0, 19, 21])
def test_a_window_of_another_length_is_refused(n: int) -> None:
    network = Network(McuFile(write_mcu(random_network(np.random.default_rng(3), 20, 0.2))))
    with pytest.raises(ValueError, match="takes 20 bytes"):
        network.run(bytes(n))


def test_no_layer_overlaps_the_one_that_it_reads() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(3), 97, 0.3)))
    network = Network(file)
    for layer in network.layers:
        x_end = layer[words.X_AT] + words.input_bytes(layer)
        y_end = layer[words.Y_AT] + words.output_bytes(layer)
        assert max(x_end, y_end) <= len(network.arena)
        assert x_end <= layer[words.Y_AT] or y_end <= layer[words.X_AT]


# --- as samples arrive ---


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    frames=st.integers(16, 80),
    kernels=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=5),
    pads=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    pieces=st.lists(st.integers(0, 17), min_size=1, max_size=9),
)
def test_a_stream_gives_the_window_s_answer(seed, frames, kernels, pads, pieces) -> None:
    rng = np.random.default_rng(seed)
    layers, channels, n = [], 1, frames
    for i, (kernel, stride) in enumerate(kernels):
        if n + sum(pads) < kernel:
            break
        out = channels if i % 2 else int(rng.integers(1, 5))
        kind = DEPTHWISE if i % 2 else CONVOLUTION
        layers.append(random_layer(rng, kind, (out, kernel, channels), min(stride, kernel), pads))
        channels, n = out, (n + sum(pads) - kernel) // min(stride, kernel) + 1
    layers.append(average_layer(n, layers[-1].zero))
    outputs = tuple(McuOutput(1.0) for _ in range(channels))
    file = McuFile(write_mcu(McuNetwork("t", frames, 1, 0, 1, tuple(layers), outputs)))
    window = rng.integers(-128, 128, (frames, 1))
    expected = run(Network(file), window)
    data = window.astype(np.int8).view(np.uint8).tobytes()
    assert streamable(file) == len(layers) - 1
    for streamed in {1, streamable(file)}:
        stream, at = Stream(file, streamed), 0
        for again in range(2):  # a reset window is like a new one
            stream.reset()
            at = 0
            while stream.missing:
                piece = min(stream.missing, pieces[at % len(pieces)] + 1)
                stream.push(data[at : at + piece], piece)
                at += piece
            assert [stream.output_steps(i) for i in range(channels)] == expected, again


def test_a_stream_needs_less_memory_than_a_window() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(3))))
    whole, stream = Network(file), Stream(file, streamable(file))
    lines = sum((layer[words.KERNEL] + SPARE_FRAMES) * layer[words.IN] + 3 for layer in file.layers[:-2])
    assert stream.arena_bytes < 0.6 * len(whole.arena)
    assert stream.arena_bytes <= lines + 40 * 112 + 112 + 16


def test_a_stream_has_no_answer_before_the_window_s_end() -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(3), 20, 0.2)))
    stream = Stream(file, 2)
    stream.push(bytes(19), 19)
    for ask in (stream.output, stream.output_steps):
        with pytest.raises(ValueError, match="still lacks 1 frames"):
            ask(0)
    with pytest.raises(ValueError, match="1 frames are missing, not 2"):
        stream.push(bytes(2), 2)
    with pytest.raises(ValueError, match="1 frames are missing, not 1"):
        stream.push(b"", 1)
    stream.push(bytes(1), 1)
    assert stream.missing == 0
    assert isinstance(stream.output(0), float)


@pytest.mark.parametrize("streamed", [0, 14])
def test_layers_that_cannot_be_streamed_are_refused(streamed: int) -> None:
    file = McuFile(write_mcu(random_network(np.random.default_rng(3), 20, 0.2)))
    with pytest.raises(ValueError, match="1 to 13 layers can be streamed"):
        Stream(file, streamed)
