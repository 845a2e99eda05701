"""Net1D rewritten for the runtimes of devices: two-dimensional convolutions, the same weights, the same logits."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, pad, relu, silu

from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.same_padding import same_padding
from pocketk_models.twin_layout import to_reference_state, to_twin_state

__all__ = ["DeployedTwin", "TwinBlock", "TwinConv"]


class TwinConv(nn.Module):
    """`SameConv1d` as a Conv2d of kernel (1, k), (B, C, 1, L) -> (B, O, 1, ceil(L / stride)).

    Its padding is an attribute of the convolution, the same on both sides. Where the right needs one more than
    the left (an odd total: kernel 16 at stride 1, or at stride 2 over an odd length) the kernel gets one tap
    of zero in front and both sides the longer padding, which gives the same sums. So no graph holds a Pad over
    time, which ONNX Runtime 1.31.1 is known to move wrongly, and each convolution is exactly TFLite's SAME.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, (1, kernel_size), stride=(1, stride), groups=groups)
        self.settled_length: int | None = None
        self.settled_weight: Tensor | None
        self.register_buffer("settled_weight", None, persistent=False)

    def settle(self, length: int) -> None:
        """Keep the kernel that inputs of `length` samples need, so that exporters meet it as one constant."""
        self.settled_length, self.settled_weight = length, self._kernel(length).detach().clone()

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x (B, in_channels, 1, L).

        Raises:
            ValueError: If it was settled for another L.
        """
        conv, length = self.conv, x.shape[-1]
        if self.settled_length is not None and length != self.settled_length:
            raise ValueError(f"this twin was settled for another length ({self.settled_length} samples, got {length})")
        weight = self._kernel(length) if self.settled_weight is None else self.settled_weight
        return conv2d(x, weight, conv.bias, conv.stride, (0, self._padding(length)[1]), 1, conv.groups)

    def _padding(self, length: int) -> tuple[int, int]:
        return same_padding(length, self.conv.kernel_size[1], self.conv.stride[1])

    def _kernel(self, length: int) -> Tensor:
        left, right = self._padding(length)
        return self.conv.weight if left == right else pad(self.conv.weight, (right - left, 0))


class TwinBlock(nn.Module):
    """`Block` on (B, n_in, 1, L), its squeeze-and-excite as 1x1 convolutions over the one mean of a channel."""

    def __init__(self, n_in: int, n_out: int, config: Net1DConfig, *, stride: int, is_first: bool) -> None:
        super().__init__()
        inner = config.inner_channels(n_out)
        self.is_first = is_first
        self.halves = stride == 2
        self.channels_before = (n_out - n_in) // 2
        self.channels_after = n_out - n_in - self.channels_before
        self.conv1 = TwinConv(n_in, inner, 1)
        self.conv2 = TwinConv(inner, inner, config.kernel_size, stride, inner // config.groups_width)
        self.conv3 = TwinConv(inner, n_out, 1)
        self.se_fc1 = nn.Conv2d(n_out, n_out // 2, 1)
        self.se_fc2 = nn.Conv2d(n_out // 2, n_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Transform x (B, n_in, 1, L) -> (B, n_out, 1, L or ceil(L / 2))."""
        out = self.conv1(x if self.is_first else silu(x))
        out = self.conv2(silu(out))
        out = self.conv3(silu(out))
        gate = torch.sigmoid(self.se_fc2(silu(self.se_fc1(out.mean(dim=-1, keepdim=True)))))
        return out * gate + self._shortcut(x)

    def _shortcut(self, x: Tensor) -> Tensor:
        """As in `Block`: halved, then centred among channels of zeros."""
        if self.halves:
            x = _halve_by_max(x)
        if self.channels_before + self.channels_after:
            x = pad(x, (0, 0, 0, 0, self.channels_before, self.channels_after))
        return x


