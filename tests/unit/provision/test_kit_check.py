"""`--check` finds what a device would stumble over: damage, strangers, wheels for others, packages left out."""

from pathlib import Path

import pytest

from pocketk.provision.kit_archive import archive_kit
from pocketk.provision.kit_check import check_kit
from pocketk.provision.pi.installer.kit_files import sha256_of
from pocketk.provision.provision_error import ProvisionError
from tiny_kit import TAG, TinyKit, make_tiny_kit, make_wheel


@pytest.fixture
def kit(tmp_path: Path) -> TinyKit:
    return make_tiny_kit(tmp_path / "kit")


def _lock(kit: TinyKit, wheel: Path) -> None:
    kit.write(f"requirements/{TAG}.txt", f"pocketk==0.1.0 --hash=sha256:{sha256_of(wheel)}\n".encode())
    kit.seal()


def test_a_whole_kit_has_no_fault(kit: TinyKit) -> None:
    assert check_kit(kit.folder) == []


def test_damage_absence_and_strangers_are_named(kit: TinyKit) -> None:
    kit.write("install.py", b"other")
    (kit.folder / "bundles/pocketk-s.zip").unlink()
    kit.write("wheels/stranger.whl", b"x")
    said = "\n".join(check_kit(kit.folder))
    assert "install.py is damaged" in said
    assert "bundles/pocketk-s.zip is missing" in said
    assert "wheels/stranger.whl is not in kit.json" in said


def test_a_wheel_that_was_exchanged_with_kit_json_fails_its_lock(kit: TinyKit) -> None:
    make_wheel(kit.folder / "wheels", {"other.py": ""})
    kit.seal()
    assert any("no wheel of pocketk 0.1.0 has the hash" in fault for fault in check_kit(kit.folder))


def test_a_package_that_a_wheel_needs_and_the_kit_lacks_is_named(kit: TinyKit) -> None:
    needs = ("numpy>=2; python_version >= '3.8'", "absent; sys_platform == 'win32'", "spidev; extra == 'pi'")
    _lock(kit, make_wheel(kit.folder / "wheels", {}, needs))
    (fault,) = check_kit(kit.folder)
    assert "pocketk needs numpy>=2" in fault


def test_a_wheel_for_another_machine_is_named(kit: TinyKit) -> None:
    (wheel,) = (kit.folder / "wheels").iterdir()
    other = wheel.rename(wheel.with_name(f"pocketk-0.1.0-{TAG}-{TAG}-manylinux_2_28_x86_64.whl"))
    _lock(kit, other)
    assert any("is for another Python or machine" in fault for fault in check_kit(kit.folder))


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match=r"kit\.json cannot be read"):
        check_kit(tmp_path)


def test_the_archive_of_a_kit_has_the_same_bytes_whenever_it_is_made(kit: TinyKit, tmp_path: Path) -> None:
    first = archive_kit(kit.folder, tmp_path / "kit.tar")
    for path in kit.folder.rglob("*"):
        path.touch()
    again = tmp_path / "again"
    again.mkdir()
    assert archive_kit(kit.folder, again / "kit.tar") == first
