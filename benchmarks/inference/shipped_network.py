"""From a shipped bundle back to its network: the portable file keeps the names and numbers of every weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch

from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig


def network_of(model: Path, config: Net1DConfig) -> Net1D:
    """The network whose weights an ONNX file of the plain Conv1d graph holds.

    Args:
        model: the file.
        config: the network's shape; the file does not say it.

    Returns:
        The network, in evaluation mode.

    Raises:
        ValueError: the file holds another network, or its weights in another form.
    """
    graph = onnx.load(model).graph
    held = {one.name: torch.from_numpy(np.array(onnx.numpy_helper.to_array(one))) for one in graph.initializer}
    net = Net1D(config)
    wanted = net.state_dict()
    for name, tensor in wanted.items():
        if name not in held or held[name].shape != tensor.shape:
            found = tuple(held[name].shape) if name in held else "nothing"
            raise ValueError(f"{model.name}: {name} is {found}, expected {tuple(tensor.shape)} as in the plain graph")
    net.load_state_dict({name: held[name] for name in wanted})
    return net.eval()


def is_plain_graph(model: Path) -> bool:
    """Whether the convolutions of an ONNX file are Conv1d, as in the published code."""
    graph = onnx.load(model).graph
    return any(one.name == "first_conv.conv.weight" and len(one.dims) == 3 for one in graph.initializer)
