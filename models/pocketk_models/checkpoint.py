"""Weights read from a published checkpoint or from this project's own file, and held to a configuration."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.key_layout import HEAD_PREFIX, dead_keys, parameter_shapes
from pocketk_models.nano_config import NanoConfig
from pocketk_models.net1d_config import Net1DConfig
from pocketk_models.torch_file import is_torch_file, load_torch_file
from pocketk_models.weights_file import WeightsFile, is_weights_file

Head = Literal["keep", "fresh"]
Layout = Literal["published", "state_dict", "safetensors"]

IMPORTED_TRAINING = "imported weights; training data as stated by their authors"
FRESH_HEAD = "; its head is random and untrained"
DEFAULT_SEED = 3407  # the seed of the published fine-tuning recipe
_LINES_SHOWN = 12
_LFS_POINTER = b"version https://git-lfs"


@dataclass(frozen=True)
class Checkpoint:
    """Weights that fit their configuration exactly.

    Attributes:
        config: The network the weights belong to.
        tensors: Parameter name -> finite float32 CPU tensor; exactly the parameters of `Net1D(config)`.
        training: What the weights were trained on, in words.
        file_name: Name of the file read, without its folder.
        sha256: Hex SHA-256 of that file.
        layout: "published" (a dict holding `state_dict`), "state_dict" (bare) or "safetensors".
        n_keys: Tensors in the file's table of weights (509 in the published layout).
        n_dead: Keys dropped because the forward pass never reads them (305 in the published layout).
        head: "keep", or "fresh" when `dense.*` was replaced.
        head_seed: Seed of the fresh head; None for a kept one.
    """

    config: Net1DConfig
    tensors: Mapping[str, Tensor]
    training: str
    file_name: str
    sha256: str
    layout: Layout
    n_keys: int
    n_dead: int
    head: Head = "keep"
    head_seed: int | None = None


@dataclass(frozen=True)
class _Table:
    """A file's table of weights before anything is checked against a configuration."""

    tensors: dict[str, Tensor]
    config: Net1DConfig | None
    training: str | None
    layout: Layout


def read_checkpoint(
    path: Path,
    *,
    config: Net1DConfig | None = None,
    head: Head = "keep",
    n_outputs: int | None = None,
    seed: int = DEFAULT_SEED,
) -> Checkpoint:
    """Read weights without executing anything, drop what the network never reads, refuse what does not fit.

    Accepted: a dict holding `state_dict` among optimiser, scheduler and scores (ECGFounder, Pocket-K); a bare
    state_dict; either with every key prefixed "module."; safetensors.

    Args:
        path: The file.
        config: What the file must fit. Without it, the file's own header decides, and failing that
            ECGFounder's configuration with the leads and outputs of the file's first and last layer.
        head: "keep" the file's `dense.*`, or put a "fresh" random one in its place.
        n_outputs: Outputs of a fresh head (default 1); with "keep" it must agree with the file or be None.
        seed: Seed of a fresh head.

    Raises:
        CheckpointError: If the file is missing, damaged, of another kind, would execute code, holds
            non-finite values, or does not fit; then the message lists the keys.
    """
    data = _read_bytes(path)
    table = _read_table(data, path.name)
    wanted = config or table.config or _published_config(table.tensors)
    dead = dead_keys(wanted) & table.tensors.keys()
    tensors = {key: tensor for key, tensor in table.tensors.items() if key not in dead}
    if head == "fresh":
        wanted = replace(wanted, n_outputs=1 if n_outputs is None else n_outputs)
        tensors = {key: tensor for key, tensor in tensors.items() if not key.startswith(HEAD_PREFIX)}
        tensors |= _fresh_head(wanted, seed)
    elif n_outputs not in (None, wanted.n_outputs):
        raise CheckpointError(
            f"{path.name} has {wanted.n_outputs} outputs and {n_outputs} were asked for; "
            "a kept head keeps its outputs: leave the number out, or ask for a fresh head"
        )
    _check_fit(parameter_shapes(wanted), tensors, path.name)
    return Checkpoint(
        config=wanted,
        tensors={key: _as_float32(key, tensors[key], path.name) for key in parameter_shapes(wanted)},
        training=(table.training or IMPORTED_TRAINING) + (FRESH_HEAD if head == "fresh" else ""),
        file_name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        layout=table.layout,
        n_keys=len(table.tensors),
        n_dead=len(dead),
        head=head,
        head_seed=seed if head == "fresh" else None,
    )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"cannot read {path}: {error.strerror}; give the path of a .pth file") from error


