"""The service's account and the groups that may use the buses."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .device_root import DeviceRoot
from .install_error import InstallError
from .process import run
from .step import Step

ACCOUNT = "pocketk"
GROUPS = ("dialout", "gpio", "i2c", "spi")
HOME = "/var/lib/pocketk"
DECLARATION = "/etc/sysusers.d/pocketk.conf"
_TOOL = "systemd-sysusers"


@dataclass(frozen=True)
class Accounts(Step):
    """What the declaration in /etc/sysusers.d says, made so by systemd-sysusers.

    Attributes:
        root: The device.
    """

    root: DeviceRoot

    def pending(self) -> list[str]:
        """See `Step`."""
        said = [] if account_ids(self.root) else [f"make the system account {ACCOUNT}"]
        groups = _groups(self.root)
        said += [f"put {ACCOUNT} into the group {name}" for name in GROUPS if ACCOUNT not in groups.get(name, ())]
        return said

    def apply(self) -> None:
        """See `Step`."""
        if shutil.which(_TOOL) is None:
            raise InstallError(
                f"{_TOOL} is not here, so the account {ACCOUNT} cannot be made. Raspberry Pi OS has it in the package "
                "systemd; elsewhere: apt install systemd-standalone-sysusers"
            )
        where = [] if self.root.live else [f"--root={self.root.folder}"]
        run([_TOOL, *where, DECLARATION], "Making the account")


@dataclass(frozen=True)
class StateFolder(Step):
    """The service's own folder, where it may write.

    Attributes:
        root: The device.
        path: Absolute, on the device.
    """

    root: DeviceRoot
    path: str = HOME

    def pending(self) -> list[str]:
        """See `Step`."""
        place = self.root.at(self.path)
        if not place.is_dir():
            return [f"make {self.path} for {ACCOUNT}"]
        return [f"give {self.path} to {ACCOUNT}"] if self._foreign(place) else []

    def apply(self) -> None:
        """See `Step`."""
        place, ids = self.root.at(self.path), account_ids(self.root)
        place.mkdir(parents=True, exist_ok=True, mode=0o750)
        if ids is not None and os.geteuid() == 0:
            os.chown(place, *ids)

    def _foreign(self, place: Path) -> bool:
        ids, found = account_ids(self.root), place.stat()
        return ids is not None and os.geteuid() == 0 and (found.st_uid, found.st_gid) != ids


def account_ids(root: DeviceRoot) -> tuple[int, int] | None:
    """User and group number of the service's account on a device, None where it has none."""
    for fields in _table(root.at("/etc/passwd")):
        if fields[0] == ACCOUNT and len(fields) > 3 and fields[2].isdigit() and fields[3].isdigit():
            return int(fields[2]), int(fields[3])
    return None


def group_ids(root: DeviceRoot) -> list[int]:
    """Numbers of the groups that the account is in besides its own."""
    return [
        int(fields[2])
        for fields in _table(root.at("/etc/group"))
        if len(fields) > 3 and fields[2].isdigit() and ACCOUNT in fields[3].split(",")
    ]


def _groups(root: DeviceRoot) -> dict[str, list[str]]:
    return {fields[0]: fields[3].split(",") for fields in _table(root.at("/etc/group")) if len(fields) > 3}


def _table(path: Path) -> list[list[str]]:
    try:
        return [line.split(":") for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line]
    except FileNotFoundError:
        return []
