"""Checkpoints refused: hostile, damaged, of another kind, or of another network; each with its reason."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor

from example_networks import SHORT, TINY
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.net1d import Net1D
from pocketk_models.weights_file import WeightsFile
from published_layout import Payload, armed_pickle, published_table, published_training_state


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        read_checkpoint(path, config=TINY)
    return str(caught.value)


def in_zip(path: Path, marker: Path) -> None:
    torch.save({**published_training_state(published_table(TINY)), "extra": Payload(marker)}, path)


def in_old_torch_file(path: Path, marker: Path) -> None:
    torch.save({"state_dict": Payload(marker)}, path, _use_new_zipfile_serialization=False)


def in_weights(path: Path, marker: Path) -> None:
    torch.save({**published_table(TINY), "dense.bias": Payload(marker)}, path)


@pytest.mark.parametrize("arm", [in_zip, in_old_torch_file, in_weights])
def test_hostile_torch_file_is_refused_and_not_executed(arm: Callable[[Path, Path], None], tmp_path: Path) -> None:
    path, marker = tmp_path / "hostile.pth", tmp_path / "executed"
    arm(path, marker)
    message = refusal(path)
    assert not marker.exists()
    assert "open" in message
    assert "Nothing in it was executed" in message
    assert "weights_only" not in message


def test_hostile_bare_pickle_is_refused_and_not_executed(tmp_path: Path) -> None:
    path, marker = tmp_path / "hostile.pth", tmp_path / "executed"
    path.write_bytes(armed_pickle(marker))
    assert "hostile.pth" in refusal(path)
    assert not marker.exists()


@pytest.mark.parametrize("arm", [in_zip, in_old_torch_file, in_weights])
def test_the_hostile_files_are_armed(arm: Callable[[Path, Path], None], tmp_path: Path) -> None:
    path, marker = tmp_path / "hostile.pth", tmp_path / "executed"
    arm(path, marker)
    opened = torch.load(path, weights_only=False)
    close_all(opened)
    assert marker.exists()


def close_all(loaded: Any) -> None:
    """Close what the payload opened, wherever in the loaded object it sits."""
    for value in loaded.values():
        if hasattr(value, "close"):
            value.close()


class Reduced:
    """Pickles as a call of `function` on `args`."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.call


SCALAR: Any = np.float64(0).__reduce__()[0]


