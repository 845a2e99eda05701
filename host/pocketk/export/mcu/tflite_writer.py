"""Writes an integer network as a full-static int8 `.tflite`, everything inside the flatbuffer."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.mcu_network import AVERAGE, DEPTHWISE, McuLayer, McuNetwork
from pocketk.export.mcu.multiplier import multiplier_of
from pocketk.export.mcu.tflite_padding import same_pads

_ROOM_BYTES = 65_536  # a first guess; the builder grows by itself


def write_tflite(network: McuNetwork, scales: tuple[float, ...]) -> bytes:
    """Return the network as a `.tflite` file of the same integers.

    Weight scales follow from the layers' multipliers. Time is the third dimension, (1, 1, T, C). A last layer of kind
    `SUMS` becomes an int8 convolution with its own multipliers.

    Args:
        network: the network.
        scales: of the input, then of each layer's output; powers of two, or TensorFlow Lite would compute with other
            multipliers than the network has. An average's two scales are equal.

    Raises:
        McuExportError: there is not one scale for each, or a multiplier would not come back as it is.
    """
    if len(scales) != len(network.layers) + 1:
        raise McuExportError(f"{len(scales)} scales for an input and {len(network.layers)} layers")
    graph = _Graph()
    frames, channels = network.input_frames, network.input_channels
    x = graph.activation((frames, channels), scales[0], network.input_zero)
    first, zero = x, network.input_zero
    for i, layer in enumerate(network.layers):
        same = _is_same(layer, frames)
        if not same:
            x, frames = graph.padded(x, layer, (frames, channels, scales[i], zero))
        channels = channels if layer.kind in (AVERAGE, DEPTHWISE) else len(layer.weights)
        frames = -(-frames // layer.stride) if same else (frames - layer.kernel) // layer.stride + 1
        y = graph.activation((frames, channels), scales[i + 1], layer.zero)
        graph.layer(layer, (x, y), _weight_scales(layer, i, scales), same)
        x, zero = y, layer.zero
    return graph.finished(first, x)


def _is_same(layer: McuLayer, frames: int) -> bool:
    pads = (layer.pad_before, layer.pad_after)
    return any(pads) and pads == same_pads(frames, layer.kernel, layer.stride)


def _weight_scales(layer: McuLayer, i: int, scales: tuple[float, ...]) -> NDArray[np.float32]:
    """Return the scales that TensorFlow Lite makes the layer's multipliers of."""
    if layer.kind == AVERAGE:
        if scales[i] != scales[i + 1]:
            raise McuExportError(f"layer {i}: an average keeps the scale")
        return np.zeros(0, np.float32)
    wanted = layer.multipliers * 2.0 ** -(15 + layer.shifts.astype(float))
    made = (wanted * scales[i + 1] / scales[i]).astype(np.float32)
    for scale, multiplier, shift in zip(made, layer.multipliers, layer.shifts, strict=True):
        if multiplier_of(scales[i] * float(scale) / scales[i + 1]) != (multiplier, shift, True):
            raise McuExportError(
                f"layer {i}: multiplier {multiplier} >> {15 + shift} would not come back from its scale; activation "
                "scales must be powers of two, and multipliers have 15 significant bits"
            )
    return made


