"""Importing published weights: the file written, the record beside it, and what is refused."""

import hashlib
import importlib.metadata
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from example_networks import TINY
from pocketk.import_weights import import_weights
from pocketk_models.checkpoint import read_checkpoint
from pocketk_models.checkpoint_error import CheckpointError
from pocketk_models.net1d import Net1D
from pocketk_models.provenance import provenance_path, write_imported
from published_layout import Payload, published_table


def record_of(weights: Path) -> dict[str, object]:
    return json.loads(provenance_path(weights).read_text())


def test_kept_head_gives_the_same_logits(
    one_lead_pth: Path, published_net: Net1D, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "k.safetensors"
    import_weights(one_lead_pth, out=out)
    x = torch.randn(1, 1, 500, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(Net1D.load_checkpoint(out)(x), published_net(x))
    summary = capsys.readouterr().out
    assert "1 lead(s), 1 output(s), 30,588,657 parameters" in summary
    assert "509 read, 204 kept, 305 never used\n" in summary
    assert "as published" in summary
    assert record_of(out) == {
        "config": published_net.config.to_dict(),
        "dropped_dead_keys": 305,
        "dropped_head_keys": 0,
        "head": "keep",
        "head_seed": None,
        "kept_keys": 204,
        "source_file": "pocket_k_model.pth",
        "source_keys": 509,
        "source_layout": "published",
        "source_sha256": hashlib.sha256(one_lead_pth.read_bytes()).hexdigest(),
        "training": "imported weights; training data as stated by their authors",
        "versions": {p: importlib.metadata.version(p) for p in ("numpy", "pocketk", "safetensors", "torch")},
        "weights_file": "k.safetensors",
        "weights_sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
    }


def test_fresh_head_on_the_twelve_lead_file(
    twelve_lead_pth: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fresh.safetensors"
    import_weights(twelve_lead_pth, out=out, head="fresh", outputs=2, seed=7)
    assert "202 kept, 305 never used, 2 of the replaced head" in capsys.readouterr().out
    net = Net1D.load_checkpoint(out)
    assert (net.config.in_channels, net.config.n_outputs) == (12, 2)
    record = record_of(out)
    assert (record["head"], record["head_seed"], record["dropped_head_keys"]) == ("fresh", 7, 2)
    assert str(record["training"]).endswith("its head is random and untrained")


def test_weights_land_beside_the_checkpoint_by_default(tmp_path: Path) -> None:
    torch.save(published_table(TINY), tmp_path / "tiny.pth")
    with pytest.raises(CheckpointError, match="does not fit"):
        import_weights(tmp_path / "tiny.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.pth"]


@pytest.mark.parametrize("head", ["keep", "fresh"])
def test_same_input_gives_the_same_bytes_and_names_no_folder(tmp_path: Path, head: str) -> None:
    written = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
        torch.save(published_table(TINY), folder / "tiny.pth")
        checkpoint = read_checkpoint(folder / "tiny.pth", config=TINY, head="fresh" if head == "fresh" else "keep")
        write_imported(checkpoint, folder / "tiny.safetensors")
        written.append([(folder / name).read_bytes() for name in ("tiny.safetensors", "tiny.provenance.json")])
    assert written[0] == written[1]
    assert os.fsencode(tmp_path) not in b"".join(written[0])


def test_head_of_an_imported_file_can_be_replaced_again(tmp_path: Path) -> None:
    torch.save(published_table(TINY), tmp_path / "tiny.pth")
    imported = tmp_path / "imported.safetensors"
    write_imported(read_checkpoint(tmp_path / "tiny.pth", config=TINY), imported)
    import_weights(imported, out=tmp_path / "again.safetensors", head="fresh", outputs=3)
    assert Net1D.load_checkpoint(tmp_path / "again.safetensors").config == replace(TINY, n_outputs=3)
    assert record_of(tmp_path / "again.safetensors")["source_layout"] == "safetensors"


@pytest.mark.parametrize(
    ("out", "outputs", "reason"),
    [
        ("weights.bin", None, "must end in .safetensors"),
        ("absent/weights.safetensors", None, "no folder"),
        ("own.safetensors", None, "overwritten by its own import"),
        ("weights.safetensors", 0, "give at least 1"),
        ("weights.safetensors", 9, "has 1 outputs and 9 were asked for"),
    ],
)
def test_contradictory_arguments_are_refused(tmp_path: Path, out: str, outputs: int | None, reason: str) -> None:
    torch.save(published_table(TINY), tmp_path / "tiny.pth")
    own = tmp_path / "own.safetensors"
    write_imported(read_checkpoint(tmp_path / "tiny.pth", config=TINY), own)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(CheckpointError, match=reason):
        import_weights(own, out=tmp_path / out, outputs=outputs)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_hostile_file_writes_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    torch.save({"state_dict": Payload(marker)}, tmp_path / "hostile.pth")
    with pytest.raises(CheckpointError, match="Nothing in it was executed"):
        import_weights(tmp_path / "hostile.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.pth"]


def test_full_disk_is_reported_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.save(published_table(TINY), tmp_path / "tiny.pth")
    own = tmp_path / "own.safetensors"
    write_imported(read_checkpoint(tmp_path / "tiny.pth", config=TINY), own)

    def fsync(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(CheckpointError, match="No space left on device; choose another --out"):
        import_weights(own, out=tmp_path / "again.safetensors")
    assert not list(tmp_path.glob("*again*"))
