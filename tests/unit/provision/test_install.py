"""The installer in a plain folder: dry run, a second run, interruptions, damage, refusals."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from pocketk.provision.pi.installer import main as installer
from pocketk.provision.pi.installer.device_root import DeviceRoot
from pocketk.provision.pi.installer.software import CURRENT, RELEASES, Software
from tiny_kit import TinyKit, make_card, make_tiny_kit, put_sysusers, snapshot


@pytest.fixture
def kit(tmp_path: Path) -> TinyKit:
    return make_tiny_kit(tmp_path / "kit")


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tools = put_sysusers(tmp_path / "tools")
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return make_card(tmp_path / "card")


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pip takes seconds; most of what is asked here is not about it."""

    def fill(self: Software, packages: Path) -> None:
        (packages / "pocketk_agent").mkdir()

    monkeypatch.setattr(Software, "_fill", fill)


def _install(kit: TinyKit, card: Path, *arguments: str) -> int:
    return installer.main(["--root", str(card), "--no-compile", *arguments], kit.folder)


@pytest.mark.usefixtures("without_pip")
def test_a_dry_run_prints_every_change_and_makes_none(kit: TinyKit, card: Path, capsys) -> None:
    before = snapshot(card)
    assert _install(kit, card, "--dry-run") == 0
    said = capsys.readouterr().out
    assert snapshot(card) == before
    promised = [line.strip().removeprefix("would ") for line in said.splitlines() if line.startswith("  ")]
    assert f"Dry run: {len(promised)} changes, none made." in said
    assert _install(kit, card) == 0
    done = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert done == promised


def test_a_second_run_changes_nothing(kit: TinyKit, card: Path, capsys) -> None:
    assert _install(kit, card) == 0
    before = snapshot(card)
    times = {path: path.lstat().st_mtime_ns for path in card.rglob("*")}
    capsys.readouterr()
    assert _install(kit, card) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert snapshot(card) == before
    assert {path: path.lstat().st_mtime_ns for path in card.rglob("*")} == times


@pytest.mark.usefixtures("without_pip")
def test_what_is_installed_is_the_service_the_account_and_the_agent(kit: TinyKit, card: Path) -> None:
    assert _install(kit, card) == 0
    assert "dtparam=spi=on" in (card / "boot/firmware/config.txt").read_text()
    assert (card / "etc/udev/rules.d/60-pocketk.rules").is_file()
    assert "spi:x:" in (card / "etc/group").read_text()
    wanted = card / "etc/systemd/system/multi-user.target.wants/pocketk-agent.service"
    assert str(wanted.readlink()) == "/etc/systemd/system/pocketk-agent.service"
    assert (card / "opt/pocketk/bundles/pocketk-s.zip").read_bytes() == b"a bundle"
    release = DeviceRoot(card).at(str((card / CURRENT.lstrip("/")).readlink()))
    assert (release / "bin/pocketk-agent").read_text().startswith(f"#!{RELEASES}/")


@pytest.mark.usefixtures("without_pip")
def test_the_unit_starts_a_command_that_is_installed(kit: TinyKit, card: Path) -> None:
    assert _install(kit, card) == 0
    unit = (card / "etc/systemd/system/pocketk-agent.service").read_text()
    (program,) = [line.partition("=")[2].split()[0] for line in unit.splitlines() if line.startswith("ExecStart=")]
    assert str(DeviceRoot(card).at(program).readlink()) == f"{CURRENT}/bin/pocketk-agent"


