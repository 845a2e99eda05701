"""A `.tflite` and the `.mcu` file made from it give the same integers; TFLite Micro's interpreter is the judge."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from example_nano import random_network
from measurement_plugin import Measure
from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.mcu_network import CONVOLUTION, SUMS, McuNetwork
from pocketk.export.mcu.mcu_writer import write_mcu
from pocketk.export.mcu.multiplier import multiplier_of
from pocketk.export.mcu.tflite_reader import ImportOptions, from_tflite
from pocketk.export.mcu.tflite_writer import write_tflite
from pocketk_agent.nano.nano_network import run_nano_network
from pocketk_firmware.nano.mcu_file import McuFile

needs_micro = pytest.mark.skipif(
    find_spec("tflite_micro") is None, reason="tflite-micro is not installed: install the extra `dev`"
)
OPTIONS = ImportOptions("pocketk-nano-v1", 20_000)
FRAMES = 120


def int8_network(seed: int, frames: int = FRAMES, width: float = 0.25) -> McuNetwork:
    """A random network whose last layer gives int8."""
    rng = np.random.default_rng(seed)
    network = random_network(rng, frames, width)
    multiplier, shift, _ = multiplier_of(1 / 150)
    last = replace(
        network.layers[-1],
        kind=CONVOLUTION,
        multipliers=np.full(3, multiplier, np.int32),
        shifts=np.full(3, shift, np.int32),
        zero=int(rng.integers(-20, 20)),
    )
    return replace(network, layers=(*network.layers[:-1], last))


def scales_of(network: McuNetwork, seed: int = 0) -> tuple[float, ...]:
    """Powers of two within which every weight scale is a normal float32; an average keeps its scale."""
    rng = np.random.default_rng(seed)
    scales = [2.0 ** int(rng.integers(-8, 2)) for _ in range(len(network.layers) + 1)]
    scales[-2] = scales[-3]
    return tuple(scales)


def in_micro(model: bytes, windows: NDArray[np.int8]) -> NDArray[np.int64]:
    runtime = import_module("tflite_micro.python.tflite_micro.runtime")
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1_000_000)
    answers = []
    for window in windows:
        interpreter.set_input(window[None, None, :, None], 0)
        interpreter.invoke()
        answers.append(interpreter.get_output(0).ravel().copy())
    return np.array(answers, np.int64)


def windows_of(seed: int, n: int, frames: int = FRAMES) -> NDArray[np.int8]:
    """Random windows, a quarter of them at int8's ends."""
    rng = np.random.default_rng(seed)
    windows = rng.integers(-128, 128, (n, frames), np.int8)
    windows[::4] = rng.choice(np.array([-128, 127], np.int8), (len(windows[::4]), frames))
    return windows


@needs_micro
@pytest.mark.parametrize("seed", range(6))
def test_tflite_micro_gives_the_same_integers(seed: int, measure: Measure) -> None:
    network = int8_network(seed)
    model, windows = write_tflite(network, scales_of(network, seed)), windows_of(seed, 40)
    imported = from_tflite(model, OPTIONS)
    assert (imported.rounded_channels, imported.channels) == (0, sum(len(one.multipliers) for one in network.layers))
    found = run_nano_network(McuFile(write_mcu(imported.network)), windows)
    assert len(np.unique(found)) > 20
    measure("NANO-TFLITE", int(np.any(found != in_micro(model, windows), axis=1).sum()), n=len(windows))


@needs_micro
def test_a_network_of_the_real_size_agrees_too(measure: Measure) -> None:
    network = int8_network(11, 1250, 1.0)
    model, windows = write_tflite(network, scales_of(network)), windows_of(11, 8, 1250)
    found = run_nano_network(McuFile(write_mcu(from_tflite(model, OPTIONS).network)), windows)
    measure("NANO-TFLITE", int(np.any(found != in_micro(model, windows), axis=1).sum()), n=len(windows))


def test_a_network_comes_back_as_it_was_written() -> None:
    network = int8_network(3)
    back = from_tflite(write_tflite(network, scales_of(network)), OPTIONS).network
    assert write_mcu(replace(back, outputs=network.outputs)) == write_mcu(network)


def test_sums_have_the_resolution_that_int8_lacks() -> None:
    network = int8_network(5)
    model, windows = write_tflite(network, scales_of(network)), windows_of(5, 60)
    coarse = McuFile(write_mcu(from_tflite(model, OPTIONS).network))
    fine = McuFile(write_mcu(from_tflite(model, replace(OPTIONS, sums=True)).network))
    assert fine.layers[-1][0] == SUMS
    steps, sums = run_nano_network(coarse, windows), run_nano_network(fine, windows)
    for i, ((step, zero), (size, _)) in enumerate(zip(coarse.outputs, fine.outputs, strict=True)):
        inside = np.abs(steps[:, i]) < 127
        assert inside.sum() > 10
        difference = (steps[inside, i] - zero) * step - sums[inside, i] * size
        assert np.abs(difference).max() <= 0.51 * step


