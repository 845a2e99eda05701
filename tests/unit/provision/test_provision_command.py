"""`pocketk device provision pi` on the command line."""

from pathlib import Path

import pytest

from pocketk.cli import EXIT_UNUSABLE, main
from pocketk.provision import kit_builder
from pocketk.provision.kit_plan import KitWish, configuration
from pocketk.provision.locked_package import LockedPackage, lock_text
from pocketk.provision.pi.installer.kit_files import sha256_of
from pocketk.provision.pi_target import PiTarget
from pocketk_agent.bundle.errors import BundleError
from pocketk_agent.bundle.public_key import PublicKey
from pocketk_agent.bundle.trust import keys_json
from pocketk_agent.config.config_file import parse_config
from tiny_kit import make_tiny_kit, make_wheel, snapshot

PI = ("device", "provision", "pi")


def _quiet(_: str) -> None:
    """Progress that nobody reads."""


def _run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main([*PI, *arguments])
    return int(str(ended.value.code))


def test_a_dry_run_lists_every_package_and_makes_nothing(tmp_path: Path, capsys) -> None:
    assert _run("--out", str(tmp_path / "kit"), "--dry-run") == 0
    said = capsys.readouterr().out
    assert "1.27.0" in said
    assert "installer/platform_check.py" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Give either --out"),
        (("--out", "a", "--check", "b"), "Give either --out"),
        (("--out", "a", "--python", "3.12", "--dry-run"), "--python is 3.11 or 3.13"),
        (("--out", "a", "--archive", "kit.zip"), "names a .tar file"),
        (("--check", "nowhere"), "cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, words: str, capsys) -> None:
    assert _run(*arguments) == EXIT_UNUSABLE
    assert words in capsys.readouterr().err


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, capsys) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    assert _run("--out", str(tmp_path / "photos")) == EXIT_UNUSABLE
    assert "is no kit" in capsys.readouterr().err
    assert (tmp_path / "photos" / "a.jpg").is_file()


def test_the_example_configuration_names_the_kits_bundle_and_is_valid() -> None:
    content = configuration(KitWish(), "pocketk-s")
    assert parse_config(content).measurement.bundle == "/opt/pocketk/bundles/pocketk-s.zip"


def test_a_configuration_with_a_mistake_is_refused_before_it_reaches_a_device(tmp_path: Path, capsys) -> None:
    path = tmp_path / "pocketk.toml"
    path.write_text('[front_end]\nkynd = "serial"\n')
    assert _run("--out", str(tmp_path / "kit"), "--config", str(path), "--dry-run") == EXIT_UNUSABLE
    assert "kynd" in capsys.readouterr().err


def test_a_check_says_how_many_files_are_as_they_were_made_or_what_is_not(tmp_path: Path, capsys) -> None:
    kit = make_tiny_kit(tmp_path / "kit")
    assert _run("--check", str(kit.folder)) == 0
    kit.write("install.py", b"x")
    assert _run("--check", str(kit.folder)) == 1
    assert "install.py is damaged" in capsys.readouterr().out


def test_the_same_wheels_and_bundle_make_the_same_kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole builder with packages at hand: everything but the index."""
    own = make_wheel(tmp_path / "own", {"pocketk_agent/__init__.py": ""})
    lock = tmp_path / "lock.txt"
    lock.write_text(lock_text([LockedPackage("pocketk", "0.1.0", sha256_of(own))], "one"))
    monkeypatch.setattr(PiTarget, "lock", property(lambda _: lock))
    monkeypatch.setattr(kit_builder, "_put_tools", lambda *_: None)
    wish = KitWish(pythons=("3.11",), bundle="pocketk-untrained", own_wheel=own, wheels=own.parent)
    first = kit_builder.build_kit(wish, tmp_path / "first", _quiet)
    second = kit_builder.build_kit(wish, tmp_path / "second", _quiet)
    assert first.digest == second.digest
    assert {n: s for n, (s, _) in snapshot(first.folder).items()} == {
        n: s for n, (s, _) in snapshot(second.folder).items()
    }
    assert kit_builder.build_kit(wish, tmp_path / "first", _quiet).digest == first.digest


def test_a_bundle_that_the_devices_keys_do_not_accept_makes_no_kit(tmp_path: Path) -> None:
    key = PublicKey("clinic", bytes(range(32)))
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "trusted_keys.json").write_text(keys_json((key,)))
    wish = KitWish(pythons=("3.11",), trust=tmp_path / "trust")
    with pytest.raises(BundleError, match="demonstration key"):
        kit_builder.build_kit(wish, tmp_path / "kit", _quiet)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trust"]