def test_the_installed_agent_runs_in_its_environment(kit: TinyKit, card: Path) -> None:
    assert _install(kit, card) == 0
    release = DeviceRoot(card).at(str((card / CURRENT.lstrip("/")).readlink()))
    code = "import sys, pocketk_agent.cli as c; print(sys.prefix != sys.base_prefix, c.__file__); sys.exit(c.main())"
    done = subprocess.run([release / "bin/python", "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "True"
    assert str(release) in done.stdout


class PowerCutError(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


@pytest.mark.usefixtures("without_pip")
def test_an_installation_cut_at_any_write_is_finished_by_the_next_run(
    kit: TinyKit, card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measure
) -> None:
    """Every replacement and every rename is a place where power may fail; pip's own work is one more."""
    whole = make_card(tmp_path / "whole")
    assert _install(kit, whole) == 0
    calls = _count_renames(monkeypatch, kit, make_card(tmp_path / "counted"))
    unlike = 0
    for cut in range(calls):
        place = make_card(tmp_path / f"cut-{cut}")
        with monkeypatch.context() as patch:
            _cut_after(patch, cut)
            with pytest.raises(PowerCutError):
                _install(kit, place)
        assert _install(kit, place) == 0
        unlike += snapshot(place) != snapshot(whole)
    measure("PROVISION-CUT", unlike, n=calls)


def _count_renames(monkeypatch: pytest.MonkeyPatch, kit: TinyKit, card: Path) -> int:
    with monkeypatch.context() as patch:
        counted = _cut_after(patch, 10_000)
        assert _install(kit, card) == 0
    return len(counted)


def _cut_after(patch: pytest.MonkeyPatch, n: int) -> list[str]:
    """Fail instead of the rename after n of them; each leaves what was written beside its place."""
    seen: list[str] = []
    replace, rename = Path.replace, Path.rename

    def counted(original):
        def call(self: Path, target: Path) -> Path:
            if len(seen) == n:
                raise PowerCutError
            seen.append(str(target))
            return original(self, target)

        return call

    patch.setattr(Path, "replace", counted(replace))
    patch.setattr(Path, "rename", counted(rename))
    return seen


def test_a_release_that_pip_did_not_finish_is_begun_anew(kit: TinyKit, card: Path, monkeypatch) -> None:
    def fill(self: Software, packages: Path) -> None:
        (packages / "half.py").write_text("x")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Software, "_fill", fill)
        assert _install(kit, card) == installer.EXIT_INTERRUPTED
    assert not (card / CURRENT.lstrip("/")).exists()
    assert _install(kit, card) == 0
    assert not list((card / RELEASES.lstrip("/")).rglob("half.py"))
    assert not list((card / RELEASES.lstrip("/")).glob("*.part"))


@pytest.mark.parametrize("name", ["wheels/pocketk-0.1.0-py3-none-any.whl", "bundles/pocketk-s.zip", "install.py"])
def test_a_damaged_file_is_named_and_nothing_is_touched(kit: TinyKit, card: Path, name: str, capsys) -> None:
    path = kit.folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    before = snapshot(card)
    assert _install(kit, card) == installer.EXIT_REFUSED
    assert f"{name} is damaged" in capsys.readouterr().err
    assert snapshot(card) == before


def test_a_missing_file_is_named(kit: TinyKit, card: Path, capsys) -> None:
    (kit.folder / "bundles/pocketk-s.zip").unlink()
    assert _install(kit, card) == installer.EXIT_REFUSED
    assert "bundles/pocketk-s.zip is missing" in capsys.readouterr().err


def test_a_wheel_that_kit_json_knows_and_the_lock_does_not_is_refused_by_pip(kit: TinyKit, card: Path, capsys) -> None:
    """Two lists of hashes: whoever changes a wheel and kit.json has the lock against him."""
    (wheel,) = (kit.folder / "wheels").iterdir()
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    kit.seal()
    assert _install(kit, card) == installer.EXIT_REFUSED
    assert "Installing the packages failed" in capsys.readouterr().err
    assert not (card / CURRENT.lstrip("/")).exists()


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "wheels/../../x"])
def test_a_kit_that_names_a_path_outside_itself_is_refused(kit: TinyKit, card: Path, name: str, capsys) -> None:
    kit.seal(files={name: "0" * 64})
    assert _install(kit, card) == installer.EXIT_REFUSED
    assert "outside the kit" in capsys.readouterr().err


