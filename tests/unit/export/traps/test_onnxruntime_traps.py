"""What ONNX Runtime does to a model without a word, and that the exporter's files are not touched by it."""

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cpu_features import CPU_FEATURES
from known_trap import KnownTrap

# The stubs do not name it.
GraphOptimizationLevel = onnxruntime.GraphOptimizationLevel  # pyright: ignore[reportAttributeAccessIssue]
NEGATIVE = -np.arange(1, 6, dtype=np.float32)[None, None]

PAD_FUSION = KnownTrap(
    "ONNX Runtime moves a pad of zeros into a max-pool, which pads with minus infinity",
    ("onnxruntime==1.31.1",),
    "Keep the twin's concatenated tail, which older runtimes on devices need; say in twin_layout from which version "
    "the plain graph is safe too.",
)
DYNAMIC_AFTER_PREPROCESS = KnownTrap(
    "quantize_dynamic fails on what quant_pre_process wrote",
    ("onnxruntime==1.31.1",),
    "Nothing depends on it; remove this test.",
)
SATURATION = KnownTrap(
    "On x86-64 CPUs without VNNI, products of unsigned activations and full-range int8 weights saturate 16 bits",
    ("onnxruntime==1.31.1",),
    "Measure with make test-other-cpu whether onnx-int8:reduce-range=no now gives the same logits on every CPU; "
    "if so the default may go back to 8-bit weights.",
)


def padded_pool() -> bytes:
    """MaxPool over five samples and one zero."""
    nodes = [
        helper.make_node("Pad", ["ecg", "pads", "zero"], ["padded"], mode="constant"),
        helper.make_node("MaxPool", ["padded"], ["logits"], kernel_shape=[2], strides=[2]),
    ]
    constants = {"pads": np.array([0, 0, 0, 0, 0, 1], np.int64), "zero": np.float32(0)}
    return model_bytes(nodes, constants, ("ecg", TensorProto.FLOAT, [1, 1, 5]), (TensorProto.FLOAT, [1, 1, 3]))


def model_bytes(nodes, constants: dict, given: tuple, gives: tuple) -> bytes:
    graph = helper.make_graph(
        nodes,
        "trap",
        [helper.make_tensor_value_info(*given)],
        [helper.make_tensor_value_info("logits", *gives)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def run(model: bytes, given: NDArray, level=GraphOptimizationLevel.ORT_ENABLE_ALL, without: tuple = ()) -> NDArray:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model, options, providers=["CPUExecutionProvider"], disabled_optimizers=list(without)
    )
    (answer,) = session.run(None, {session.get_inputs()[0].name: given})
    return np.asarray(answer)


def test_trap_1_a_zero_pad_before_a_max_pool_is_lost() -> None:
    found = float(run(padded_pool(), NEGATIVE)[0, 0, -1])
    PAD_FUSION.expect(found == -5.0, f"max(-5, 0) = {found:g}")


@pytest.mark.parametrize(
    ("level", "without"),
    [
        (GraphOptimizationLevel.ORT_DISABLE_ALL, ()),
        (GraphOptimizationLevel.ORT_ENABLE_ALL, ("Pad_Fusion",)),
    ],
    ids=["no optimisation", "without Pad_Fusion"],
)
def test_trap_1_is_that_one_optimisation(level, without: tuple[str, ...]) -> None:
    assert run(padded_pool(), NEGATIVE, level, without).ravel().tolist() == [-1.0, -3.0, 0.0]


@pytest.mark.parametrize("wish", ["onnx-fp32", "onnx-fp32:graph=plain"])
def test_trap_1_does_not_reach_our_file_at_odd_lengths(made, wish: str) -> None:
    row, _ = made(wish)
    assert row.agreement.relative_error <= 2e-5, f"{wish} differs from the network: {row.reason}"


def test_trap_8_dynamic_quantisation_after_its_own_preprocessing(made, tmp_path) -> None:
    from onnxruntime.quantization import quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    _, path = made("onnx-fp32")
    prepared, quantised = tmp_path / "prepared.onnx", tmp_path / "quantised.onnx"
    quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
    error = None
    try:
        quantize_dynamic(str(prepared), str(quantised))
    except Exception as raised:  # onnx's ShapeInferenceError, which has no public base
        error = raised
    DYNAMIC_AFTER_PREPROCESS.expect(error is not None, "a file")
    model = onnx.load(prepared)
    del model.graph.value_info[:]
    quantize_dynamic(model, str(quantised))
    assert quantised.stat().st_size > 0


def test_trap_8_does_not_stop_our_int8_file(made) -> None:
    row, _ = made("onnx-int8")
    assert row.state == "made", row.reason


def product(weight: int) -> tuple[int, int]:
    """64 products of 255 and a weight: as ONNX Runtime adds them here, and what they are."""
    node = helper.make_node("MatMulInteger", ["activations", "weights"], ["logits"])
    given = ("activations", TensorProto.UINT8, [8, 64])
    model = model_bytes([node], {"weights": np.full((64, 16), weight, np.int8)}, given, (TensorProto.INT32, [8, 16]))
    return int(run(model, np.full((8, 64), 255, np.uint8))[0, 0]), 64 * 255 * weight


@pytest.mark.skipif(
    "avx2" not in CPU_FEATURES or any("vnni" in one for one in CPU_FEATURES),
    reason="this CPU has VNNI or no AVX2: make test-other-cpu shows it under emulation",
)
def test_trap_9_full_range_weights_saturate_without_vnni() -> None:
    found, right = product(127)
    SATURATION.expect(found != right, f"{found} of {right}")


def test_trap_9_seven_bit_weights_are_exact_on_this_cpu() -> None:
    found, right = product(64)
    assert found == right


def test_trap_9_our_int8_file_has_seven_bit_weights(made) -> None:
    _, path = made("onnx-int8")
    weights = [numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer]
    kernels = [one.astype(int) for one in weights if one.dtype == np.int8 and one.ndim == 4]
    assert kernels
    assert max(np.abs(kernel).max() for kernel in kernels) <= 64
