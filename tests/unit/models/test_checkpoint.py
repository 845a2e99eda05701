"""Published checkpoints read: every layout the authors or their users leave behind."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from example_networks import SHORT, TINY
from measurement_plugin import Measure
from pocketk_models.checkpoint import FRESH_HEAD, IMPORTED_TRAINING, read_checkpoint
from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.net1d import Net1D
from pocketk_models.weights_file import WeightsFile
from published_layout import name_numpy, published_table, published_training_state

N_LIVE = 4 + 7 * 10  # stem, head, and ten tensors a block


@pytest.fixture
def tiny_pth(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.pth"
    torch.save(published_training_state(published_table(TINY)), path)
    return path


def assert_holds(net: Net1D, table: dict[str, torch.Tensor]) -> None:
    assert not net.training
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, table[name]), name


def test_twelve_lead_file_of_509_keys(twelve_lead_pth: Path, measure: Measure) -> None:
    checkpoint = read_checkpoint(twelve_lead_pth)
    measure("NET-CKPT-KEYS", checkpoint.n_keys)
    assert (checkpoint.n_dead, len(checkpoint.tensors)) == (305, 204)
    assert (checkpoint.config.in_channels, checkpoint.config.n_outputs) == (12, 150)
    assert checkpoint.layout == "published"
    assert checkpoint.training == IMPORTED_TRAINING


def test_twelve_lead_network_runs(twelve_lead_pth: Path) -> None:
    net = Net1D.load_checkpoint(twelve_lead_pth)
    with torch.no_grad():
        assert net(torch.zeros(1, 12, 100)).shape == (1, 150)


def test_one_lead_file_gives_the_logits_of_the_network_it_holds(one_lead_pth: Path, published_net: Net1D) -> None:
    net = Net1D.load_checkpoint(one_lead_pth)
    x = torch.randn(2, 1, 700, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(net(x), published_net(x))
    assert not net.training
    assert all(p.requires_grad and p.dtype == torch.float32 for p in net.parameters())


def test_published_parameter_total_with_dead_batch_norms(published_net: Net1D) -> None:
    table = published_table(published_net.config)
    learnt = [t for name, t in table.items() if "running" not in name and "num_batches" not in name]
    assert sum(t.numel() for t in learnt) == 30_655_025  # as stated for the released 1-output class


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_numpy_scalar_named_as_old_or_new_numpy_does(tiny_pth: Path, module: bytes) -> None:
    name_numpy(tiny_pth, module)
    assert_holds(Net1D.load_checkpoint(tiny_pth, TINY), published_table(TINY))


@pytest.mark.parametrize("score", [np.float32(0.5), np.int64(3), np.bool_(True)])
def test_any_plain_numpy_number_may_stand_beside_the_weights(tmp_path: Path, score: np.generic) -> None:
    path = tmp_path / "scored.pth"
    torch.save({**published_training_state(published_table(TINY)), "val_auroc": score}, path)
    assert read_checkpoint(path, config=TINY).n_keys == N_LIVE + 5 * (1 + 3 * 7)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_bare_state_dict(tmp_path: Path, zipped: bool, prefix: str) -> None:
    path, table = tmp_path / "bare.pth", published_table(TINY)
    named = {prefix + name: tensor for name, tensor in table.items()}
    torch.save(named, path, _use_new_zipfile_serialization=zipped)
    assert read_checkpoint(path, config=TINY).layout == "state_dict"
    assert_holds(Net1D.load_checkpoint(path, TINY), table)


def test_state_dict_without_dead_keys_and_with_parameters(tmp_path: Path) -> None:
    path, net = tmp_path / "live.pth", Net1D.seeded(TINY, 5)
    torch.save({"state_dict": dict(net.named_parameters())}, path)
    checkpoint = read_checkpoint(path, config=TINY)
    assert (checkpoint.n_keys, checkpoint.n_dead) == (N_LIVE, 0)
    assert not any(tensor.requires_grad for tensor in checkpoint.tensors.values())


def test_half_and_double_precision_become_single(tmp_path: Path) -> None:
    path, table = tmp_path / "mixed.pth", published_table(TINY)
    table["dense.weight"] = table["dense.weight"].half()
    table["dense.bias"] = table["dense.bias"].double()
    torch.save(table, path)
    tensors = read_checkpoint(path, config=TINY).tensors
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}
    assert torch.equal(tensors["dense.weight"], table["dense.weight"].float())


def test_fresh_head_is_seeded_sized_and_declared_untrained(tiny_pth: Path) -> None:
    before = torch.random.get_rng_state()
    first, again, other = (
        read_checkpoint(tiny_pth, config=TINY, head="fresh", n_outputs=2, seed=seed) for seed in (1, 1, 2)
    )
    assert torch.equal(torch.random.get_rng_state(), before)
    weight = first.tensors["dense.weight"]
    assert weight.shape == (2, 64)
    assert first.config == replace(TINY, n_outputs=2)
    assert torch.equal(weight, again.tensors["dense.weight"])
    assert not torch.equal(weight, other.tensors["dense.weight"])
    assert 0 < weight.abs().max() <= 1 / 8  # 1 / sqrt(64 inputs), PyTorch's own bound
    assert first.training == IMPORTED_TRAINING + FRESH_HEAD
    assert (first.head, first.head_seed) == ("fresh", 1)
    assert torch.equal(first.tensors["first_conv.conv.weight"], published_table(TINY)["first_conv.conv.weight"])


def test_fresh_head_has_one_output_unless_told_and_needs_no_old_head(tmp_path: Path) -> None:
    path = tmp_path / "headless.pth"
    table = published_table(TINY)
    torch.save({k: v for k, v in table.items() if not k.startswith("dense.")}, path)
    assert read_checkpoint(path, config=TINY, head="fresh").config.n_outputs == 1
    with pytest.raises(CheckpointError, match=r"missing     dense\.bias"):
        read_checkpoint(path, config=TINY)


def test_kept_head_keeps_its_outputs(tiny_pth: Path) -> None:
    assert read_checkpoint(tiny_pth, config=TINY, n_outputs=1).config.n_outputs == 1
    with pytest.raises(CheckpointError, match="has 1 outputs and 5 were asked for"):
        read_checkpoint(tiny_pth, config=TINY, n_outputs=5)


def test_own_file_names_its_configuration_and_training(tmp_path: Path) -> None:
    path, net = tmp_path / "own.safetensors", Net1D.seeded(SHORT, 3)
    path.write_bytes(WeightsFile(net.state_dict(), SHORT, "trained on generated strips").to_bytes())
    checkpoint = read_checkpoint(path)
    assert (checkpoint.config, checkpoint.layout) == (SHORT, "safetensors")
    assert checkpoint.training == "trained on generated strips"
    assert_holds(Net1D.load_checkpoint(path), net.state_dict())


def test_own_file_whose_first_byte_is_a_pickles(tmp_path: Path) -> None:
    path, weights = tmp_path / "own.safetensors", Net1D.seeded(SHORT, 3).state_dict()
    files = (WeightsFile(weights, SHORT, "x" * length).to_bytes() for length in range(0, 256, 4))
    path.write_bytes(next(data for data in files if data.startswith(b"\x80")))
    assert_holds(Net1D.load_checkpoint(path), weights)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_newer_pickle_protocols_are_read_or_refused_but_never_warned_of(tmp_path: Path, protocol: int) -> None:
    path, table = tmp_path / "newer.pth", published_table(TINY)
    torch.save(table, path, pickle_protocol=protocol)
    if protocol < 4:
        assert_holds(Net1D.load_checkpoint(path, TINY), table)
    else:
        with pytest.raises(CheckpointError, match="not a readable checkpoint"):
            Net1D.load_checkpoint(path, TINY)


def test_foreign_safetensors_is_read_as_ecgfounder(tmp_path: Path, published_net: Net1D) -> None:
    path = tmp_path / "foreign.safetensors"
    safetensors.torch.save_file(published_net.state_dict(), path, metadata={"format": "pt"})
    checkpoint = read_checkpoint(path)
    assert checkpoint.config == published_net.config
    assert checkpoint.training == IMPORTED_TRAINING
