"""What a kit will hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pocketk_agent
from pocketk.provision.locked_package import LockedPackage, read_lock
from pocketk.provision.pi.installer.service import UNIT
from pocketk.provision.pi_target import PYTHONS, TOOLS_LOCK, PiTarget
from pocketk.provision.provision_error import ProvisionError
from pocketk_agent.config.example import EXAMPLE

PAYLOAD = Path(__file__).with_name("pi")
_AGENT = Path(pocketk_agent.__file__).parent
_BUNDLE_KEY = re.compile(r"^# bundle = .*$", re.MULTILINE)


@dataclass(frozen=True)
class KitWish:
    """What a person asked for.

    Attributes:
        pythons: Versions to carry wheels for.
        bundle: A bundle's folder, archive or shipped name.
        config: The device's configuration; where not given, the example.
        wheels: A folder to take packages from instead of the index.
        own_wheel: Pocket-K as a wheel; where not given, it is built.
        trust: Folder with the keys that the device is to trust; where not given, it is in demonstration mode.
        machine: As `platform.machine` names it.
    """

    pythons: tuple[str, ...] = PYTHONS
    bundle: str = "pocketk-s"
    config: Path | None = None
    wheels: Path | None = None
    own_wheel: Path | None = None
    trust: Path | None = None
    machine: str = "aarch64"

    @property
    def targets(self) -> tuple[PiTarget, ...]:
        """One for each Python.

        Raises:
            ProvisionError: If one has no lock.
        """
        unknown = [python for python in self.pythons if python not in PYTHONS]
        if unknown or not self.pythons:
            raise ProvisionError(f"--python is {' or '.join(PYTHONS)}, what Raspberry Pi OS 12 and 13 have.")
        return tuple(PiTarget(python, self.machine) for python in self.pythons)


@dataclass(frozen=True)
class PlannedPackages:
    """Packages of one target.

    Attributes:
        target: For whom.
        packages: All of them, Pocket-K itself excepted.
    """

    target: PiTarget
    packages: tuple[LockedPackage, ...]


def planned_packages(wish: KitWish) -> tuple[PlannedPackages, ...]:
    """What is locked for each Python.

    Raises:
        ProvisionError: If a lock is missing or wrong.
    """
    return tuple(PlannedPackages(target, read_lock(target.lock)) for target in wish.targets)


def planned_tools() -> tuple[LockedPackage, ...]:
    """What installs the kit, and what is built on the device.

    Raises:
        ProvisionError: If the lock is missing or wrong.
    """
    return read_lock(TOOLS_LOCK)


def payload() -> dict[str, bytes]:
    """The installer and the system's files, by path inside the kit."""
    files = {"install.py": (PAYLOAD / "install.py").read_bytes()}
    for folder in ("installer", "system"):
        for path in sorted((PAYLOAD / folder).iterdir()):
            if path.is_file():
                files[f"{folder}/{path.name}"] = path.read_bytes()
    files[f"system/{UNIT}"] = (_AGENT / "service" / UNIT).read_bytes()
    return files


def configuration(wish: KitWish, bundle_name: str) -> bytes:
    """The device's configuration, which names the kit's bundle where it is the example.

    Raises:
        ProvisionError: If a file was named that is not there or does not pass the agent's own check.
    """
    if wish.config is None:
        line = f'bundle = "/opt/pocketk/bundles/{bundle_name}.zip"'
        return _BUNDLE_KEY.sub(line, EXAMPLE, count=1).encode()
    from pocketk_agent.config.config_error import ConfigError
    from pocketk_agent.config.config_file import parse_config

    try:
        content = wish.config.read_bytes()
        parse_config(content, wish.config)
        return content
    except (ConfigError, OSError) as error:
        raise ProvisionError(f"{wish.config} is no configuration of the agent: {error}") from error
