"""Writes the locks anew: python -m pocketk.provision.make_lock. For who changes a dependency; needs uv and an index.

uv resolves the extras for the device's machine and Python, which pip cannot do from another one: it would judge
conditions such as python_version < '3.12' by its own Python. pip then fetches what was resolved, and the hash of each
file is written down.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from pocketk.provision.locked_package import LockedPackage, lock_text
from pocketk.provision.pi.installer.kit_files import sha256_of
from pocketk.provision.pi_target import EXTRAS, PINS, PYTHONS, TOOLS_LOCK, WITHOUT_WHEELS, PiTarget
from pocketk.provision.pip_download import download
from pocketk.provision.provision_error import ProvisionError
from pocketk.provision.source_tree import source_tree

# pip installs the kit; setuptools builds what has no wheel.
_TOOLS = ("pip==26.3", "setuptools==81.0.0")
_TIMEOUT_S = 300


def resolved(target: PiTarget, root: Path, folder: Path) -> list[str]:
    """Pins of every package that the device's extras need there, in constraints.txt's versions but for the device's.

    Args:
        target: The device's Python and machine.
        root: The source tree.
        folder: For a file that uv reads.

    Raises:
        ProvisionError: If uv is not here or finds no solution.
    """
    ours = {pin.partition("==")[0] for pin in PINS}
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join([line for line in lines if line.partition("==")[0] not in ours] + [*PINS]) + "\n")
    command = [str(Path(sys.executable).with_name("uv")), "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    command += [str(root / "pyproject.toml"), "--python-version", target.python, "--constraints", str(constraints)]
    command += ["--python-platform", f"{target.machine}-manylinux_2_28"]
    command += [word for extra in EXTRAS for word in ("--extra", extra)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except OSError as error:
        raise ProvisionError(f"uv cannot be started ({error.strerror}); it belongs to the extra dev.") from error
    if done.returncode:
        raise ProvisionError(f"uv found no solution: {done.stderr.strip()[-500:]}")
    return [line for line in done.stdout.splitlines() if "==" in line]


def locked_files(folder: Path) -> list[LockedPackage]:
    """One package for each file of a folder."""
    packages = []
    for path in sorted(folder.iterdir()):
        wheel = path.suffix == ".whl"
        name, version = parse_wheel_filename(path.name)[:2] if wheel else parse_sdist_filename(path.name)
        packages.append(LockedPackage(canonicalize_name(name), str(version), sha256_of(path)))
    return packages


def main() -> int:
    """Write every lock; 2 with one sentence where that fails."""
    try:
        root = source_tree()
        for python in PYTHONS:
            _lock(PiTarget(python), root)
        with TemporaryDirectory() as name:
            source = [pin for pin in _pins(root) if pin.partition("==")[0] in WITHOUT_WHEELS]
            download(source, Path(name) / "files", [f"--no-binary={name}" for name in WITHOUT_WHEELS])
            download(_TOOLS, Path(name) / "files", ["--only-binary=:all:"])
            heading = "What installs the kit, and what has no wheel. Written by make lock-pi."
            TOOLS_LOCK.write_text(lock_text(locked_files(Path(name) / "files"), heading), encoding="utf-8")
    except ProvisionError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _pins(root: Path) -> list[str]:
    with TemporaryDirectory() as name:
        return resolved(PiTarget(PYTHONS[0]), root, Path(name))


def _lock(target: PiTarget, root: Path) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        pins = [pin for pin in resolved(target, root, folder) if pin.partition("==")[0] not in WITHOUT_WHEELS]
        download(pins, folder / "files", target.pip_arguments)
        heading = f"The agent's packages on Python {target.python}, {target.machine}. Written by make lock-pi."
        target.lock.write_text(lock_text(locked_files(folder / "files"), heading), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
