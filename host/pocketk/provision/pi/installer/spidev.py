"""The module spidev, which has no wheels: Debian's own, or built from source where a compiler is."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from .process import run
from .software import Software, packages_of, pip_command
from .step import Step

DEBIAN_MODULES = "/usr/lib/python3/dist-packages"
NEEDED_BY = "ADS1292R, MAX30003 and MCP3008"


@dataclass(frozen=True)
class Spidev(Step):
    """The module in the release's environment; without it everything but the front ends on SPI works.

    Attributes:
        software: The release.
    """

    software: Software

    def pending(self) -> list[str]:
        """See `Step`."""
        if self._there():
            return []
        debian = self._debian()
        if debian is not None:
            return [f"link Debian's {debian.name} into the release"]
        return ["build spidev from source" for _ in range(self._can_build())]

    def apply(self) -> None:
        """See `Step`."""
        debian = self._debian()
        if debian is not None:
            release, root = self.software.release, self.software.root
            folder = packages_of(Path(release), self.software.python)
            root.link(str(folder / debian.name), f"{DEBIAN_MODULES}/{debian.name}")
            return
        pip = [*pip_command(self.software.kit), "--target"]
        sources = ["--find-links", str(self.software.kit.folder / "tools"), str(self._source())]
        run([*pip, str(self.software.packages), *sources], "Building spidev")

    def notes(self) -> list[str]:
        """See `Step`."""
        if self._there() or self.pending():
            return []
        return [
            f"spidev is not here, so {NEEDED_BY} do not work; every other front end does. For those on SPI: "
            "sudo apt install python3-spidev, then run this again."
        ]

    def _there(self) -> bool:
        """A link counts where what it names is there, as the device sees it: Debian's package may be removed again."""
        root, found = self.software.root, self.software.packages.glob("spidev*.so")
        return any(root.at(str(path.readlink())).exists() if path.is_symlink() else path.exists() for path in found)

    def _debian(self) -> Path | None:
        tag = self.software.python.tag.replace("cp", "cpython-")
        return next(iter(sorted(self.software.root.at(DEBIAN_MODULES).glob(f"spidev.{tag}-*.so"))), None)

    def _source(self) -> Path:
        return self.software.kit.one("tools", "spidev-")

    def _can_build(self) -> bool:
        """On the device itself only: what is built must be for its CPU and Python."""
        header = Path(sysconfig.get_path("include")) / "Python.h"
        same = self.software.python.version == f"{sys.version_info[0]}.{sys.version_info[1]}"
        return self.software.root.live and same and shutil.which("gcc") is not None and header.is_file()
