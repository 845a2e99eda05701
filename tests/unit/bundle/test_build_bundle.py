"""Making a bundle replaces the old one whole, or not at all."""

from pathlib import Path

import pytest

from pocketk.bundle.build import ModelStatement, _replace, build_bundle
from pocketk.export.parity_error import ParityError
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.trust import DEVELOPMENT
from pocketk_models.net1d import Net1D
from pocketk_models.net1d_config import Net1DConfig

TINY = Net1DConfig(base_filters=8, filter_list=(8, 16), m_blocks_list=(1, 1), groups_width=8)


def folder(path: Path, content: str) -> Path:
    path.mkdir(parents=True)
    (path / "manifest.json").write_text(content)
    return path


def test_a_new_bundle_takes_the_place_of_the_old_one(tmp_path: Path):
    fresh, out = folder(tmp_path / "scratch" / "b", "new"), folder(tmp_path / "b", "old")
    _replace(fresh, out)
    assert (out / "manifest.json").read_text() == "new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b", "scratch"]


def test_interrupted_between_the_two_renames_the_old_bundle_comes_back(tmp_path: Path, monkeypatch):
    fresh, out = folder(tmp_path / "scratch" / "b", "new"), folder(tmp_path / "b", "old")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self == fresh:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _replace(fresh, out)
    assert (out / "manifest.json").read_text() == "old"


def test_killed_between_the_two_renames_the_old_bundle_comes_back_at_the_next_export(tmp_path: Path):
    parked = folder(tmp_path / ".b.replaced", "old")
    fresh = folder(tmp_path / "scratch" / "b", "new")
    _replace(fresh, tmp_path / "b")
    assert (tmp_path / "b" / "manifest.json").read_text() == "new"
    assert not parked.exists()


def test_a_network_that_fails_parity_replaces_nothing(tmp_path: Path, monkeypatch):
    def failing(*_: object, **__: object) -> None:
        raise ParityError("off by 1")

    out = folder(tmp_path / "b", "old")
    monkeypatch.setattr("pocketk.bundle.build.export_onnx", failing)
    with pytest.raises(ParityError):
        build_bundle(Net1D.seeded(TINY, 1), ModelStatement("b"), out)
    assert (out / "manifest.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_a_finished_bundle_loads_as_a_device_loads_it(tmp_path: Path):
    built = build_bundle(Net1D.seeded(TINY, 1), ModelStatement("b"), tmp_path / "b")
    bundle = load_bundle(built.directory, trust=DEVELOPMENT)
    assert bundle.manifest == built.manifest
    assert bundle.golden_error_logit <= built.manifest.models[0].golden_atol_logit
    card = (built.directory / "MODEL_CARD.md").read_text()
    assert card.splitlines()[2].startswith("**Untrained network with random weights")


def test_a_card_that_is_signed_later_does_not_say_that_there_is_no_signature(tmp_path: Path):
    built = build_bundle(Net1D.seeded(TINY, 1), ModelStatement("b"), tmp_path / "b")
    card = (built.directory / "MODEL_CARD.md").read_text()
    assert "- Signature: Where the bundle is signed, the file `SIGNATURE` says by whom" in card
    assert "development bundle" not in card
