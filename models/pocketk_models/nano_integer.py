"""pocketk-nano in whole numbers only: what any runtime on any chip has to reproduce bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pocketk_models.nano import NanoNet, quantised_weights
from pocketk_models.nano_config import NanoConfig, NanoLayer
from pocketk_models.nano_scale import ACTIVATION_BITS, INPUT_BITS, MULTIPLIER_BITS, TOP

Int32 = NDArray[np.int32]
_LOWEST_INPUT, _INT32_TOP = -128, 2**31 - 1


@dataclass(frozen=True)
class IntegerLayer:
    """A convolution in whole numbers; see `nano_scale` for the format.

    Attributes:
        layer: its shape and lengths.
        weights: (O, I / groups, K) int8, -127 to 127.
        bias: (O,) int32.
        multiplier: (O,) int32, 128 to 255.
        shift: (O,) int32, 8 to 38.
    """

    layer: NanoLayer
    weights: NDArray[np.int8]
    bias: Int32
    multiplier: Int32
    shift: Int32

    def apply(self, x: Int32) -> Int32:
        """(B, I, L) int32 -> (B, O, L') int32 from 0 to 255.

        See `nano_scale`; shifts to the right round towards minus infinity.
        """
        layer = self.layer
        padded = np.pad(x, ((0, 0), (0, 0), layer.padding))
        windows = sliding_window_view(padded, layer.kernel, axis=2)[:, :, :: layer.stride]
        weights = self.weights.astype(np.int32)
        if layer.kind == "depthwise":
            total = np.einsum("bclk,ck->bcl", windows, weights[:, 0])
        else:
            total = np.einsum("bclk,ock->bol", windows, weights)
        total += self.bias[:, None]
        product = (total * self.multiplier[:, None] + np.int32(1 << (MULTIPLIER_BITS - 1))) >> MULTIPLIER_BITS
        left = self.shift[:, None] - np.int32(MULTIPLIER_BITS)
        rounded = (product + ((np.int32(1) << left) >> 1)) >> left
        return np.clip(rounded, 0, TOP).astype(np.int32)

    @property
    def largest(self) -> int:
        """Largest magnitude that any intermediate of `apply` takes, over every input; proven by sums of magnitudes.

        Partial sums in any order are no larger, and neither is the product or the product plus a half.
        """
        most = -_LOWEST_INPUT if self.layer.name == "stem" else TOP
        weights = np.abs(self.weights.astype(np.int64)).sum(axis=(1, 2))
        total = weights * most + np.abs(self.bias.astype(np.int64))
        product = total * self.multiplier + (1 << (MULTIPLIER_BITS - 1))
        half = (1 << (self.shift.astype(np.int64) - MULTIPLIER_BITS)) >> 1
        return int(np.maximum(product, (product >> MULTIPLIER_BITS) + half + 1).max())


@dataclass(frozen=True)
class IntegerNano:
    """The whole network in whole numbers.

    Attributes:
        config: its shape.
        layers: the convolutions in order.
        head_weights: (H, F) int8.
        head_bias: (H,) int32.
        head_multiplier: (H,) int32: an output is accumulator x multiplier x 2^-shift.
        head_shift: (H,) int32.
    """

    config: NanoConfig
    layers: tuple[IntegerLayer, ...]
    head_weights: NDArray[np.int8]
    head_bias: Int32
    head_multiplier: Int32
    head_shift: Int32

    @classmethod
    def of(cls, net: NanoNet) -> IntegerNano:
        """The integers of a network; the same that its quantised forward pass computes with.

        Raises:
            ValueError: an intermediate could leave 32 bits, or a shift is not from 8 to 38.
        """
        layers, bits = [], INPUT_BITS
        with torch.no_grad():
            for layer, conv in net.convolutions():
                weight, bias, m, shift = (_whole(each) for each in quantised_weights(conv, bits))
                layers.append(_checked(layer, (weight, bias, m, shift - ACTIVATION_BITS)))
                bits = ACTIVATION_BITS
            weight, bias, m, shift = (_whole(each) for each in quantised_weights(net.dense, bits))
        made = cls(
            net.config,
            tuple(layers),
            weight.astype(np.int8),
            bias.astype(np.int32),
            m.astype(np.int32),
            shift.astype(np.int32),
        )
        _check_range("dense", made.largest_of_head)
        return made

    def features(self, x: NDArray[np.int8]) -> Int32:
        """(B, 1, N) or (B, N) int8 -> (B, F) int32 from 0 to 255: the rounded average of the last layer.

        Raises:
            ValueError: not int8 of the network's length.
        """
        clips = x[:, None] if x.ndim == 2 else x
        if x.dtype != np.int8 or clips.shape[1:] != (1, self.config.n_samples):
            raise ValueError(f"the input is {x.dtype} {x.shape}; expected int8 (B, {self.config.n_samples})")
        values = clips.astype(np.int32)
        for layer in self.layers:
            values = layer.apply(values)
        pooled = self.config.pooled
        return (2 * values.sum(axis=2, dtype=np.int32) + pooled) // (2 * pooled)

    def accumulators(self, x: NDArray[np.int8]) -> Int32:
        """(B, 1, N) or (B, N) int8 -> (B, H) int32, what the head adds up: the answer that a chip compares."""
        return self.features(x) @ self.head_weights.T.astype(np.int32) + self.head_bias

    def outputs(self, x: NDArray[np.int8]) -> NDArray[np.float32]:
        """(B, 1, N) or (B, N) int8 -> (B, H) float32: logits and potassium."""
        step = np.ldexp(self.head_multiplier.astype(np.float64), -self.head_shift)
        return (self.accumulators(x) * step).astype(np.float32)

    @property
    def largest_of_head(self) -> int:
        """Largest magnitude of an accumulator of the head, over every input."""
        weights = np.abs(self.head_weights.astype(np.int64)).sum(axis=1)
        return int((weights * TOP + np.abs(self.head_bias.astype(np.int64))).max())


def _whole(tensor: torch.Tensor) -> NDArray[np.int64]:
    return tensor.detach().cpu().numpy().astype(np.int64)


def _checked(layer: NanoLayer, numbers: tuple[NDArray[np.int64], ...]) -> IntegerLayer:
    weight, bias, m, shift = numbers
    least, most = MULTIPLIER_BITS, MULTIPLIER_BITS + 30
    if shift.min() < least or shift.max() > most:
        raise ValueError(
            f"{layer.name}: shifts are {shift.min()} to {shift.max()}; expected {least} to {most}: train it anew"
        )
    if np.abs(bias).max() > _INT32_TOP:
        raise ValueError(f"{layer.name}: a bias does not fit into 32 bits: train it anew")
    made = IntegerLayer(
        layer, weight[:, :, 0].astype(np.int8), bias.astype(np.int32), m.astype(np.int32), shift.astype(np.int32)
    )
    _check_range(layer.name, made.largest)
    return made


def _check_range(name: str, largest: int) -> None:
    if largest > _INT32_TOP:
        raise ValueError(f"{name}: an intermediate could reach {largest:,}, beyond 32 bits: train it anew")
