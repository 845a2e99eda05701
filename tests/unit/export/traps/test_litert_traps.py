"""What the converter to LiteRT and its quantisers do without a word, and that the exporter's files escape it."""

import contextlib
import io
from collections import Counter
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from known_trap import KnownTrap
from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.runtimes import RUNTIMES

pytestmark = [
    pytest.mark.skipif(
        find_spec("litert_torch") is None or find_spec("litert_quantizer") is None,
        reason="litert-torch and litert-quantizer are not installed: install the extra `export`",
    ),
    pytest.mark.filterwarnings("ignore"),
]

MOVING_AVERAGE = KnownTrap(
    "Quantizer.calibrate keeps a moving average of smallest and largest values, under which a logit's range collapses",
    ("litert-quantizer==0.11.0", "ai-edge-quantizer==0.10.0"),
    "The exporter may call Quantizer.calibrate instead of the calibrator with its private recipe manager.",
)
TRANSPOSES = KnownTrap(
    "litert-torch puts transposes and reshapes round every one-dimensional convolution",
    ("litert-torch==0.10.0",),
    "Measure whether the plain graph is now as fast as the twin; if so the twin is needed for ONNX Runtime only.",
)


def operators(model: bytes) -> Counter[str]:
    schema = import_module("ai_edge_litert.schema_py_generated")
    tables = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    names = {value: name for name, value in vars(schema.BuiltinOperator).items() if isinstance(value, int)}
    codes = [names[max(one.builtinCode, one.deprecatedBuiltinCode)] for one in tables.operatorCodes]
    return Counter(codes[one.opcodeIndex] for graph in tables.subgraphs for one in graph.operators)


def quantised_by_default_calibration(package: str, whole: bytes, source: ExportSource, path: Path) -> NDArray:
    """Logits of the static int8 file that the quantiser's own calibration gives."""
    quantizer, recipe = import_module(f"{package}.quantizer"), import_module(f"{package}.recipe")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        worker = quantizer.Quantizer(whole)
        worker.load_quantization_recipe(recipe.static_wi8_ai8())
        ranges = worker.calibrate({"serving_default": [{"args_0": clip[None]} for clip in source.calibration]})
        worker.quantize(ranges).export_model(str(path), overwrite=True)
    return RUNTIMES["litert"](path, 1)(source.evaluation)


@pytest.mark.parametrize("package", ["litert_quantizer", "ai_edge_quantizer"])
def test_trap_2_default_calibration_narrows_the_range_of_the_logit(
    made, source: ExportSource, tmp_path: Path, package: str
) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: install the extra `export`")
    _, path = made("tflite-fp32")
    logits = quantised_by_default_calibration(package, path.read_bytes(), source, tmp_path / "model.tflite")
    right = source.reference_logits
    span = np.ptp(logits) / np.ptp(right)
    MOVING_AVERAGE.expect(bool(span < 0.75), f"logits over {span:.2f} of the network's range with {package}")
    # The order of the clips is much the same, so that an accuracy or an AUROC alone may not notice.
    assert np.corrcoef(logits.ravel(), right.ravel())[0, 1] > 0.5


def test_trap_2_our_int8_file_spans_the_logits(made, source: ExportSource) -> None:
    row, path = made("tflite-int8")
    logits = RUNTIMES["litert"](path, 1)(source.evaluation)
    assert row.agreement.mae_of_sd < 0.1
    assert np.ptp(logits) > 0.9 * np.ptp(source.reference_logits)


def test_trap_7_one_dimensional_convolutions_bring_transposes(made) -> None:
    found = operators(made("tflite-fp32:graph=plain")[1].read_bytes())
    moves = found["TRANSPOSE"] + found["RESHAPE"]
    TRANSPOSES.expect(moves > 10, f"{moves} transposes and reshapes")


def test_trap_7_our_twin_has_two_at_its_ends(made) -> None:
    row, path = made("tflite-fp32")
    found = operators(path.read_bytes())
    assert found["TRANSPOSE"] + found["RESHAPE"] <= 3
    assert row.agreement.relative_error <= 2e-5