# --- scales that no chip has ---


def edited(model: bytes, edit: Callable[[Any, Any], object]) -> bytes:
    """The model after `edit(model, schema)` changed its tables."""
    schema = import_module("ai_edge_litert.schema_py_generated")
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    edit(tables, schema)
    builder = import_module("flatbuffers").Builder(len(model))
    builder.Finish(tables.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def with_odd_input_scale(model: bytes) -> bytes:
    def edit(tables: Any, _schema: Any) -> None:
        for tensor in tables.subgraphs[0].tensors[:2]:  # the input, and the input padded
            tensor.quantization.scale = np.array([0.0123456], np.float32)

    return edited(model, edit)


def test_multipliers_that_would_be_rounded_are_refused() -> None:
    network = int8_network(1)
    model = with_odd_input_scale(write_tflite(network, (2.0**-6, *scales_of(network)[1:])))
    with pytest.raises(McuExportError, match=r"layer 0 \(CONV_2D\): 4 of 4 multipliers have more than 15"):
        from_tflite(model, OPTIONS)


@needs_micro
def test_rounded_multipliers_are_counted_and_change_the_integers_a_little() -> None:
    network = int8_network(1)
    model, windows = with_odd_input_scale(write_tflite(network, (2.0**-6, *scales_of(network)[1:]))), windows_of(1, 40)
    imported = from_tflite(model, replace(OPTIONS, allow_rounding=True))
    assert imported.rounded_channels == 4
    found = run_nano_network(McuFile(write_mcu(imported.network)), windows)
    apart = np.abs(found - in_micro(model, windows))
    assert 1 <= apart.max() <= 4  # a step of one activation, amplified by random weights
    assert np.mean(apart > 0) < 0.4


def set_option(tables: Any, at: int, name: str, value: int) -> None:
    setattr(tables.subgraphs[0].operators[at].builtinOptions, name, value)


def set_code(tables: Any, number: int) -> None:
    tables.operatorCodes[0].builtinCode = tables.operatorCodes[0].deprecatedBuiltinCode = number


REFUSED = [
    ("dilated", lambda m, _s: set_option(m, 1, "dilationWFactor", 2)),
    ("activation RELU6", lambda m, s: set_option(m, 1, "fusedActivationFunction", s.ActivationFunctionType.RELU6)),
    ("TANH is not supported", lambda m, s: set_code(m, s.BuiltinOperator.TANH)),
    ("not int8 with one scale", lambda m, s: setattr(m.subgraphs[0].tensors[0], "type", s.TensorType.UINT8)),
    ("2 graphs", lambda m, _s: m.subgraphs.append(m.subgraphs[0])),
    ("0 inputs", lambda m, _s: setattr(m.subgraphs[0], "inputs", [])),
    ("branches", lambda m, _s: setattr(m.subgraphs[0].operators[2], "inputs", [0])),
    ("does not give the output", lambda m, _s: setattr(m.subgraphs[0], "outputs", [0])),
    ("has both height and width", lambda m, _s: setattr(m.subgraphs[0].tensors[0], "shape", [1, 2, FRAMES // 2, 1])),
    ("a batch of 1", lambda m, _s: setattr(m.subgraphs[0].tensors[0], "shape", [2, 1, FRAMES, 1])),
    ("bytes for a shape of", lambda m, _s: setattr(m.buffers[2], "data", np.zeros(3, np.uint8))),
]


@pytest.mark.parametrize(("words", "edit"), REFUSED, ids=[words for words, _ in REFUSED])
def test_what_a_chip_cannot_follow_is_refused_by_name(words: str, edit: Callable[[Any, Any], object]) -> None:
    network = int8_network(2)
    model = edited(write_tflite(network, scales_of(network)), edit)
    with pytest.raises(McuExportError, match=words):
        from_tflite(model, OPTIONS)


def test_other_bytes_are_refused() -> None:
    with pytest.raises(McuExportError, match="identifier"):
        from_tflite(b"12345678", OPTIONS)


def test_activation_scales_that_are_no_powers_of_two_are_not_written() -> None:
    network = int8_network(2)
    with pytest.raises(McuExportError, match="power of two"):
        write_tflite(network, (0.3, *scales_of(network)[1:]))
    with pytest.raises(McuExportError, match="2 scales for an input and"):
        write_tflite(network, (1.0, 1.0))


def test_an_average_that_changes_the_scale_is_not_written() -> None:
    network = int8_network(2)
    scales = list(scales_of(network))
    scales[-2] *= 2
    with pytest.raises(McuExportError, match="an average keeps the scale"):
        write_tflite(network, tuple(scales))
