"""The names and shapes of a Net1D's parameters, as the published checkpoints spell them."""

from __future__ import annotations

from collections.abc import Iterator

from pocketk_models.net1d_config import Net1DConfig

HEAD_PREFIX = "dense."
# The published network builds these and, with use_bn = False, never calls them.
_BATCH_NORM_BUFFERS = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_BATCH_NORMS_PER_BLOCK = ("bn1", "bn2", "bn3")


def block_widths(config: Net1DConfig) -> Iterator[tuple[str, int, int]]:
    """Yield (name prefix, input channels, output channels) of each block, in the order of the signal."""
    channels = config.base_filters
    for s, (width, n_blocks) in enumerate(zip(config.filter_list, config.m_blocks_list, strict=True)):
        for b in range(n_blocks):
            yield f"stage_list.{s}.block_list.{b}.", channels, width
            channels = width


def parameter_shapes(config: Net1DConfig) -> dict[str, tuple[int, ...]]:
    """Return every parameter of `Net1D(config)` with its shape, in state_dict order.

    Names and shapes follow the released ECGFounder checkpoints: convolutions are (out, in / groups,
    kernel), linear layers (out, in), and each has a bias.
    """
    shapes: dict[str, tuple[int, ...]] = {}

    def add(name: str, *weight: int) -> None:
        shapes[f"{name}.weight"] = weight
        shapes[f"{name}.bias"] = weight[:1]

    add("first_conv.conv", config.base_filters, config.in_channels, config.kernel_size)
    for block, n_in, n_out in block_widths(config):
        inner = config.inner_channels(n_out)
        add(f"{block}conv1.conv", inner, n_in, 1)
        add(f"{block}conv2.conv", inner, config.groups_width, config.kernel_size)
        add(f"{block}conv3.conv", n_out, inner, 1)
        add(f"{block}se_fc1", n_out // 2, n_out)
        add(f"{block}se_fc2", n_out, n_out // 2)
    add("dense", config.n_outputs, config.filter_list[-1])
    return shapes


def dead_keys(config: Net1DConfig) -> frozenset[str]:
    """Return the batch-norm keys a published checkpoint carries but the forward pass never reads.

    305 of the 509 keys for the ECGFounder configuration: 61 modules of 5 tensors.
    """
    modules = ["first_bn"]
    modules += [f"{block}{bn}" for block, _, _ in block_widths(config) for bn in _BATCH_NORMS_PER_BLOCK]
    return frozenset(f"{module}.{buffer}" for module in modules for buffer in _BATCH_NORM_BUFFERS)
