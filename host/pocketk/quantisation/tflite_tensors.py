"""Which tensor of a .tflite file is which of the network."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pocketk.export.formats.format_error import FormatError
from pocketk_calibration.quantisation.ranges import ValueRange

# Their output takes the scale of their input.
_SAME_RANGE = frozenset(
    {"CONCATENATION", "MAX_POOL_2D", "PAD", "RELU", "RESHAPE", "SLICE", "STRIDED_SLICE", "TRANSPOSE"}
)
_SIGMOID = "LOGISTIC"
_SIGMOID_RANGE = ValueRange(0.0, 1.0)


def tensor_ranges(model: bytes, ranges: Mapping[str, ValueRange]) -> dict[str, ValueRange]:
    """Return the range of every activation of a file by the file's own names.

    The converter keeps the order of the graph, so the n-th tensor that has a range of its own is the n-th of `ranges`.

    Args:
        model: a single-precision .tflite of the deployed twin.
        ranges: by the names of `point_names`, in their order.

    Raises:
        FormatError: the file has another number of such tensors: it is of another network, or the converter changed.
    """
    names, operators, inputs = _graph(model)
    roots = {tensor: tensor for tensor in inputs}
    sigmoids = set()
    for kind, read, written in operators:
        known = [tensor for tensor in read if tensor in roots]
        roots[written] = roots[known[0]] if kind in _SAME_RANGE and known else written
        if kind == _SIGMOID:
            sigmoids.add(written)
    own = [root for root in dict.fromkeys(roots.values()) if root not in sigmoids]
    if len(own) != len(ranges):
        raise FormatError(
            f"the file has {len(own)} tensors with a range of their own, the network {len(ranges)}; the converter "
            "builds another graph than the one this was written for (litert-torch 0.10.0)"
        )
    of_root = dict(zip(own, ranges.values(), strict=True)) | dict.fromkeys(sigmoids, _SIGMOID_RANGE)
    return {names[tensor]: of_root[root] for tensor, root in roots.items()}


def _graph(model: bytes) -> tuple[list[str], list[tuple[str, list[int], int]], list[int]]:
    """Tensor names, operators as (kind, inputs, output), and the inputs of the one subgraph."""
    schema: Any = import_module("ai_edge_litert.schema_py_generated")
    parsed = schema.ModelT.InitFromObj(schema.Model.GetRootAs(model, 0))
    kinds = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    codes = [kinds[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in parsed.operatorCodes]
    graph = parsed.subgraphs[0]
    operators = [(codes[one.opcodeIndex], [int(i) for i in one.inputs], int(one.outputs[0])) for one in graph.operators]
    return [tensor.name.decode() for tensor in graph.tensors], operators, [int(i) for i in graph.inputs]