@pytest.mark.parametrize(
    ("extra", "named"),
    [
        (Reduced(eval, "1 + 1"), "eval"),
        (Reduced(print, "x"), "print"),
        (np.zeros(3), "_reconstruct"),
        (Path("x"), "pathlib"),
        (torch.nn.Linear(1, 1), "torch.nn.modules.linear.Linear"),
        (np.dtype("O"), "not a readable checkpoint"),
        (np.dtype([("a", "f8")]), "not a readable checkpoint"),
        (np.str_("text"), "not a readable checkpoint"),
        (Reduced(SCALAR, 3, 4), "not a readable checkpoint"),
        (Reduced(SCALAR, np.dtype("f8"), b"abc"), "damaged"),
    ],
)
def test_anything_beyond_tensors_and_numbers_is_refused(tmp_path: Path, extra: Any, named: str) -> None:
    path = tmp_path / "odd.pth"
    torch.save({"state_dict": published_table(TINY), "extra": extra}, path)
    assert named in refusal(path)


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.999])
@pytest.mark.parametrize("kind", ["zip", "old", "safetensors"])
def test_file_cut_short(tmp_path: Path, kind: str, share: float) -> None:
    path = tmp_path / "cut"
    if kind == "safetensors":
        path.write_bytes(WeightsFile(Net1D(TINY).state_dict(), TINY, None).to_bytes())
    else:
        torch.save(published_table(TINY), path, _use_new_zipfile_serialization=kind == "zip")
    data = path.read_bytes()
    path.write_bytes(data[: max(12, int(len(data) * share))])
    message = refusal(path)
    assert "cut" in message
    assert any(word in message for word in ("damaged", "not a whole", "not a readable"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a checkpoint"),
        (b"<!DOCTYPE html><html>", "not a checkpoint"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:b73d\nsize 367972527\n", "git lfs pull"),
        (pickle.dumps([1, 2, 3], protocol=2), "damaged"),
        (b"PK\x03\x04" + bytes(100), "damaged"),
        (bytes(8) + b"{}", "not a whole safetensors"),
        (b"\xff" * 8 + b"{", "not a checkpoint"),
    ],
)
def test_file_of_another_kind(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "other.pth"
    path.write_bytes(content)
    assert reason in refusal(path)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.pth")
    assert "directory" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("loaded", "reason"),
    [
        ([torch.zeros(1)], "holds list"),
        ({"state_dict": 3}, "holds int"),
        ({}, "holds dict"),
        ({"dense.weight": 3}, "'dense.weight' (int)"),
        ({1: torch.zeros(1)}, "1 (Tensor)"),
        ({"dense.weight": torch.zeros(2, 2).to_sparse()}, "not dense named tensors"),
    ],
)
def test_object_that_is_no_table_of_weights(tmp_path: Path, loaded: object, reason: str) -> None:
    path = tmp_path / "odd.pth"
    torch.save(loaded, path)
    assert reason in refusal(path)


def saved(table: dict[str, Tensor], tmp_path: Path) -> Path:
    path = tmp_path / "altered.pth"
    torch.save(table, path)
    return path


def test_misfit_is_listed_key_by_key(tmp_path: Path) -> None:
    table = published_table(TINY)
    del table["stage_list.2.block_list.0.se_fc1.bias"]
    table["stage_list.9.block_list.0.bn1.weight"] = torch.ones(3)
    table["first_conv.conv.weight"] = torch.zeros(8, 12, 16)
    message = refusal(saved(table, tmp_path))
    assert "1 keys missing, 1 unexpected, 1 of another shape" in message
    assert "missing     stage_list.2.block_list.0.se_fc1.bias (8,)" in message
    assert "unexpected  stage_list.9.block_list.0.bn1.weight (3,)" in message
    assert "shape       first_conv.conv.weight: expected (8, 1, 16), got (8, 12, 16)" in message


def test_another_networks_weights_give_a_short_list(tmp_path: Path) -> None:
    message = refusal(saved({f"layer{i}.weight": torch.zeros(2) for i in range(50)}, tmp_path))
    assert "74 keys missing, 50 unexpected" in message
    assert "... and 62 more of these" in message
    assert message.index("layer2.weight") < message.index("layer10.weight")
    assert len(message.splitlines()) == 1 + 2 * 13


def test_ecgfounder_is_expected_when_nothing_says_otherwise(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"first_conv\.conv\.weight: expected \(64, 1, 16\), got \(8, 1, 16\)"):
        Net1D.load_checkpoint(saved(published_table(TINY), tmp_path))
    with pytest.raises(CheckpointError, match=r"first_conv\.conv\.weight: expected \(64, 1, 16\), got \(3,\)"):
        Net1D.load_checkpoint(saved({"first_conv.conv.weight": torch.zeros(3)}, tmp_path))


def test_own_file_held_to_another_configuration(tmp_path: Path) -> None:
    path = tmp_path / "own.safetensors"
    path.write_bytes(WeightsFile(Net1D(SHORT).state_dict(), SHORT, None).to_bytes())
    assert "does not fit the network" in refusal(path)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_not_numbers(tmp_path: Path, bad: float) -> None:
    table = published_table(TINY)
    table["stage_list.3.block_list.0.conv2.conv.weight"][0, 0, :2] = bad
    message = refusal(saved(table, tmp_path))
    assert "stage_list.3.block_list.0.conv2.conv.weight holds 2 values of 4096" in message


def test_double_that_overflows_single(tmp_path: Path) -> None:
    table = published_table(TINY)
    table["dense.bias"] = torch.tensor([1e300], dtype=torch.float64)
    assert "dense.bias holds 1 values of 1" in refusal(saved(table, tmp_path))


def test_dead_keys_may_hold_anything(tmp_path: Path) -> None:
    table = published_table(TINY)
    table["first_bn.running_mean"][0] = float("nan")
    assert read_checkpoint(saved(table, tmp_path), config=TINY).n_dead == 110


def test_whole_numbers_are_no_weights(tmp_path: Path) -> None:
    table = published_table(TINY)
    table["dense.bias"] = torch.tensor([1])
    assert "dense.bias is torch.int64" in refusal(saved(table, tmp_path))


def test_flipped_bit_in_a_zip_is_noticed(tmp_path: Path) -> None:
    path = saved(published_table(TINY), tmp_path)
    data = bytearray(path.read_bytes())
    weights = published_table(TINY)["stage_list.6.block_list.0.conv1.conv.weight"].numpy().tobytes()
    data[data.index(weights[:64]) + 3] ^= 1
    path.write_bytes(bytes(data))
    assert "damaged" in refusal(path)


@pytest.mark.parametrize("header", ['{"config": {"use_bn": true}}', '{"config": 3}', "[]", "{"])
def test_own_file_with_a_foreign_header(tmp_path: Path, header: str) -> None:
    path = tmp_path / "own.safetensors"
    safetensors.torch.save_file(Net1D(SHORT).state_dict(), path, metadata={"pocketk": header})
    assert "not a whole safetensors file" in refusal(path)
