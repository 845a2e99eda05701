"""`pocketk key` and `pocketk bundle` as an engineer uses them."""

import json
import subprocess
from pathlib import Path

import pytest

from pocketk.bundle import packing
from pocketk.cli import main
from pocketk_agent.bundle.archive import archive_of
from pocketk_agent.bundle.signature import parse_signature
from signed_bundles import put_signature, rewrite, unsigned_copy


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as exit_info:
        main([str(each) for each in arguments])
    return int(exit_info.value.code or 0)


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text("three long words\n")
    return path


@pytest.fixture
def key(tmp_path: Path, words: Path) -> Path:
    path = tmp_path / "release.key"
    assert run("key", "create", path, "--name", "Clinic release", "--passphrase-file", words) == 0
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return unsigned_copy(tmp_path)


COMMANDS = [("key", name) for name in ("create", "trust")]
COMMANDS += [("bundle", name) for name in ("sign", "inspect", "diff", "verify", "pack")]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...], capsys):
    assert run(*command, "--help") == 0
    assert "pocketk " + " ".join(command) in capsys.readouterr().out


def test_from_a_new_key_to_a_device_that_trusts_it(key: Path, words: Path, bundle: Path, tmp_path: Path, capsys):
    trust = tmp_path / "trust"
    assert run("key", "trust", f"{key}.pub.json", "--out", trust) == 0
    assert run("bundle", "verify", bundle, "--trust", trust) == 2
    assert "pocketk bundle sign" in capsys.readouterr().err
    assert run("bundle", "sign", bundle, "--key", key, "--passphrase-file", words, "--valid-days", "400") == 0
    packed = tmp_path / "packed.zip"
    assert run("bundle", "pack", bundle, "--out", packed) == 0
    assert run("bundle", "verify", packed, "--trust", trust) == 0
    assert "Signed by Clinic release." in capsys.readouterr().out


def test_the_private_file_is_locked_and_its_owners_alone(key: Path):
    assert b"ENCRYPTED PRIVATE KEY" in key.read_bytes()
    assert key.stat().st_mode & 0o077 == 0


def test_a_key_is_never_overwritten(key: Path, words: Path, capsys):
    before = key.read_bytes()
    assert run("key", "create", key, "--name", "x", "--passphrase-file", words) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert key.read_bytes() == before


def test_a_key_is_not_made_in_a_repository(tmp_path: Path, words: Path, capsys):
    inside = tmp_path / "work" / "keys"
    inside.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(tmp_path / "work")], check=True)
    assert run("key", "create", inside / "release.key", "--name", "x", "--passphrase-file", words) == 2
    assert "never lives in a repository" in capsys.readouterr().err
    assert list(inside.iterdir()) == []


def test_a_short_passphrase_is_refused_and_nothing_is_left(tmp_path: Path, capsys):
    (tmp_path / "words").write_text("short\n")
    arguments = ("key", "create", tmp_path / "k", "--name", "x", "--passphrase-file", tmp_path / "words")
    assert run(*arguments) == 2
    assert "several words" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["words"]


def test_ctrl_c_between_the_two_halves_leaves_neither(tmp_path: Path, words: Path, monkeypatch):
    def interrupted(_key: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("pocketk.signing.key_file.public_json", interrupted)
    assert run("key", "create", tmp_path / "k", "--name", "x", "--passphrase-file", words) == 130
    assert [p.name for p in tmp_path.iterdir()] == ["words"]


def test_signing_twice_gives_the_same_bytes(bundle: Path, capsys):
    assert run("bundle", "sign", "--demonstration", bundle) == 0
    first = (bundle / "SIGNATURE").read_bytes()
    assert run("bundle", "sign", "--demonstration", bundle) == 0
    assert (bundle / "SIGNATURE").read_bytes() == first
    assert "signed already" in capsys.readouterr().out


def test_a_bundle_that_changed_is_signed_anew(bundle: Path):
    put_signature(bundle)
    first = (bundle / "SIGNATURE").read_bytes()
    rewrite(bundle, model_version="0.2.0")
    assert run("bundle", "sign", "--demonstration", bundle) == 0
    assert (bundle / "SIGNATURE").read_bytes() != first


def test_a_bundle_whose_golden_vectors_fail_gets_no_signature(bundle: Path, capsys):
    rewrite(bundle, variant="ecgfounder-v1")
    assert run("bundle", "sign", "--demonstration", bundle) == 2
    assert "model's input differs" in capsys.readouterr().err
    assert not (bundle / "SIGNATURE").exists()
    assert [p.name for p in bundle.parent.iterdir()] == [bundle.name]


def test_ctrl_c_while_signing_leaves_the_bundle_as_it_was(bundle: Path, monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pocketk.signing.sign_bundle.load_bundle", interrupted)
    before = sorted(p.name for p in bundle.iterdir())
    assert run("bundle", "sign", "--demonstration", bundle) == 130
    assert sorted(p.name for p in bundle.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "No bundle was named"),
        (("x",), "either --key FILE or --demonstration"),
        (("x", "--demonstration"), "not a folder"),
        (("x", "--demonstration", "--valid-days", "0"), "at least 1"),
    ],
)
def test_a_wish_that_cannot_be_met_is_said_in_one_line(arguments: tuple[str, ...], says: str, capsys):
    assert run("bundle", "sign", *arguments) == 2
    assert says in capsys.readouterr().err