@pytest.mark.usefixtures("without_pip")
def test_a_configuration_that_a_person_wrote_is_kept(kit: TinyKit, card: Path, capsys) -> None:
    own = card / "etc/pocketk/pocketk.toml"
    own.parent.mkdir(parents=True)
    own.write_text("[front_end]\nkind = 'ads1292r'\n")
    assert _install(kit, card) == 0
    assert "ads1292r" in own.read_text()
    assert own.with_name("pocketk.toml.example").is_file()
    assert "was kept as it is" in capsys.readouterr().out


@pytest.mark.usefixtures("without_pip")
def test_a_new_kit_is_swapped_in_and_only_the_one_before_it_stays(card: Path, tmp_path: Path) -> None:
    for version in ("1", "2", "3"):
        kit = make_tiny_kit(tmp_path / f"kit-{version}")
        kit.seal(version=version)
        assert _install(kit, card) == 0
    kept = sorted(path.name.partition("-")[0] for path in (card / RELEASES.lstrip("/")).iterdir())
    assert kept == ["2", "3"]
    assert "/3-" in str((card / CURRENT.lstrip("/")).readlink())


@pytest.mark.usefixtures("without_pip")
def test_debians_spidev_is_linked_into_the_environment(kit: TinyKit, card: Path) -> None:
    module = f"usr/lib/python3/dist-packages/spidev.cpython-{sys.version_info[0]}{sys.version_info[1]}-x.so"
    (card / module).parent.mkdir(parents=True)
    (card / module).touch()
    assert _install(kit, card) == 0
    assert [path.name for path in (card / "opt").rglob("spidev*.so")] == [Path(module).name]


@pytest.mark.usefixtures("without_pip")
def test_without_spidev_it_is_said_which_front_ends_do_not_work(kit: TinyKit, card: Path, capsys) -> None:
    assert _install(kit, card) == 0
    assert "sudo apt install python3-spidev" in capsys.readouterr().out


@pytest.mark.skipif(platform.machine() == "aarch64", reason="this machine is one that the kit is for")
def test_install_py_refuses_another_machine_before_it_looks_at_anything(kit: TinyKit, card: Path) -> None:
    before = snapshot(card)
    done = subprocess.run(
        [sys.executable, kit.folder / "install.py", "--root", card], capture_output=True, text=True, check=False
    )
    assert done.returncode == installer.EXIT_REFUSED
    assert "this machine is" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert snapshot(card) == before


def test_install_py_installs_on_a_machine_that_the_kit_names(kit: TinyKit, card: Path) -> None:
    kit.seal(machine=platform.machine())
    command = [sys.executable, kit.folder / "install.py", "--root", card, "--no-compile"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(kit.folder.rglob("__pycache__")), "the kit stays as its hashes say"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"machine": 1}'])
def test_install_py_says_that_kit_json_is_damaged(kit: TinyKit, content: bytes) -> None:
    kit.write("kit.json", content)
    done = subprocess.run([sys.executable, kit.folder / "install.py"], capture_output=True, text=True, check=False)
    assert done.returncode == installer.EXIT_REFUSED
    assert "the kit is damaged" in done.stderr


@pytest.mark.usefixtures("without_pip")
def test_keys_go_to_the_device_once_and_a_persons_own_list_stays(kit: TinyKit, card: Path) -> None:
    kit.write("trust/trusted_keys.json", b"first")
    kit.seal()
    keys = card / "var/lib/pocketk/trust/trusted_keys.json"
    assert _install(kit, card) == 0
    assert keys.read_bytes() == b"first"
    kit.write("trust/trusted_keys.json", b"second")
    kit.seal()
    assert _install(kit, card) == 0
    assert keys.read_bytes() == b"first"
    assert keys.with_name("trusted_keys.json.example").read_bytes() == b"second"


@pytest.mark.usefixtures("without_pip")
def test_a_kit_without_keys_makes_no_folder_of_keys(kit: TinyKit, card: Path) -> None:
    """An empty one would be read as a device that was given keys and lost them."""
    assert _install(kit, card) == 0
    assert not (card / "var/lib/pocketk/trust").exists()
