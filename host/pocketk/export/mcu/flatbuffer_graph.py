"""What a `.tflite` file's flatbuffer says of its one graph, checked as far as a microcontroller can follow."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk.export.mcu.mcu_error import McuExportError

_OUTSIDE = 2  # offsets 0 and 1 mark a buffer that lies in the flatbuffer (schema.fbs, table Buffer)


@dataclass(frozen=True)
class Activation:
    """An int8 tensor between two operators: its shape, scale and zero point."""

    shape: tuple[int, ...]
    scale: float
    zero: int


@dataclass(frozen=True)
class Operator:
    """One operator: its name in the schema, the tensors it reads and writes, its options."""

    name: str
    inputs: tuple[int, ...]
    output: int
    options: Any


class FlatbufferGraph:
    """The graph of a `.tflite` file.

    Attributes:
        operators: in order.
        input, output: tensor numbers.

    Raises:
        McuExportError: not one chain of operators from one input to one output, or not a `.tflite` file.
    """

    def __init__(self, data: bytes) -> None:
        self._schema = import_module("ai_edge_litert.schema_py_generated")
        if data[4:8] != b"TFL3":
            raise McuExportError("not a .tflite file: its identifier is missing")
        self._model = self._schema.ModelT.InitFromObj(self._schema.Model.GetRootAs(data, 0))
        if len(self._model.subgraphs) != 1:
            raise McuExportError(f"{len(self._model.subgraphs)} graphs; a microcontroller's network has one")
        graph = self._model.subgraphs[0]
        self._tensors = graph.tensors
        if len(graph.inputs) != 1 or len(graph.outputs) != 1:
            raise McuExportError(f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs; one of each is needed")
        self.input, self.output = int(graph.inputs[0]), int(graph.outputs[0])
        self.operators = [self._operator(one) for one in graph.operators]
        at = self.input
        for one in self.operators:
            if one.inputs[0] != at:
                raise McuExportError(
                    f"{one.name} does not read what the operator before it gives: branches are not supported"
                )
            at = one.output
        if at != self.output:
            raise McuExportError("the last operator does not give the output")

    def _operator(self, operator: Any) -> Operator:
        code = self._model.operatorCodes[operator.opcodeIndex]
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        names = vars(self._schema.BuiltinOperator).items()
        name = next((name for name, value in names if value == number), f"operator {number}")
        return Operator(name, tuple(int(i) for i in operator.inputs), int(operator.outputs[0]), operator.builtinOptions)

    def activation(self, number: int) -> Activation:
        """Return an int8 activation.

        Raises:
            McuExportError: it is not int8 with one scale.
        """
        tensor = self._tensors[number]
        scales, zeros = self.scales(number)
        if tensor.type != self._schema.TensorType.INT8 or len(scales) != 1:
            raise McuExportError(f"tensor {number} is not int8 with one scale: the network must be full-static int8")
        return Activation(tuple(int(n) for n in tensor.shape), float(scales[0]), int(zeros[0]))

    def scales(self, number: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the scales and zero points of a tensor, empty where it has none."""
        given = self._tensors[number].quantization
        if given is None or given.scale is None:
            return np.zeros(0, np.float32), np.zeros(0, np.int64)
        return np.asarray(given.scale, np.float32), np.asarray(given.zeroPoint, np.int64)

    def constant(self, number: int, kind: str) -> NDArray[Any]:
        """Return a constant tensor of type "INT8" or "INT32".

        Raises:
            McuExportError: it is of another type, lies outside the flatbuffer, or its size does not fit its shape.
        """
        tensor = self._tensors[number]
        buffer = self._model.buffers[tensor.buffer]
        if tensor.type != getattr(self._schema.TensorType, kind):
            raise McuExportError(f"tensor {number} is not {kind.lower()}")
        if buffer.offset >= _OUTSIDE:
            raise McuExportError(f"tensor {number} lies outside the flatbuffer; inline the file's buffers first")
        shape = tuple(int(n) for n in tensor.shape)
        dtype = np.dtype("<i4" if kind == "INT32" else np.int8)
        data = np.asarray([] if buffer.data is None else buffer.data, np.uint8).tobytes()
        if len(data) != dtype.itemsize * int(np.prod(shape)):
            raise McuExportError(f"tensor {number} has {len(data)} bytes for a shape of {shape}")
        return np.frombuffer(data, dtype).reshape(shape)

    def word(self, enumeration: str, value: int) -> str:
        """Return the name of a value of one of the schema's enumerations."""
        return next(name for name, one in vars(getattr(self._schema, enumeration)).items() if one == value)