def test_inspect_shows_a_strangers_bundle_with_the_reason(bundle: Path, key: Path, words: Path, capsys):
    assert run("bundle", "sign", bundle, "--key", key, "--passphrase-file", words) == 0
    capsys.readouterr()
    assert run("bundle", "inspect", bundle, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert not found["accepted"]
    assert "bundle-signer" in found["sentence"]
    assert found["signature"]["key_id"] == parse_signature((bundle / "SIGNATURE").read_bytes()).key_id


def test_diff_names_what_differs_and_says_so_with_its_status(bundle: Path, tmp_path: Path, capsys):
    (tmp_path / "other").mkdir()
    other = unsigned_copy(tmp_path / "other")
    assert run("bundle", "diff", bundle, other) == 0
    rewrite(other, model_version="0.2.0")
    assert run("bundle", "diff", bundle, other) == 1
    assert "model_version" in capsys.readouterr().out


def test_packing_twice_gives_the_same_bytes(bundle: Path, tmp_path: Path):
    for name in ("a.zip", "b.zip"):
        assert run("bundle", "pack", bundle, "--out", tmp_path / name) == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["packed.zip", "inside/packed.zip"])
def test_an_archive_is_not_put_into_the_bundle_that_it_packs(name: str, bundle: Path, capsys):
    before = sorted(bundle.rglob("*"))
    assert run("bundle", "pack", bundle, "--out", bundle / name) == 2
    assert "the bundle's own folder" in capsys.readouterr().err
    assert sorted(bundle.rglob("*")) == before


def test_an_archive_that_no_device_would_read_is_not_written(bundle: Path, tmp_path: Path, monkeypatch, capsys):
    size = len(archive_of(bundle))
    for most in (1000, size - 1):  # the files alone, and with the archive's own bytes
        monkeypatch.setattr(packing.packed, "__defaults__", (most,))
        assert run("bundle", "pack", bundle, "--out", tmp_path / "packed.zip") == 2
        said = capsys.readouterr().err
        assert "The archive would have " in said
        assert f"a device reads {most:,} at most" in said
    assert not (tmp_path / "packed.zip").exists()
    monkeypatch.setattr(packing.packed, "__defaults__", (size,))
    assert run("bundle", "pack", bundle, "--out", tmp_path / "packed.zip") == 0


def test_an_unsigned_bundle_is_scored_for_development_only(bundle: Path, tmp_path: Path, capsys):
    strip = tmp_path / "absent.hea"
    assert run("score", strip, "--bundle", bundle) == 2
    assert "--development" in capsys.readouterr().err
    assert run("score", strip, "--bundle", bundle, "--development", "--json") == 1
    assert "Unsigned development bundle" in capsys.readouterr().out


@pytest.mark.parametrize("public", ["{}", "[", '{"name": "", "public_key": "00"}'])
def test_a_public_file_that_is_none_is_refused(public: str, tmp_path: Path, capsys):
    (tmp_path / "k.pub.json").write_text(public)
    assert run("key", "trust", tmp_path / "k.pub.json", "--out", tmp_path / "trust") == 2
    assert "not a public key" in capsys.readouterr().err
    assert not (tmp_path / "trust").exists()


def test_an_empty_list_of_keys_is_refused(tmp_path: Path, capsys):
    assert run("key", "trust", "--out", tmp_path / "trust") == 2
    assert "lists no key" in capsys.readouterr().err
