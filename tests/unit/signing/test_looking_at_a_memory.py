"""The workstation looks at bundles with a device's folder of trust, and leaves what the device has seen alone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocketk.cli import main
from pocketk.evaluation.scored_model import ModelSource, open_model
from pocketk.signing.fake_signer import FakeSigner
from pocketk_agent.bundle.bundle import load_bundle
from pocketk_agent.bundle.last_seen import LastSeen, LastSeenFile, SeenModel
from pocketk_agent.bundle.trust import KEYS_NAME, MEMORY_NAME, installed_trust, keys_json
from signed_bundles import fake_key, put_signature, unsigned_copy


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main([str(each) for each in arguments])
    return int(exit_info.value.code or 0)


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    folder = tmp_path / "trust"
    folder.mkdir()
    (folder / KEYS_NAME).write_text(keys_json((fake_key("clinic"),)))
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    directory = unsigned_copy(tmp_path)
    put_signature(directory, FakeSigner("clinic"))
    return directory


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("command", [("bundle", "inspect"), ("bundle", "verify")])
def test_looking_at_a_bundle_writes_nothing_into_the_folder_of_trust(command, trust: Path, bundle: Path, capsys):
    before = contents(trust)
    assert run(*command, bundle, "--trust", trust) == 0
    assert "Not accepted here" not in capsys.readouterr().out
    assert contents(trust) == before


def test_scoring_on_the_workstation_writes_nothing_into_the_folder_of_trust(trust: Path, bundle: Path, tmp_path: Path):
    before = contents(trust)
    assert run("score", tmp_path / "absent.hea", "--bundle", bundle, "--trust", trust) == 1
    assert contents(trust) == before


def test_evaluation_writes_nothing_into_the_folder_of_trust(trust: Path, bundle: Path, monkeypatch):
    monkeypatch.setenv("POCKETK_TRUST", str(trust))
    before = contents(trust)
    open_model.cache_clear()
    open_model(ModelSource(str(bundle)))
    assert contents(trust) == before


def test_what_a_device_has_seen_still_keeps_an_older_bundle_out(trust: Path, bundle: Path, capsys):
    seen = LastSeen(datetime(2026, 1, 1, tzinfo=UTC), {bundle.name: SeenModel("99.0", fake_key("clinic").key_id)})
    LastSeenFile(trust / MEMORY_NAME).keep(seen)
    before = contents(trust)
    assert run("bundle", "verify", bundle, "--trust", trust) == 2
    assert "is older than 99.0" in capsys.readouterr().err
    assert contents(trust) == before


def test_a_device_remembers_as_before(trust: Path, bundle: Path):
    load_bundle(bundle, trust=installed_trust(trust))
    assert bundle.name in LastSeenFile(trust / MEMORY_NAME).read().models
