"""A kit looked over on the workstation, more closely than the device can before it has anything installed."""

from __future__ import annotations

from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

from pocketk.provision.locked_package import read_lock
from pocketk.provision.pi.installer.install_error import InstallError
from pocketk.provision.pi.installer.kit_files import Kit, damage, read_kit
from pocketk.provision.pi.installer.kit_wish import KIT_NAME, read_wish
from pocketk.provision.pi_target import EXTRAS, WITHOUT_WHEELS, PiTarget
from pocketk.provision.provision_error import ProvisionError
from pocketk.provision.wheel_metadata import requirements_of


def check_kit(folder: Path) -> list[str]:
    """What is wrong with a kit, one sentence each; empty where it can be installed.

    Every file is as kit.json says and none is there that it does not list; each Python's requirements are all there as
    wheels that fit it, with their hashes; and each wheel's own requirements are among them.

    Raises:
        ProvisionError: If the folder is no kit.
    """
    try:
        kit = read_kit(folder)
        faults = [*damage(kit), *_strangers(kit)]
    except (InstallError, OSError) as error:
        raise ProvisionError(str(error)) from error
    if faults:
        return faults
    wish = read_wish(folder)
    return [fault for python in wish.pythons for fault in _target_faults(kit, PiTarget(python, wish.machine))]


def _strangers(kit: Kit) -> list[str]:
    found = (path.relative_to(kit.folder).as_posix() for path in sorted(kit.folder.rglob("*")) if not path.is_dir())
    return [f"{name} is not in {KIT_NAME}" for name in found if name not in kit.files and name != KIT_NAME]


def _target_faults(kit: Kit, target: PiTarget) -> list[str]:
    name = f"requirements/{target.tag}.txt"
    if name not in kit.files:
        return [f"{name} is missing"]
    wheels = {kit.files[name]: kit.folder / name for name in kit.files if name.startswith("wheels/")}
    faults, here = [], {}
    for package in read_lock(kit.folder / name):
        wheel = wheels.get(package.sha256)
        if wheel is None:
            faults.append(f"{target.tag}: no wheel of {package.name} {package.version} has the hash that {name} wants")
        elif not _fits(wheel, target):
            faults.append(f"{target.tag}: {wheel.name} is for another Python or machine")
        else:
            here[canonicalize_name(package.name)] = (package.version, wheel)
    return faults or _unmet(here, target)


def _fits(wheel: Path, target: PiTarget) -> bool:
    tags = parse_wheel_filename(wheel.name)[3]
    return any(_python_fits(tag, target) and _platform_fits(tag, target) for tag in tags)


def _python_fits(tag: Tag, target: PiTarget) -> bool:
    if tag.interpreter in (target.tag, "py3"):
        return True
    stable = tag.abi == "abi3" and tag.interpreter.startswith("cp3")
    return stable and int(tag.interpreter.removeprefix("cp3")) <= int(target.tag.removeprefix("cp3"))


def _platform_fits(tag: Tag, target: PiTarget) -> bool:
    return tag.platform == "any" or tag.platform in target.pip_arguments


def _unmet(here: dict[str, tuple[str, Path]], target: PiTarget) -> list[str]:
    """Requirements of wheels that no wheel of the kit meets, judged by the device's Python and machine."""
    faults = []
    for name, (_, wheel) in sorted(here.items()):
        for wanted in _asked(wheel, target, EXTRAS if name == "pocketk" else ()):
            found = here.get(canonicalize_name(wanted.name))
            if wanted.name in WITHOUT_WHEELS or canonicalize_name(wanted.name) == "pocketk":
                continue
            if found is None:
                faults.append(f"{target.tag}: {name} needs {wanted}, which is not in the kit")
            elif not wanted.specifier.contains(found[0], prereleases=True):
                faults.append(f"{target.tag}: {name} needs {wanted}, the kit has {found[0]}")
    return faults


def _asked(wheel: Path, target: PiTarget, extras: tuple[str, ...]) -> list[Requirement]:
    environment = {
        "python_version": target.python,
        "python_full_version": f"{target.python}.0",
        "platform_machine": target.machine,
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    situations = [{**environment, "extra": extra} for extra in ("", *extras)]
    return [
        one
        for one in requirements_of(wheel)
        if one.marker is None or any(one.marker.evaluate(situation) for situation in situations)
    ]