class _Graph:
    """A flatbuffer model in the making."""

    def __init__(self) -> None:
        self._schema = import_module("ai_edge_litert.schema_py_generated")
        self._buffers: list[Any] = [self._schema.BufferT()]  # number 0 is the empty one
        self._tensors: list[Any] = []
        self._operators: list[Any] = []
        self._codes: list[int] = []

    def activation(self, shape: tuple[int, int], scale: float, zero: int) -> int:
        """Add an int8 activation of (T, C) and return its number."""
        if math.frexp(scale)[0] != 0.5:
            raise McuExportError(f"an activation scale must be a power of two, not {scale!r}")
        return self._tensor((1, 1, *shape), "INT8", None, self._quantisation([scale], [zero], 0))

    def _tensor(self, shape: tuple[int, ...], kind: str, data: NDArray[Any] | None, quantisation: Any) -> int:
        tensor = self._schema.TensorT()
        tensor.shape, tensor.name = list(shape), f"tensor_{len(self._tensors)}".encode()
        tensor.type, tensor.quantization = getattr(self._schema.TensorType, kind), quantisation
        if data is not None:
            buffer = self._schema.BufferT()
            buffer.data = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
            tensor.buffer = len(self._buffers)
            self._buffers.append(buffer)
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def _quantisation(self, scales: Any, zeros: Any, dimension: int) -> Any:
        made = self._schema.QuantizationParametersT()
        made.scale, made.zeroPoint = np.asarray(scales, np.float32), np.asarray(zeros, np.int64)
        made.quantizedDimension = dimension
        return made

    def padded(self, x: int, layer: McuLayer, of: tuple[int, int, float, int]) -> tuple[int, int]:
        """Pad the input of a layer with an operator of its own; return the tensor to read and its frames."""
        frames, channels, scale, zero = of
        pads = (layer.pad_before, layer.pad_after)
        if not any(pads):
            return x, frames
        table = np.array([(0, 0), (0, 0), pads, (0, 0)], "<i4")
        y = self.activation((frames + sum(pads), channels), scale, zero)
        self._operator("PAD", [x, self._tensor((4, 2), "INT32", table, None)], y, "PadOptions")
        return y, frames + sum(pads)

    def layer(self, layer: McuLayer, places: tuple[int, int], scales: NDArray[np.float32], same: bool) -> None:
        """Add a layer that reads and writes the activations `places`; `same` is how it pads its input."""
        relu = layer.least == layer.zero != -128  # at -128 int8 itself is the limit
        if layer.kind == AVERAGE:
            options = self._operator("AVERAGE_POOL_2D", [places[0]], places[1], "Pool2DOptions")
            options.filterWidth, options.filterHeight = layer.kernel, 1
        else:
            depthwise = layer.kind == DEPTHWISE
            inputs = [places[0], *self._weights(layer, self._tensors[places[0]].quantization.scale[0], scales)]
            name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
            options = self._operator(
                name, inputs, places[1], "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions"
            )
            if depthwise:
                options.depthMultiplier = 1
        options.padding = self._schema.Padding.SAME if same else self._schema.Padding.VALID
        # TensorFlow Lite's reference demands equal strides of a depthwise layer; there is one row.
        options.strideW = options.strideH = layer.stride
        if relu:
            options.fusedActivationFunction = self._schema.ActivationFunctionType.RELU
        elif (layer.least, layer.most) != (-128, 127):
            raise McuExportError(f"limits {layer.least} to {layer.most} are neither ReLU's nor none")

    def _weights(self, layer: McuLayer, scale: float, scales: NDArray[np.float32]) -> list[int]:
        depthwise = layer.kind == DEPTHWISE
        shape = (1, *layer.weights.shape) if depthwise else (len(layer.weights), 1, *layer.weights.shape[1:])
        data = layer.weights.reshape((1, *shape) if depthwise else shape)
        zeros = np.zeros(len(scales), np.int64)
        weights = self._tensor(data.shape, "INT8", data, self._quantisation(scales, zeros, 3 if depthwise else 0))
        sums = self._quantisation(scales * np.float32(scale), zeros, 0)
        return [weights, self._tensor((len(scales),), "INT32", layer.bias.astype("<i4"), sums)]

    def _operator(self, code: str, inputs: list[int], output: int, options: str) -> Any:
        number = getattr(self._schema.BuiltinOperator, code)
        if number not in self._codes:
            self._codes.append(number)
        operator = self._schema.OperatorT()
        operator.opcodeIndex = self._codes.index(number)
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, options)
        operator.builtinOptions = getattr(self._schema, options + "T")()
        self._operators.append(operator)
        return operator.builtinOptions

    def finished(self, x: int, y: int) -> bytes:
        """Return the file; `x` and `y` are its input and output."""
        schema = self._schema
        graph, model = schema.SubGraphT(), schema.ModelT()
        graph.tensors, graph.operators, graph.inputs, graph.outputs = self._tensors, self._operators, [x], [y]
        model.version, model.subgraphs, model.buffers = 3, [graph], self._buffers
        model.operatorCodes = [self._code(number) for number in self._codes]
        builder = import_module("flatbuffers").Builder(_ROOM_BYTES)
        builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
        return bytes(builder.Output())

    def _code(self, number: int) -> Any:
        code = self._schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = number
        code.version = 3  # int8 with a scale for each channel
        return code
