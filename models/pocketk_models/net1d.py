"""Net1D, the network of ECGFounder and Pocket-K: 20 grouped bottleneck blocks without normalisation."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import pad, silu

from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.same_padding import SameConv1d, halve_by_max

__all__ = ["Block", "Net1D", "Net1DConfig", "Stage"]


class Block(nn.Module):
    """Pre-activation bottleneck with squeeze-and-excite, (B, n_in, L) -> (B, n_out, L or ceil(L / 2)).

    Swish, 1x1 convolution, Swish, grouped convolution, Swish, 1x1 convolution, squeeze-and-excite, plus
    the shortcut. The network's very first block has no leading Swish, for the stem has just applied one.
    """

    def __init__(self, n_in: int, n_out: int, config: Net1DConfig, *, stride: int, is_first: bool) -> None:
        super().__init__()
        inner = config.inner_channels(n_out)
        groups = inner // config.groups_width
        self.is_first = is_first
        self.halves = stride == 2
        self.channels_before = (n_out - n_in) // 2
        self.channels_after = n_out - n_in - self.channels_before
        self.conv1 = SameConv1d(n_in, inner, 1)
        self.conv2 = SameConv1d(inner, inner, config.kernel_size, stride, groups)
        self.conv3 = SameConv1d(inner, n_out, 1)
        self.se_fc1 = nn.Linear(n_out, n_out // 2)
        self.se_fc2 = nn.Linear(n_out // 2, n_out)

    def forward(self, x: Tensor) -> Tensor:
        """Transform x (B, n_in, L)."""
        out = self.conv1(x if self.is_first else silu(x))
        out = self.conv2(silu(out))
        out = self.conv3(silu(out))
        gate = torch.sigmoid(self.se_fc2(silu(self.se_fc1(out.mean(dim=-1)))))
        return out * gate.unsqueeze(-1) + self._shortcut(x)

    def _shortcut(self, x: Tensor) -> Tensor:
        """Bring x to the shape of the block's output: halve the length, centre it among zero channels."""
        if self.halves:
            x = halve_by_max(x)
        if self.channels_before + self.channels_after:
            x = pad(x, (0, 0, self.channels_before, self.channels_after))
        return x


class Stage(nn.Module):
    """Blocks of one width; the first takes the stride and the change of width."""

    def __init__(self, n_in: int, n_out: int, n_blocks: int, config: Net1DConfig, *, is_first: bool) -> None:
        super().__init__()
        self.block_list = nn.ModuleList(
            Block(
                n_in if b == 0 else n_out,
                n_out,
                config,
                stride=config.stride if b == 0 else 1,
                is_first=is_first and b == 0,
            )
            for b in range(n_blocks)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform x (B, n_in, L) -> (B, n_out, ceil(L / stride))."""
        for block in self.block_list:
            x = block(x)
        return x


class Net1D(nn.Module):
    """The ECGFounder network, (B, C, N) float32 -> (B, H) logits, for any length N.

    Parameter names are the published ones, so a published state_dict less its dead batch-norm keys loads
    with `strict=True`. No batch norm is built: the release runs with `use_bn=False` and never calls its own.

    Attributes:
        config: What the network was built from.
    """

    def __init__(self, config: Net1DConfig | None = None) -> None:
        super().__init__()
        self.config = config if config is not None else Net1DConfig()
        c = self.config
        self.first_conv = SameConv1d(c.in_channels, c.base_filters, c.kernel_size, c.stride_of_stem)
        widths = (c.base_filters, *c.filter_list)
        self.stage_list = nn.ModuleList(
            Stage(widths[s], widths[s + 1], n_blocks, c, is_first=s == 0) for s, n_blocks in enumerate(c.m_blocks_list)
        )
        self.dense = nn.Linear(c.filter_list[-1], c.n_outputs)

    @classmethod
    def ecgfounder(cls, in_channels: int = 1, n_outputs: int = 1) -> Net1D:
        """Build the published configuration with PyTorch's default random weights (30,588,657 for 1 x 1)."""
        return cls(Net1DConfig(in_channels=in_channels, n_outputs=n_outputs))

    @classmethod
    def seeded(cls, config: Net1DConfig, seed: int) -> Net1D:
        """Build `config` with default random weights drawn from `seed`; the global one stays as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(config)

    @classmethod
    def load_checkpoint(cls, path: Path, config: Net1DConfig | None = None) -> Net1D:
        """Load a published .pth or this project's .safetensors.

        Args:
            path: The file. Nothing in it is ever executed.
            config: The configuration to hold the file to. Without it, a .safetensors of this project names
                its own, and any other file is taken for ECGFounder's, with the number of leads and of
                outputs read from its first and last layer.

        Returns:
            The network in evaluation mode, float32, on the CPU.

        Raises:
            CheckpointError: If the file cannot be read safely, or does not fit; see `read_checkpoint`.
        """
        checkpoint = read_checkpoint(path, config=config)
        # Built without memory of its own: drawing 30 million random weights only to overwrite them is slow.
        with torch.device("meta"):
            net = cls(checkpoint.config)
        net.load_state_dict(checkpoint.tensors, strict=True, assign=True)
        return net.eval()

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (B, n_outputs) of z-scored clips.

        Args:
            x: (B, in_channels, N) float32, z-units; 500 Hz and N = 5000 for the published weights.

        Raises:
            ValueError: If x is not (B, in_channels, N).
        """
        return self.dense(self.features(x))

    def features(self, x: Tensor) -> Tensor:
        """Return what the head reads: the last stage's mean over time, (B, 1024) for ECGFounder.

        Args:
            x: As for `forward`.

        Raises:
            ValueError: If x is not (B, in_channels, N).
        """
        if x.dim() != 3 or x.shape[1] != self.config.in_channels:
            raise ValueError(f"input has shape {tuple(x.shape)}, expected (batch, {self.config.in_channels}, samples)")
        x = silu(self.first_conv(x))
        for stage in self.stage_list:
            x = stage(x)
        return x.mean(dim=-1)
