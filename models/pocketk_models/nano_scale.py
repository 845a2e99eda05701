"""The number format of pocketk-nano: which integer stands for which value, the same in training and on the chip.

    input        int8, 2^-4 a step (one step is 20 uV after the integer front end)
    activations  0..255, 2^-6 a step, so that a ReLU saturates at 3.98 (int8 with zero point -128, or uint8)
    average      as the activations, rounded to nearest
    weights      int8, -127..127, and one scale m 2^-k an output channel with m from 128 to 255
    biases       int32, at the scale of the accumulator (input step x weight scale)

    after a convolution: p = (accumulator m + 2^7) >> 8, then clip((p + 2^(s-9)) >> (s - 8), 0, 255)
    after the head:      accumulator m 2^-s, not rounded

The two roundings are those of TensorFlow Lite's int8 kernels and of `pocketk_firmware.nano.kernels_plain.requantise`
with the 15-bit multiplier 128 m and the shift s - 8.

Every scale but the weights' is a power of two, and a weight scale is its own multiplier, so requantisation is exact: no
real-valued multiplier is rounded anywhere. m has 8 bits so that accumulator x m fits into 32 (`range_of`). The weight
scale is at most 0.8 % larger than |w|max / 127 would ask for. All engineering choices; the ceiling of the ReLU is there
from the first step of the training, so that no ranges need to be measured afterwards.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

INPUT_BITS, ACTIVATION_BITS = 4, 6
TOP = 255
CEILING = TOP * 2.0**-ACTIVATION_BITS
WEIGHT_TOP = 127
MULTIPLIER_BITS = 8
# Below it a channel is dead and its scale would be lost in float32; engineering choice.
_LEAST_WEIGHT = 2.0**-20


def weight_scale(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The smallest scale of the format that holds each output channel's weights.

    Args:
        weight: (O, ...) float32.

    Returns:
        m, (O,) int64 from 128 to 255, and k, (O,) int64: the scale is m 2^-k.
    """
    largest = weight.detach().flatten(1).abs().amax(dim=1).double().clamp_min(_LEAST_WEIGHT) / WEIGHT_TOP
    mantissa, exponent = torch.frexp(largest)
    m = torch.ceil(mantissa * 2**MULTIPLIER_BITS).long()
    k = MULTIPLIER_BITS - exponent.long()
    over = m == 2**MULTIPLIER_BITS
    return torch.where(over, m // 2, m), torch.where(over, k - 1, k)


def scale_value(m: Tensor, k: Tensor) -> Tensor:
    """The value m 2^-k, float64."""
    return torch.ldexp(m.double(), -k)


def round_half_up(x: Tensor) -> Tensor:
    """floor(x + 1/2), with the gradient of x."""
    return x + (torch.floor(x + 0.5) - x).detach()


class Requantised(torch.autograd.Function):
    """clip(floor(x + 1/2), 0, top), with the gradient of clip(x, 0, top); one pass over memory less than its parts."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, top: float) -> Tensor:
        """The rounded values of x."""
        ctx.save_for_backward(x)
        ctx.top = top
        return (x + 0.5).floor_().clamp_(0.0, top)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        """The gradient where x is inside the range."""
        (x,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradients[0], x, 0.0, ctx.top), None