class DeployedTwin(nn.Module):
    """A Net1D as exporters want it, (B, C, N) float32 -> (B, H) logits, for any length N.

    Parameters carry the names of the Net1D's; those of convolutions have one or two axes of length 1 more.
    Runtimes have their fast kernels for four axes only: ONNX Runtime blocks channels there, and the converter
    to LiteRT puts 134 transposes and 155 reshapes round the one-dimensional convolutions of the published size.

    Attributes:
        config: What the network was built from, the Net1D's own.
    """

    def __init__(self, config: Net1DConfig) -> None:
        super().__init__()
        self.config = config
        self.first_conv = TwinConv(config.in_channels, config.base_filters, config.kernel_size, config.stride_of_stem)
        widths = pairwise((config.base_filters, *config.filter_list))
        self.stage_list = nn.ModuleList(_stage(n_in, n_out, s, config) for s, (n_in, n_out) in enumerate(widths))
        self.dense = nn.Linear(config.filter_list[-1], config.n_outputs)

    @classmethod
    def of(cls, net: Net1D) -> DeployedTwin:
        """Build the twin of `net` with a copy of its weights, in evaluation mode, on its device, of its type."""
        # Without memory of its own: random weights would be drawn only to be overwritten.
        with torch.device("meta"):
            twin = cls(net.config)
        twin.load_state_dict(to_twin_state(net.state_dict()), strict=True, assign=True)
        return twin.eval()

    def reference(self) -> Net1D:
        """Build the Net1D of this twin, a copy of its weights bit for bit, in evaluation mode."""
        with torch.device("meta"):
            net = Net1D(self.config)
        net.load_state_dict(to_reference_state(self.state_dict()), strict=True, assign=True)
        return net.eval()

    def settled(self, n_samples: int) -> DeployedTwin:
        """Return a copy for clips of `n_samples` only, as an exporter needs it; its state_dict stays the same.

        Raises:
            ValueError: If n_samples is below 1.
        """
        if n_samples < 1:
            raise ValueError(f"n_samples is {n_samples}; give the samples of a clip, at least 1")
        twin = copy.deepcopy(self).eval()
        device, dtype = twin.dense.weight.device, twin.dense.weight.dtype
        convolutions = [each for each in twin.modules() if isinstance(each, TwinConv)]
        hooks = [each.register_forward_pre_hook(_settle_for_input) for each in convolutions]
        with torch.no_grad():
            twin(torch.zeros(1, self.config.in_channels, n_samples, device=device, dtype=dtype))
        for hook in hooks:
            hook.remove()
        return twin

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, n_outputs) of z-scored clips (B, in_channels, N).

        Raises:
            ValueError: If x is not (B, in_channels, N).
        """
        if x.dim() != 3 or x.shape[1] != self.config.in_channels:
            raise ValueError(f"input has shape {tuple(x.shape)}, expected (batch, {self.config.in_channels}, samples)")
        x = silu(self.first_conv(x.unsqueeze(2)))
        for stage in self.stage_list:
            for block in stage.get_submodule("block_list").children():
                x = block(x)
        return self.dense(x.mean(dim=(2, 3)))


def _settle_for_input(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    cast(TwinConv, module).settle(inputs[0].shape[-1])


def _stage(n_in: int, n_out: int, place: int, config: Net1DConfig) -> nn.Module:
    """Blocks of one width under the name `block_list`, as in the Net1D's `Stage`."""
    stage = nn.Module()
    stage.block_list = nn.ModuleList(
        TwinBlock(
            n_in if b == 0 else n_out,
            n_out,
            config,
            stride=config.stride if b == 0 else 1,
            is_first=place == b == 0,
        )
        for b in range(config.m_blocks_list[place])
    )
    return stage


def _halve_by_max(x: Tensor) -> Tensor:
    """`halve_by_max` on (B, C, 1, L): the last value of an odd length becomes max(value, 0), without a Pad."""
    length = x.shape[-1]
    if length % 2 == 0:
        return max_pool2d(x, kernel_size=(1, 2), stride=(1, 2))
    last = relu(x[..., length - 1 :])
    if length == 1:
        return last
    return torch.cat([max_pool2d(x[..., : length - 1], kernel_size=(1, 2), stride=(1, 2)), last], dim=-1)
