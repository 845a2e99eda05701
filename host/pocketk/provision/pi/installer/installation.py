"""Everything that is to be so on a device, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .accounts import DECLARATION, HOME, Accounts, StateFolder
from .boot_settings import BootSettings
from .device_root import DeviceRoot
from .file_steps import KeptFile, Link, WholeFile
from .install_error import InstallError
from .kit_files import Kit
from .service import UNIT
from .software import COMMAND, CURRENT, Python, Software
from .spidev import Spidev
from .step import Step

KEYS = "trust/trusted_keys.json"
CONFIG = "/etc/pocketk/pocketk.toml"
# Where files of the kit's folder system/ go.
PLACES = {
    "pocketk.sysusers": DECLARATION,
    "60-pocketk.rules": "/etc/udev/rules.d/60-pocketk.rules",
    "pocketk.modules": "/etc/modules-load.d/pocketk.conf",
    UNIT: f"/etc/systemd/system/{UNIT}",
}
# What the unit starts, and what a person types.
_COMMAND_FOLDERS = ("/opt/pocketk/bin", "/usr/local/bin")
_WANTED_BY = f"/etc/systemd/system/multi-user.target.wants/{UNIT}"


@dataclass(frozen=True)
class Outcome:
    """What an installation found and did.

    Attributes:
        changes: One phrase each, in order; of a dry run, what it would have done.
        notes: What a person should know.
        reboot: Whether the buses come up with the next start only.
    """

    changes: tuple[str, ...]
    notes: tuple[str, ...]
    reboot: bool


def steps_of(kit: Kit, root: DeviceRoot, python: Python, *, compiles: bool = True) -> list[Step]:
    """The steps in an order in which each finds what it needs; the service is switched on last.

    Raises:
        InstallError: If the kit lacks a file.
        OSError: If one cannot be read.
    """
    software = Software(root, kit, python, compiles)
    files: list[Step] = [
        WholeFile(root, path, kit.path(f"system/{name}").read_bytes()) for name, path in PLACES.items()
    ]
    keys: list[Step] = []
    if KEYS in kit.files:
        # The service writes what it has seen beside the keys. A list that is there stays: keys are changed by a person.
        keys = [KeptFile(root, f"{HOME}/{KEYS}", kit.path(KEYS).read_bytes()), StateFolder(root, f"{HOME}/trust")]
    bundles = [name for name in kit.files if name.startswith("bundles/")]
    return [
        BootSettings(root),
        *files[:-1],
        Accounts(root),
        StateFolder(root),
        *keys,
        KeptFile(root, CONFIG, kit.path("system/pocketk.toml").read_bytes()),
        *(WholeFile(root, f"/opt/pocketk/{name}", kit.path(name).read_bytes()) for name in sorted(bundles)),
        software,
        Spidev(software),
        *(Link(root, f"{folder}/{COMMAND}", f"{CURRENT}/bin/{COMMAND}") for folder in _COMMAND_FOLDERS),
        files[-1],
        Link(root, _WANTED_BY, f"/etc/systemd/system/{UNIT}"),
    ]


def install(steps: list[Step], say: Callable[[str], None], *, dry_run: bool) -> Outcome:
    """Go through the steps, doing what is pending; a dry run only says it.

    Args:
        steps: In order.
        say: Given one line before each change.
        dry_run: Change nothing.

    Raises:
        InstallError: If a step fails, or is still pending after it was done.
        OSError: If a file cannot be written.
    """
    changes: list[str] = []
    for step in steps:
        pending = step.pending()
        for phrase in pending:
            say(f"{'would ' if dry_run else ''}{phrase}")
        changes += pending
        if pending and not dry_run:
            step.apply()
            left = step.pending()
            if left:
                raise InstallError(f"This was done and is still to be done: {left[0]}. Is the card full or read-only?")
    reboot = any(isinstance(step, BootSettings) and step.waits_for_start for step in steps)
    return Outcome(tuple(changes), tuple(note for step in steps for note in step.notes()), reboot)
