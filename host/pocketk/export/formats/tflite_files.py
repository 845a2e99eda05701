"""The formats of LiteRT: single and half precision, int8 weights, and full static int8.

Its converter and quantiser come with the extra `export` and are imported by name, for few machines have them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pocketk.export.formats.export_source import ExportSource
from pocketk.export.formats.format_error import FormatError
from pocketk.export.formats.format_option import Value
from pocketk.quantisation.exact_head import with_exact_head
from pocketk.quantisation.head_fit import with_fitted_head
from pocketk.quantisation.point_ranges import point_ranges
from pocketk.quantisation.quantised_twin import POOL
from pocketk.quantisation.tflite_tensors import tensor_ranges
from pocketk_calibration.quantisation.ranges import ValueRange
from pocketk_models.deployed_twin import DeployedTwin


def make_fp32(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    """Write single precision; the batch is one clip."""
    twin = options["graph"] == "twin"
    path.write_bytes(_twin_bytes(source) if twin else _converted(source, source.net))


def make_fp16(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    """Write weights of half precision; sums stay in single precision."""
    del options
    qtyping = import_module("litert_quantizer.qtyping")
    config = qtyping.TensorQuantizationConfig(num_bits=16, dtype=qtyping.TensorDataType.FLOAT)
    recipe = _recipe(
        qtyping.OpQuantizationConfig(
            weight_tensor_config=config,
            compute_precision=qtyping.ComputePrecision.FLOAT,
            explicit_dequantize=True,
        ),
        "float_casting",
    )
    _quantise(_twin_bytes(source), path, recipe)


def make_dynamic8(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    """Write int8 weights, one scale a channel; activations are quantised while it runs, without calibration."""
    del options
    recipe = import_module("litert_quantizer.recipe")
    _quantise(_twin_bytes(source), path, recipe.dynamic_wi8_afp32())


def make_int8(source: ExportSource, path: Path, options: Mapping[str, Value]) -> None:
    """Write full static int8 with ranges found on the calibration clips.

    With `float-head` the last layer gives float logits, by sums that are exact and so the same on every processor;
    without it the logits are int8, all with the one scale that the widest of them needs.

    Raises:
        FormatError: If the file's output cannot hold the logits that the network gives on those clips.
    """
    rules = import_module("litert_quantizer.recipe").static_wi8_ai8()
    twin = DeployedTwin.of(source.net)
    ranges = point_ranges(twin, source.calibration, str(options["ranges"]))
    twin = with_fitted_head(twin, ranges, source.calibration)
    if options["float-head"]:
        rules = [*rules, _float_rule("FULLY_CONNECTED"), _float_rule("OUTPUT")]
        twin, ranges[POOL] = with_exact_head(twin, ranges[POOL])
    # Settled last: a settled kernel is a constant that new weights would not reach.
    whole = _converted(source, twin.settled(source.n_samples))
    _quantise(whole, path, rules, tensor_ranges(whole, ranges))
    _check_output_range(source, path)


def _twin_bytes(source: ExportSource) -> bytes:
    return source.once("tflite", lambda: _converted(source, source.twin))


def _converted(source: ExportSource, net: torch.nn.Module) -> bytes:
    example = torch.zeros(1, source.net.config.in_channels, source.n_samples)
    with TemporaryDirectory(prefix="tflite-") as folder, _silence():
        path = Path(folder) / "whole.tflite"
        import_module("litert_torch").convert(net, (example,)).export(str(path))
        return path.read_bytes()


def _quantise(whole: bytes, path: Path, recipe: list[Any], ranges: Mapping[str, ValueRange] | None = None) -> None:
    quantizer = import_module("litert_quantizer.quantizer")
    # Ranges are handed in, not measured by Quantizer.calibrate: that keeps a moving average of them (0.95), under
    # which a logit's range collapses to its mean: mean error 3.1 at a logit SD of 3.6, every decision still right
    # (ai-edge-quantizer 0.10.0, litert-quantizer 0.11.0).
    given = None if ranges is None else {name: _statistics(each) for name, each in ranges.items()}
    with _silence():
        worker = quantizer.Quantizer(whole)
        worker.load_quantization_recipe(recipe)
        worker.quantize(given).export_model(str(path), overwrite=True)


def _statistics(one: ValueRange) -> dict[str, NDArray[np.float32]]:
    return {"min": np.array([one.low], np.float32), "max": np.array([one.high], np.float32)}


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the steps and progress bars of converter and quantiser out of the table that is being shown."""
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        yield


def _recipe(operation: Any, algorithm: str) -> list[Any]:
    every = import_module("litert_quantizer.qtyping").TFLOperationName.ALL_SUPPORTED
    rules = import_module("litert_quantizer.recipe_manager").RecipeManager()
    rules.add_quantization_config(".*", every, operation, algorithm_key=algorithm)
    return rules.get_quantization_recipe()


def _float_rule(operation: str) -> dict[str, Any]:
    return {"regex": ".*", "operation": operation, "algorithm_key": "no_quantize", "op_config": {}}


def _check_output_range(source: ExportSource, path: Path) -> None:
    """Refuse a file whose int8 output saturates on the very clips its ranges were chosen on."""
    (output,) = import_module("ai_edge_litert.interpreter").Interpreter(model_path=str(path)).get_output_details()
    scale, zero = output["quantization"]
    if output["dtype"] != np.int8 or scale == 0:
        return  # floating point
    with torch.no_grad():
        logits = np.concatenate([source.net(torch.from_numpy(clip[None])).numpy() for clip in source.calibration])
    low, high = (-128 - zero) * scale, (127 - zero) * scale
    # One step of room: the ends of the range are themselves rounded.
    if logits.min() < low - scale or logits.max() > high + scale:
        raise FormatError(
            f"the output holds logits from {low:.3g} to {high:.3g}, the network gives {logits.min():.3g} to "
            f"{logits.max():.3g} on the calibration clips; the ranges were not kept (moving average?)"
        )
