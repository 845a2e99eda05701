"""The locks in git are what the project asks for: every pin, every device's own version, one hash a package."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pocketk.provision.locked_package import LockedPackage, lock_text, read_lock
from pocketk.provision.pi_target import EXTRAS, PINS, PYTHONS, TOOLS_LOCK, WITHOUT_WHEELS, PiTarget
from pocketk.provision.provision_error import ProvisionError


def _environment(python: str) -> dict[str, str]:
    return {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "platform_machine": "aarch64",
        "sys_platform": "linux",
        "implementation_name": "cpython",
    }


@pytest.mark.parametrize("python", PYTHONS)
def test_every_locked_version_is_the_constraints_own_but_for_the_devices_pins(pytestconfig, python: str) -> None:
    wanted: dict[str, str] = {}
    for line in (pytestconfig.rootpath / "constraints.txt").read_text().splitlines():
        one = Requirement(line)
        if one.marker is None or one.marker.evaluate(_environment(python)):
            wanted[canonicalize_name(one.name)] = next(iter(one.specifier)).version
    for pin in PINS:
        name, _, version = pin.partition("==")
        wanted[name] = version
    locked = {one.name: one.version for one in read_lock(PiTarget(python).lock)}
    assert {name: wanted.get(name) for name in locked} == locked


@pytest.mark.parametrize("python", PYTHONS)
def test_what_the_extras_ask_for_directly_is_locked(pytestconfig, python: str) -> None:
    """An extra that grew without `make lock-pi` fails here, without a network."""
    project = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())["project"]
    locked = {one.name: one.version for one in read_lock(PiTarget(python).lock)}
    left, extras, seen = [*project["dependencies"]], list(EXTRAS), set()
    while extras:
        extra = extras.pop()
        seen.add(extra)
        for line in project["optional-dependencies"][extra]:
            one = Requirement(line)
            extras += [name for name in one.extras if one.name == "pocketk" and name not in seen]
            left += [line] if one.name != "pocketk" else []
    for one in map(Requirement, left):
        if one.name not in WITHOUT_WHEELS and (one.marker is None or one.marker.evaluate(_environment(python))):
            assert one.specifier.contains(locked.get(canonicalize_name(one.name), "0"), prereleases=True), one


def test_the_tools_are_pip_what_builds_and_what_has_no_wheel() -> None:
    assert {one.name for one in read_lock(TOOLS_LOCK)} == {"pip", "setuptools", *WITHOUT_WHEELS}


@pytest.mark.parametrize("line", ["numpy==2.4.6", "numpy --hash=sha256:" + "0" * 64, "-e .", "numpy==1 --hash=md5:0"])
def test_a_line_without_version_or_hash_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "lock.txt").write_text(line)
    with pytest.raises(ProvisionError, match="is not 'name==version"):
        read_lock(tmp_path / "lock.txt")


def test_a_lock_reads_as_it_was_written(tmp_path: Path) -> None:
    packages = (LockedPackage("a", "1", "0" * 64), LockedPackage("B", "2.0.1", "f" * 64))
    (tmp_path / "lock.txt").write_text(lock_text(reversed(packages), "two"))
    assert read_lock(tmp_path / "lock.txt") == packages
