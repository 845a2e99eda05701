"""The agent and its packages in a virtual environment of their own, built beside the old one and swapped."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .device_root import DeviceRoot, sync_folder
from .install_error import InstallError
from .kit_files import Kit
from .process import run
from .step import Step

RELEASES, CURRENT = "/opt/pocketk/releases", "/opt/pocketk/venv"
COMMAND = "pocketk-agent"
_PARTIAL = ".part"
_LAUNCHER = """#!{release}/bin/python -I
import sys
from pocketk_agent.cli import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Python:
    """The Python that runs the agent.

    Attributes:
        executable: The system's own, as the device sees it.
        version: Such as "3.11".
    """

    executable: str
    version: str

    @property
    def tag(self) -> str:
        """As wheels write it, such as "cp311"."""
        return "cp" + self.version.replace(".", "")


def running_python() -> Python:
    """The system's Python behind the one that runs this, under the name that has its version."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    base = Path(getattr(sys, "_base_executable", "") or sys.executable)
    versioned = base.with_name(f"python{version}")
    return Python(str(versioned if versioned.exists() else base), version)


@dataclass(frozen=True)
class Software(Step):
    """One release of the agent; /opt/pocketk/venv points to it.

    Attributes:
        root: The device.
        kit: Where the wheels come from.
        python: What runs it.
        compiles: Whether the modules are compiled now; else at every start, as the service cannot write there.
    """

    root: DeviceRoot
    kit: Kit
    python: Python
    compiles: bool = True

    @property
    def release(self) -> str:
        """The folder of this release, as the device sees it. Another kit or Python is another release."""
        return f"{RELEASES}/{self.kit.version}-{self.kit.digest[:12]}-{self.python.tag}"

    @property
    def packages(self) -> Path:
        """Where its modules lie."""
        return packages_of(self.root.at(self.release), self.python)

    def pending(self) -> list[str]:
        """See `Step`."""
        said = [] if self.root.at(self.release).is_dir() else [f"install {self._count()} packages into {self.release}"]
        if not self.root.links_to(CURRENT, self.release):
            said.append(f"link {CURRENT} -> {self.release}")
        if self._outdated():
            said.append(f"remove {', '.join(path.name for path in self._outdated())} from {RELEASES}")
        return said

    def apply(self) -> None:
        """See `Step`. A release without its last name is half made and begun anew."""
        place = self.root.at(self.release)
        if not place.is_dir():
            partial = place.with_name(place.name + _PARTIAL)
            if partial.exists():
                shutil.rmtree(partial)
            self._build(partial)
            os.sync()  # all of it lies on the card before it gets its name
            partial.rename(place)
            sync_folder(place.parent)
        if not self.root.links_to(CURRENT, self.release):
            self.root.link(CURRENT, self.release)
        for path in self._outdated():
            shutil.rmtree(path)

    def _build(self, partial: Path) -> None:
        packages = packages_of(partial, self.python)
        packages.mkdir(parents=True)
        (partial / "bin").mkdir()
        (partial / "bin" / "python").symlink_to(self.python.executable)
        home = str(Path(self.python.executable).parent)
        # PEP 405: this is all that makes a folder a virtual environment.
        (partial / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n", encoding="utf-8")
        self._fill(packages)
        launcher = partial / "bin" / COMMAND
        launcher.write_text(_LAUNCHER.format(release=self.release), encoding="utf-8")
        launcher.chmod(0o755)

    def _fill(self, packages: Path) -> None:
        pip = [*pip_command(self.kit), "--require-hashes"]
        pip += ["--find-links", str(self.kit.folder / "wheels"), "--only-binary=:all:"]
        pip += ["--target", str(packages), "" if self.compiles else "--no-compile"]
        requirements = self.kit.path(f"requirements/{self.python.tag}.txt")
        run([*filter(None, pip), "-r", requirements], "Installing the packages")
        # Their commands would start this process's Python, not the release's.
        shutil.rmtree(packages / "bin", ignore_errors=True)

    def _count(self) -> int:
        text = self.kit.path(f"requirements/{self.python.tag}.txt").read_text(encoding="utf-8")
        return sum("==" in line for line in text.splitlines())

    def _outdated(self) -> list[Path]:
        """Releases other than this one and the one before it, and what an interrupted run began of others."""
        folder = self.root.at(RELEASES)
        if not folder.is_dir() or not self.root.links_to(CURRENT, self.release):
            return []
        own = Path(self.release).name
        others = [path for path in folder.iterdir() if path.name not in (own, own + _PARTIAL)]
        whole = sorted((path for path in others if path.suffix != _PARTIAL), key=lambda path: path.stat().st_mtime)
        return [*whole[:-1], *(path for path in others if path.suffix == _PARTIAL)]


def packages_of(release: Path, python: Python) -> Path:
    """Where the modules of a release lie."""
    return release / "lib" / f"python{python.version}" / "site-packages"


def pip_command(kit: Kit) -> list[str]:
    """The beginning of every call of the kit's own pip, which asks no index.

    Raises:
        InstallError: If the kit has none.
    """
    if not sys.executable:
        raise InstallError("This Python does not know its own path; start it as python3 install.py.")
    wheel = kit.one("tools", "pip-")
    quiet = ["--isolated", "--no-cache-dir", "--disable-pip-version-check"]
    return [sys.executable, "-I", str(wheel / "pip"), *quiet, "install", "--no-index", "--no-deps"]
