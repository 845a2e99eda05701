"""The published-size network and checkpoints, made once a session: each is 30 million numbers."""

from pathlib import Path

import pytest
import torch

from example_networks import loud
from pocketk_models.net1d import Net1D, Net1DConfig
from published_layout import published_table, published_training_state


@pytest.fixture(scope="session")
def published_net() -> Net1D:
    """The 1-lead, 1-output network at its published size; do not change its weights."""
    return loud(Net1D.ecgfounder())


@pytest.fixture(scope="session")
def twelve_lead_pth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A 12-lead, 150-label file of 509 keys, with everything else its authors leave in it."""
    path = tmp_path_factory.mktemp("published") / "12_lead_ECGFounder.pth"
    table = published_table(Net1DConfig(in_channels=12, n_outputs=150))
    torch.save(published_training_state(table), path)
    return path


@pytest.fixture(scope="session")
def one_lead_pth(tmp_path_factory: pytest.TempPathFactory, published_net: Net1D) -> Path:
    """A 1-lead, 1-output file that holds `published_net`'s weights."""
    path = tmp_path_factory.mktemp("published") / "pocket_k_model.pth"
    table = published_table(Net1DConfig())
    table.update({name: tensor.detach() for name, tensor in published_net.state_dict().items()})
    torch.save(published_training_state(table), path)
    return path
