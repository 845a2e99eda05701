"""Convolution and pooling that halve a length to its ceiling, padding with zeros at run time."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool1d, pad, relu


def same_padding(length: int, kernel_size: int, stride: int) -> tuple[int, int]:
    """Return the zeros (left, right) that make a convolution's output `ceil(length / stride)` long.

    The total is `max(0, (out - 1) * stride + kernel_size - length)`; the left gets half, rounded down
    (ECGFounder release, net1d). Kernel 16 at stride 1 therefore pads 7 left and 8 right.

    Args:
        length: Samples going in.
        kernel_size: Samples under the kernel.
        stride: Samples between outputs.
    """
    out = -(-length // stride)
    total = max(0, (out - 1) * stride + kernel_size - length)
    return total // 2, total - total // 2


class SameConv1d(nn.Module):
    """A 1-D convolution with bias, (B, C, L) -> (B, O, ceil(L / stride)), padded for the length it meets.

    The inner module is called `conv` because the published parameter names are `<layer>.conv.weight`.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.conv = nn.Conv1d(in_channels, out_channels, kernel_size, stride=stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x (B, in_channels, L)."""
        left, right = same_padding(x.shape[-1], self.kernel_size, self.stride)
        return self.conv(pad(x, (left, right)) if left + right else x)


def halve_by_max(x: Tensor) -> Tensor:
    """Max-pool (B, C, L) -> (B, C, ceil(L / 2)), kernel 2, stride 2, one ZERO appended when L is odd.

    The last value of an odd length competes with that zero, so it becomes `max(value, 0)`. Written as a
    ReLU and not as a pad before a pool, because ONNX Runtime 1.31.1 folds such a pad into its MaxPool,
    which pads with minus infinity, and then returns wrong logits without a warning.
    """
    length = x.shape[-1]
    if length % 2 == 0:
        return max_pool1d(x, kernel_size=2, stride=2)
    last = relu(x[..., length - 1 :])
    if length == 1:
        return last
    return torch.cat([max_pool1d(x[..., : length - 1], kernel_size=2, stride=2), last], dim=-1)
