"""Reads a full-static int8 `.tflite` of 1-D layers as an integer network for `.mcu` files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk.export.mcu.flatbuffer_graph import Activation, FlatbufferGraph, Operator
from pocketk.export.mcu.mcu_error import McuExportError
from pocketk.export.mcu.mcu_network import (
    AVERAGE,
    CONVOLUTION,
    DEPTHWISE,
    SUMS,
    McuLayer,
    McuNetwork,
    McuOutput,
    average_layer,
)
from pocketk.export.mcu.multiplier import multiplier_of
from pocketk.export.mcu.tflite_padding import same_pads


@dataclass(frozen=True)
class TfliteImport:
    """A network from a `.tflite`.

    Attributes:
        network: the network.
        rounded_channels: channels whose multipliers had more than 15 significant bits and were rounded; with 0 the
            network gives TensorFlow Lite's integers.
        channels: all channels that have a multiplier.
    """

    network: McuNetwork
    rounded_channels: int
    channels: int


@dataclass(frozen=True)
class ImportOptions:
    """How a `.tflite` is read.

    Attributes:
        variant: id of the preprocessing that makes its input.
        input_nanovolts: what one step of the input stands for.
        allow_rounding: take multipliers of more than 15 bits and round them.
        sums: let the last layer's int32 sums be the outputs, where it is dense and has no limits of its own.
    """

    variant: str
    input_nanovolts: int
    allow_rounding: bool = False
    sums: bool = False


def from_tflite(data: bytes, options: ImportOptions) -> TfliteImport:
    """Return the network of a `.tflite` file.

    Convolutions and average pools work along the one of height and width that the input uses. Supported are CONV_2D,
    DEPTHWISE_CONV_2D, AVERAGE_POOL_2D, FULLY_CONNECTED, PAD in front of a convolution, and RESHAPE that only renames.

    Raises:
        McuExportError: an operator, a type or an option is not supported, or a multiplier would be rounded; the
            message says which and what to do.
    """
    reader = _Reader(FlatbufferGraph(data), options.allow_rounding)
    graph = reader.graph
    first, last = graph.activation(graph.input), graph.activation(graph.output)
    frames, channels = reader.frames_and_channels(first.shape)
    for operator in graph.operators:
        reader.take(operator)
    if any(reader.pads):
        raise McuExportError("a PAD at the end pads nothing")
    layers, outputs = reader.layers, (McuOutput(last.scale, last.zero),) * int(np.prod(last.shape))
    if options.sums:
        layers, outputs = _with_sums(layers, reader.last_scales)
    network = McuNetwork(
        options.variant, frames, channels, first.zero, options.input_nanovolts, tuple(layers), tuple(outputs)
    )
    return TfliteImport(network, reader.rounded, reader.channels)


def _with_sums(layers: list[McuLayer], scales: NDArray[np.float64]) -> tuple[list[McuLayer], tuple[McuOutput, ...]]:
    last = layers[-1]
    if last.kind != CONVOLUTION or (last.least, last.most) != (-128, 127):
        raise McuExportError("the last layer is not dense without limits, so its sums cannot be the outputs")
    changed = McuLayer(SUMS, last.weights, last.bias, last.multipliers, last.shifts, last.kernel, zero=last.zero)
    return [*layers[:-1], changed], tuple(McuOutput(float(scale)) for scale in scales)


class _Reader:
    """Turns operators into layers one after another."""

    def __init__(self, graph: FlatbufferGraph, allow_rounding: bool) -> None:
        self.graph, self._allow_rounding = graph, allow_rounding
        self.layers: list[McuLayer] = []
        self.pads: tuple[int, int] = (0, 0)
        self.rounded = self.channels = 0
        self.last_scales = np.zeros(0)
        shape = graph.activation(graph.input).shape
        if len(shape) == 4 and 1 not in shape[1:3]:
            raise McuExportError(f"an input of {shape} has both height and width; one of them must be 1")
        self._time = 1 if len(shape) == 3 or shape[2] == 1 else 2

    def frames_and_channels(self, shape: tuple[int, ...]) -> tuple[int, int]:
        """Return T and C of a shape (1, 1, T, C), (1, T, 1, C), (1, T, C) or (1, C)."""
        if shape[0] != 1 or not 2 <= len(shape) <= 4:
            raise McuExportError(f"a shape of {shape}: a batch of 1 and at most four dimensions are needed")
        return int(np.prod(shape[1:-1])), shape[-1]

    def take(self, operator: Operator) -> None:
        """Add the layer of one operator."""
        makers = {
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._convolution,
            "AVERAGE_POOL_2D": self._average,
            "FULLY_CONNECTED": self._dense,
            "PAD": self._pad,
            "RESHAPE": self._reshape,
        }
        if operator.name not in makers:
            raise McuExportError(f"{operator.name} is not supported; the chip has {', '.join(makers)}")
        if any(self.pads) and not operator.name.endswith("CONV_2D"):
            raise McuExportError(f"a PAD in front of {operator.name} is not supported")
        makers[operator.name](operator)

    def _ends(self, operator: Operator) -> tuple[Activation, Activation]:
        return self.graph.activation(operator.inputs[0]), self.graph.activation(operator.output)

    def _pad(self, operator: Operator) -> None:
        table = self.graph.constant(operator.inputs[1], "INT32")
        pads = table[self._time].tolist()
        if table.sum() != sum(pads):
            raise McuExportError("a PAD of anything but time is not supported")
        self.pads = pads[0], pads[1]

    def _reshape(self, operator: Operator) -> None:
        before, after = self._ends(operator)
        if (before.scale, before.zero) != (after.scale, after.zero):
            raise McuExportError("a RESHAPE that changes the scale is not supported")

    def _average(self, operator: Operator) -> None:
        x, y = self._ends(operator)
        options = operator.options
        kernel, stride = self._along_time(options.filterHeight, options.filterWidth, options)
        frames, _ = self.frames_and_channels(x.shape)
        if (x.scale, x.zero) != (y.scale, y.zero) or self._same_pads(options, frames, kernel, stride) != (0, 0):
            raise McuExportError("an AVERAGE_POOL_2D that pads or changes the scale is not supported")
        if self._limits(options, y) != (-128, 127):
            raise McuExportError("an AVERAGE_POOL_2D with an activation of its own is not supported")
        self.layers.append(average_layer(kernel, x.zero, stride))

    def _along_time(self, height: int, width: int, options: Any) -> tuple[int, int]:
        """Return kernel and stride along time; across it the kernel must be 1."""
        along, across = (height, width) if self._time == 1 else (width, height)
        if across != 1:
            raise McuExportError(f"a kernel of {height} x {width}: only one along time is supported")
        return along, options.strideH if self._time == 1 else options.strideW

    def _same_pads(self, options: Any, frames: int, kernel: int, stride: int) -> tuple[int, int]:
        if self.graph.word("Padding", options.padding) == "VALID":
            return 0, 0
        return same_pads(frames, kernel, stride)

    def _limits(self, options: Any, y: Activation) -> tuple[int, int]:
        name = self.graph.word("ActivationFunctionType", options.fusedActivationFunction)
        if name == "NONE":
            return -128, 127
        if name == "RELU":
            return max(-128, y.zero), 127
        raise McuExportError(f"the activation {name} is not supported; RELU and NONE are")

    def _convolution(self, operator: Operator) -> None:
        x, y = self._ends(operator)
        options, depthwise = operator.options, operator.name.startswith("DEPTHWISE")
        weights = self.graph.constant(operator.inputs[1], "INT8")
        if options.dilationHFactor != 1 or options.dilationWFactor != 1:
            raise McuExportError(f"a dilated {operator.name} is not supported")
        kernel, stride = self._along_time(weights.shape[1], weights.shape[2], options)
        frames, channels = self.frames_and_channels(x.shape)
        if weights.shape[3] != channels:
            raise McuExportError(f"a {operator.name} in groups, or one that adds channels, is not supported")
        same = self._same_pads(options, frames, kernel, stride)
        if any(self.pads) and any(same):
            raise McuExportError("a PAD in front of a convolution that pads as well is not supported")
        pads = self.pads if any(self.pads) else same
        shape = (kernel, channels) if depthwise else (len(weights), kernel, channels)
        self._add(operator, weights.reshape(shape), (stride, pads[0], pads[1]), self._limits(options, y))
        self.pads = (0, 0)

    def _dense(self, operator: Operator) -> None:
        x, y = self._ends(operator)
        weights = self.graph.constant(operator.inputs[1], "INT8")
        # A RESHAPE in front may have flattened (T, C); the layer before knows the shape.
        channels = self._channels_before(x)
        self._add(operator, weights.reshape(len(weights), -1, channels), (1, 0, 0), self._limits(operator.options, y))

    def _channels_before(self, x: Activation) -> int:
        for layer in reversed(self.layers):
            if layer.kind != AVERAGE:
                return layer.weights.shape[-1] if layer.kind == DEPTHWISE else len(layer.weights)
        return self.frames_and_channels(self.graph.activation(self.graph.input).shape)[1] if x.shape else 1

    def _add(
        self, operator: Operator, weights: NDArray[np.int8], steps: tuple[int, int, int], limits: tuple[int, int]
    ) -> None:
        """Add a layer with weights; ``steps`` is its stride and padding."""
        x, y = self._ends(operator)
        depthwise = operator.name.startswith("DEPTHWISE")
        out = weights.shape[1] if depthwise else len(weights)
        scales, zeros = self.graph.scales(operator.inputs[1])
        if len(scales) not in (1, out) or zeros.any():
            raise McuExportError(f"{operator.name}: weights need one scale, or one for each channel, and zero point 0")
        bias_at = [at for at in operator.inputs[2:] if at >= 0]  # -1: left out
        bias = self.graph.constant(bias_at[0], "INT32") if bias_at else np.zeros(out, np.int32)
        self.last_scales = x.scale * np.broadcast_to(scales, (out,)).astype(float)
        found = [multiplier_of(float(one) / y.scale) for one in self.last_scales]
        multipliers, shifts = (np.array([one[i] for one in found], np.int32) for i in (0, 1))
        self._count(operator, sum(not one[2] for one in found), out)
        self.layers.append(
            McuLayer(
                DEPTHWISE if depthwise else CONVOLUTION,
                np.ascontiguousarray(weights),
                bias.astype(np.int32),
                multipliers,
                shifts,
                weights.shape[0] if depthwise else weights.shape[1],
                *steps,
                zero=y.zero,
                least=limits[0],
                most=limits[1],
            )
        )

    def _count(self, operator: Operator, rounded: int, channels: int) -> None:
        self.rounded += rounded
        self.channels += channels
        if rounded and not self._allow_rounding:
            raise McuExportError(
                f"layer {len(self.layers)} ({operator.name}): {rounded} of {channels} multipliers have more than 15 "
                "significant bits, so that the chip would give other integers; quantise with the scales of "
                "pocketk.export.mcu.multiplier, or allow rounding"
            )