def _read_table(data: bytes, name: str) -> _Table:
    if data.startswith(_LFS_POINTER):
        raise CheckpointError(
            f"{name} is a Git LFS pointer of {len(data)} bytes, not the weights it points to; "
            "run `git lfs pull` in that repository, or download the file from its release page"
        )
    if is_weights_file(data):
        file = WeightsFile.from_bytes(data, name)
        if isinstance(file.config, NanoConfig):
            raise CheckpointError(f"{name} holds a pocketk-nano; this reads a Net1D such as pocketk-s or ECGFounder")
        return _Table(dict(file.tensors), file.config, file.training, "safetensors")
    if is_torch_file(data):
        return _pickled_table(load_torch_file(data, name), name)
    raise CheckpointError(
        f"{name} is not a checkpoint: it starts with {data[:8]!r} and has {len(data):,} bytes; "
        "expected a file of torch.save (.pth) or a .safetensors file"
    )


def _pickled_table(loaded: object, name: str) -> _Table:
    layout: Layout = "state_dict"
    if isinstance(loaded, Mapping) and "state_dict" in loaded:
        loaded, layout = loaded["state_dict"], "published"
    if not isinstance(loaded, Mapping) or not loaded:
        raise CheckpointError(
            f"{name} holds {type(loaded).__name__} where a table of weights (state_dict) was expected; "
            "give a checkpoint as ECGFounder or Pocket-K publish it"
        )
    wrong = [f"{key!r} ({type(t).__name__})" for key, t in loaded.items() if not _is_entry(key, t)]
    if wrong:
        raise CheckpointError(
            f"{name} holds entries that are not dense named tensors: {', '.join(wrong[:_LINES_SHOWN])}; "
            "expected name -> tensor"
        )
    prefix = "module." if all(key.startswith("module.") for key in loaded) else ""
    return _Table({key.removeprefix(prefix): t for key, t in loaded.items()}, None, None, layout)


def _is_entry(key: object, value: object) -> bool:
    return isinstance(key, str) and isinstance(value, Tensor) and value.layout == torch.strided


def _published_config(tensors: Mapping[str, Tensor]) -> Net1DConfig:
    """Return ECGFounder's configuration with the file's leads and outputs, 1 and 1 where it does not say."""
    stem, dense = tensors.get("first_conv.conv.weight"), tensors.get("dense.weight")
    return Net1DConfig(
        in_channels=max(1, stem.shape[1]) if stem is not None and stem.dim() == 3 else 1,
        n_outputs=max(1, dense.shape[0]) if dense is not None and dense.dim() == 2 else 1,
    )


def _fresh_head(config: Net1DConfig, seed: int) -> dict[str, Tensor]:
    """Draw a linear layer as PyTorch initialises one: weights and biases uniform within 1 / sqrt(inputs)."""
    generator = torch.Generator().manual_seed(seed)
    bound = 1 / math.sqrt(config.filter_list[-1])
    shapes = {key: s for key, s in parameter_shapes(config).items() if key.startswith(HEAD_PREFIX)}
    return {key: torch.empty(s).uniform_(-bound, bound, generator=generator) for key, s in shapes.items()}


def _check_fit(expected: Mapping[str, tuple[int, ...]], tensors: Mapping[str, Tensor], name: str) -> None:
    """Refuse, key by key, whatever is not exactly the expected set of names and shapes."""
    missing = [f"missing     {k} {expected[k]}" for k in _in_order(expected.keys() - tensors.keys())]
    extra = [f"unexpected  {k} {tuple(tensors[k].shape)}" for k in _in_order(tensors.keys() - expected.keys())]
    wrong = [
        f"shape       {key}: expected {shape}, got {tuple(tensors[key].shape)}"
        for key, shape in expected.items()
        if key in tensors and tuple(tensors[key].shape) != shape
    ]
    if not (missing or extra or wrong):
        return
    lines = []
    for group in (missing, extra, wrong):
        lines += group[:_LINES_SHOWN]
        if len(group) > _LINES_SHOWN:
            lines.append(f"            ... and {len(group) - _LINES_SHOWN} more of these")
    raise CheckpointError(
        f"{name} does not fit the network: {len(missing)} keys missing, {len(extra)} unexpected, "
        f"{len(wrong)} of another shape. Give an ECGFounder or Pocket-K checkpoint, unaltered.\n"
        + "\n".join(f"  {line}" for line in lines)
    )


def _in_order(keys: set[str]) -> list[str]:
    """Sort keys with their numbers compared as numbers."""
    return sorted(keys, key=lambda key: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", key)])


def _as_float32(key: str, tensor: Tensor, name: str) -> Tensor:
    if not tensor.is_floating_point():
        raise CheckpointError(f"{name}: {key} is {tensor.dtype}, expected floating-point weights; re-save them")
    tensor = tensor.detach().to(torch.float32).contiguous().clone()
    bad = tensor.numel() - int(torch.isfinite(tensor).sum())
    if bad:
        raise CheckpointError(
            f"{name}: {key} holds {bad} values of {tensor.numel()} that are NaN or infinite in float32; "
            "the training diverged or the file is damaged: use another checkpoint"
        )
    return tensor
