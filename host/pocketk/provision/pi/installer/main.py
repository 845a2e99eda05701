"""What `python3 install.py` does once the machine was found fit."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .device_root import DeviceRoot
from .end_check import EndCheck
from .install_error import InstallError
from .installation import Outcome, install, steps_of
from .kit_files import Kit, damage, read_kit
from .service import Service
from .software import running_python

EXIT_DONE, EXIT_CHECK_FAILED, EXIT_REFUSED, EXIT_INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str], folder: Path) -> int:
    """Install the kit in a folder.

    Args:
        arguments: Of the command line.
        folder: The kit's.

    Returns:
        0 done and the end check is green, 1 done and it is not, 2 refused or failed, 130 stopped.
    """
    wish = _parser().parse_args(arguments)
    try:
        return _install(wish, folder)
    except InstallError as error:
        sys.stderr.write(f"{error}\n")
    except OSError as error:
        sys.stderr.write(f"{error}. What was done stays; run this again when it is mended.\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Run this again; it goes on where it was.\n")
        return EXIT_INTERRUPTED
    return EXIT_REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="install.py", description="Install Pocket-K from this folder, offline.")
    parser.add_argument("--dry-run", action="store_true", help="print every change, make none")
    parser.add_argument("--root", type=Path, default=Path("/"), help="a mounted card's system instead of this one")
    parser.add_argument("--no-compile", action="store_true", help="quicker now, slower at every start of the agent")
    parser.add_argument("--no-check", action="store_true", help="leave out pocketk-agent doctor at the end")
    return parser


def _install(wish: argparse.Namespace, folder: Path) -> int:
    root = DeviceRoot(wish.root.resolve())
    if not root.folder.is_dir():
        raise InstallError(f"{wish.root} is no folder.")
    if root.live and not wish.dry_run and os.geteuid() != 0:
        raise InstallError("This changes the system: run it with sudo, or look first with --dry-run.")
    kit = _checked_kit(folder)
    steps = steps_of(kit, root, running_python(), compiles=not wish.no_compile)
    outcome = install(steps, lambda line: _say(f"  {line}"), dry_run=wish.dry_run)
    if not outcome.changes:
        _say("  nothing to change")
    for note in outcome.notes:
        _say(f"note: {note}")
    if wish.dry_run:
        _say(f"Dry run: {len(outcome.changes)} changes, none made.")
        return EXIT_DONE
    return _finish(root, outcome, checks=not wish.no_check)


def _checked_kit(folder: Path) -> Kit:
    """Nothing is touched before every byte of the kit was found to be as it was made."""
    kit = read_kit(folder)
    _say(f"Pocket-K {kit.version} ({kit.git_hash[:12]}), kit {kit.digest[:12]}, {len(kit.files)} files")
    faults = damage(kit)
    if faults:
        raise InstallError(
            f"This kit is not as it was made: {'; '.join(faults[:3])}{' ...' if len(faults) > 3 else ''}. "
            "Copy it anew. Nothing was changed."
        )
    _say("kit verified")
    return kit


def _finish(root: DeviceRoot, outcome: Outcome, *, checks: bool) -> int:
    service, check = Service(root), EndCheck(root)
    if outcome.changes:
        for line in service.reload():
            _say(f"  {line}")
    if not root.live:
        _say(f"Installed into {root.folder}. On the device, after its first start: {check.words}")
        return EXIT_DONE
    status = check.run() if checks else EXIT_DONE
    if outcome.reboot:
        _say(f"SPI and I2C come up with the next start. Now: sudo reboot; then: {check.words}")
    elif outcome.changes and not status:
        for line in service.restart():
            _say(f"  {line}")
    if status:
        _say(f"Installed, but the check is not green; see above. When that is mended: {check.words}")
        return EXIT_CHECK_FAILED
    _say("Installed.")
    return EXIT_DONE


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
