"""An int8 network as the writer of `.mcu` files takes it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_firmware.nano import layer as words

CONVOLUTION, DEPTHWISE, AVERAGE, SUMS = words.CONVOLUTION, words.DEPTHWISE, words.AVERAGE, words.SUMS


@dataclass(frozen=True)
class McuLayer:
    """One layer of O channels whose input has I channels; all values in the numbers of int8 quantisation.

    Attributes:
        kind: `CONVOLUTION` (pointwise with K = 1, dense with K = the input's frames), `DEPTHWISE`, `AVERAGE`, or
            `SUMS`: a dense last layer whose int32 sums go out as they are.
        weights: int8, zero point 0; (O, K, I), for `DEPTHWISE` (K, I), for `AVERAGE` of size 0.
        bias: (O,) int32, in input scale * weight scale.
        multipliers: (O,) 0 to 32767.
        shifts: (O,) 0 to 30: sum * multiplier * 2**-(15 + shift) + zero is the output.
        kernel: K, frames.
        stride: frames.
        pad_before, pad_after: frames of the input's zero point around it.
        zero: zero point of the output.
        least, most: limits of the output; with ReLU `least` is `zero`.
    """

    kind: int
    weights: NDArray[np.int8]
    bias: NDArray[np.int32]
    multipliers: NDArray[np.int32]
    shifts: NDArray[np.int32]
    kernel: int
    stride: int = 1
    pad_before: int = 0
    pad_after: int = 0
    zero: int = 0
    least: int = -128
    most: int = 127


@dataclass(frozen=True)
class McuOutput:
    """One output of the network: value = (step - zero) * scale."""

    scale: float
    zero: int = 0


@dataclass(frozen=True)
class McuNetwork:
    """A whole network.

    Attributes:
        variant: id of the preprocessing that makes its input, at most 16 characters.
        input_frames, input_channels: shape of a window.
        input_zero: zero point of the input.
        input_nanovolts: what one step of the input stands for.
        layers: in order.
        outputs: one for each value of the last layer.
    """

    variant: str
    input_frames: int
    input_channels: int
    input_zero: int
    input_nanovolts: int
    layers: tuple[McuLayer, ...]
    outputs: tuple[McuOutput, ...]


def average_layer(kernel: int, zero: int = 0, stride: int = 1) -> McuLayer:
    """Return the mean over `kernel` frames, every `stride` frames; `zero` is the zero point before and after it."""
    no_weights, nothing = np.zeros(0, np.int8), np.zeros(0, np.int32)
    return McuLayer(AVERAGE, no_weights, nothing, nothing, nothing, kernel, stride, zero=zero)
