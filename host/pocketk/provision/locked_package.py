"""Packages pinned to one file each, as pip reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketk.provision.provision_error import ProvisionError

_LINE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9.!+_-]+) --hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class LockedPackage:
    """One package of a lock.

    Attributes:
        name: As the index spells it.
        version: The only one allowed.
        sha256: Of the only file allowed.
    """

    name: str
    version: str
    sha256: str

    @property
    def line(self) -> str:
        """As it stands in a requirements file of pip."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def read_lock(path: Path) -> tuple[LockedPackage, ...]:
    """Packages of a lock file.

    Raises:
        ProvisionError: If there is none, or a line is not "name==version --hash=sha256:...".
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ProvisionError(
            f"There is no lock {path.name} ({error.strerror}); make lock-pi writes the locks."
        ) from error
    return tuple(_package(line, path) for line in lines if line.strip() and not line.startswith("#"))


def lock_text(packages: Iterable[LockedPackage], heading: str) -> str:
    """A lock file.

    Args:
        packages: In any order.
        heading: What it is for, one line.
    """
    lines = sorted((one.line for one in packages), key=str.lower)
    return "\n".join([f"# {heading}", *lines]) + "\n"


def _package(line: str, path: Path) -> LockedPackage:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ProvisionError(f"{path.name}: {line!r} is not 'name==version --hash=sha256:...'.")
    return LockedPackage(*found.groups())
