"""Writes the .tflite files of this folder: twice the mean of a clip, in every precision a runner may meet.

They are kept in git, because the environment of tflite-runtime has no package that could write them. Anew, with
ai-edge-litert installed: python tests/contract/tflite/make_files.py
"""

from importlib import import_module
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np

# Generated from TensorFlow Lite's schema, with types that forbid what its writer accepts.
schema: Any = import_module("ai_edge_litert.schema_py_generated")

N_SAMPLES = 5000
# int8 ends: clips within +-4 z, means within +-0.5.
IN_SCALE, IN_ZERO, OUT_SCALE, OUT_ZERO = 0.03125, 0, 0.00390625, 4


class TinyFile:
    """One graph, tensor by tensor."""

    def __init__(self) -> None:
        self._model = schema.ModelT()
        self._model.version, self._model.description = 3, "mean of a clip"
        self._model.buffers = [schema.BufferT()]
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._model.subgraphs, self._model.operatorCodes = [self._graph], []

    def tensor(self, shape, kind, data=None, quantised=None) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name = list(shape), kind, f"t{len(self._graph.tensors)}"
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), np.uint8)
            self._model.buffers.append(buffer)
            tensor.buffer = len(self._model.buffers) - 1
        if quantised is not None:
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale, tensor.quantization.zeroPoint = [quantised[0]], [quantised[1]]
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def operator(self, code, version, inputs, outputs, options=None, option_kind=0) -> None:
        kind = schema.OperatorCodeT()
        kind.builtinCode, kind.deprecatedBuiltinCode, kind.version = code, code, version
        self._model.operatorCodes.append(kind)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes) - 1
        operator.inputs, operator.outputs = inputs, outputs
        operator.builtinOptions, operator.builtinOptionsType = options, option_kind
        self._graph.operators.append(operator)

    def mean(self, of: int, to: int) -> None:
        axis = self.tensor([1], schema.TensorType.INT32, np.array([2], np.int32))
        self.operator(
            schema.BuiltinOperator.MEAN,
            2,
            [of, axis],
            [to],
            schema.ReducerOptionsT(),
            schema.BuiltinOptions.ReducerOptions,
        )

    def written(self, first: int, last: int) -> bytes:
        self._graph.inputs, self._graph.outputs = [first], [last]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())


def floating(weights: int, data: np.ndarray, quantised=None) -> bytes:
    """Mean, times a constant that is kept in another precision."""
    file, kinds = TinyFile(), schema.TensorType
    clip, mean = file.tensor((1, 1, N_SAMPLES), kinds.FLOAT32), file.tensor((1, 1), kinds.FLOAT32)
    logits, two = file.tensor((1, 1), kinds.FLOAT32), file.tensor((1, 1), weights, data, quantised)
    file.mean(clip, mean)
    if weights != kinds.FLOAT32:
        whole = file.tensor((1, 1), kinds.FLOAT32)
        file.operator(schema.BuiltinOperator.DEQUANTIZE, 3, [two], [whole])
        two = whole
    options = schema.BuiltinOptions.MulOptions
    file.operator(schema.BuiltinOperator.MUL, 1, [mean, two], [logits], schema.MulOptionsT(), options)
    return file.written(clip, logits)


def whole_int8() -> bytes:
    """Mean plus mean, all of it int8."""
    file, kinds = TinyFile(), schema.TensorType
    clip = file.tensor((1, 1, N_SAMPLES), kinds.INT8, quantised=(IN_SCALE, IN_ZERO))
    mean = file.tensor((1, 1), kinds.INT8, quantised=(OUT_SCALE, OUT_ZERO))
    logits = file.tensor((1, 1), kinds.INT8, quantised=(OUT_SCALE, OUT_ZERO))
    file.mean(clip, mean)
    options = schema.BuiltinOptions.AddOptions
    file.operator(schema.BuiltinOperator.ADD, 2, [mean, mean], [logits], schema.AddOptionsT(), options)
    return file.written(clip, logits)


def main() -> None:
    kinds, here = schema.TensorType, Path(__file__).parent
    two = np.array([[2.0]], np.float32)
    (here / "fp32.tflite").write_bytes(floating(kinds.FLOAT32, two))
    (here / "fp16.tflite").write_bytes(floating(kinds.FLOAT16, two.astype(np.float16)))
    (here / "int8-weights.tflite").write_bytes(floating(kinds.INT8, np.array([[64]], np.int8), (0.03125, 0)))
    (here / "int8.tflite").write_bytes(whole_int8())


if __name__ == "__main__":
    main()
