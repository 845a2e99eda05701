"""Checkpoints in the published layout, spelled out from its description and not from the reader under test."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pocketk_models.net1d import Net1DConfig

_NUMPY_MODULES = (b"numpy._core.multiarray", b"numpy.core.multiarray")


def published_table(config: Net1DConfig, seed: int = 0) -> dict[str, Tensor]:
    """Return a state_dict as ECGFounder's authors save it, dead batch norms included, with random weights."""
    table: dict[str, Tensor] = {}
    generator = torch.Generator().manual_seed(seed)

    def layer(name: str, *shape: int) -> None:
        table[f"{name}.weight"] = torch.empty(shape).normal_(0, 0.05, generator=generator)
        table[f"{name}.bias"] = torch.empty(shape[0]).normal_(0, 0.05, generator=generator)

    def batch_norm(name: str, channels: int) -> None:
        table[f"{name}.weight"] = torch.ones(channels)
        table[f"{name}.bias"] = torch.zeros(channels)
        table[f"{name}.running_mean"] = torch.zeros(channels)
        table[f"{name}.running_var"] = torch.ones(channels)
        table[f"{name}.num_batches_tracked"] = torch.tensor(0)

    kernel, group = config.kernel_size, config.groups_width
    layer("first_conv.conv", config.base_filters, config.in_channels, kernel)
    batch_norm("first_bn", config.base_filters)
    n_in = config.base_filters
    for s, n_out in enumerate(config.filter_list):
        for b in range(config.m_blocks_list[s]):
            block = f"stage_list.{s}.block_list.{b}"
            batch_norm(f"{block}.bn1", n_in)
            layer(f"{block}.conv1.conv", n_out, n_in, 1)
            batch_norm(f"{block}.bn2", n_out)
            layer(f"{block}.conv2.conv", n_out, group, kernel)
            batch_norm(f"{block}.bn3", n_out)
            layer(f"{block}.conv3.conv", n_out, n_out, 1)
            layer(f"{block}.se_fc1", n_out // 2, n_out)
            layer(f"{block}.se_fc2", n_out, n_out // 2)
            n_in = n_out
    layer("dense", config.n_outputs, n_in)
    return table


def published_training_state(table: dict[str, Tensor]) -> dict[str, Any]:
    """Return the whole object the authors save: weights, Adam's two moments, scheduler and a numpy score."""
    # Moments of the right shape without their hundreds of megabytes: one zero, repeated by its strides.
    moments = {
        i: {
            "step": torch.tensor(902.0),
            "exp_avg": torch.zeros(()).expand(tensor.shape),
            "exp_avg_sq": torch.zeros(()).expand(tensor.shape),
        }
        for i, tensor in enumerate(table.values())
    }
    return {
        "epoch": 3,
        "step": 902,
        "state_dict": table,
        "optimizer": {
            "state": moments,
            "param_groups": [{"lr": 1e-5, "betas": (0.9, 0.999), "params": list(moments)}],
        },
        "scheduler": {"factor": 0.1, "patience": 10, "mode": "max", "best": 0.93, "min_lrs": [0]},
        "val_auroc": np.float64(0.9361),
    }


def name_numpy(path: Path, module: bytes) -> None:
    """Rewrite a saved file so that its numpy scalars refer to `module`, as numpy 1 or numpy 2 writes them."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    (pickled,) = (name for name in entries if name.endswith("data.pkl"))
    for known in _NUMPY_MODULES:
        entries[pickled] = entries[pickled].replace(b"c" + known + b"\n", b"c" + module + b"\n")
    if b"c" + module + b"\n" not in entries[pickled]:
        raise AssertionError("the file names no numpy scalar, so there is nothing to rename")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


class Payload:
    """An object whose unpickling creates a file: the proof that something was executed."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.marker), "w")


def armed_pickle(marker: Path) -> bytes:
    """Return a bare pickle, protocol 2, that creates `marker` when it is loaded the unsafe way."""
    return pickle.dumps({"state_dict": Payload(marker)}, protocol=2)
