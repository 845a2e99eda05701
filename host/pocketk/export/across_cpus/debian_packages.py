"""Debian's packages for 64-bit ARM, fetched and unpacked by apt and dpkg of any Debian; no root needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketk.export.across_cpus.cpu_error import CpuError

_SOURCE = "deb [arch=arm64 signed-by={keyring}] http://deb.debian.org/debian {release} main\n"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_APT_CONF = """
Dir::State "{folder}";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "-";
APT::Architecture "arm64";
APT::Architectures {{ "arm64"; }};
APT::Sandbox::User "";
Acquire::Languages "none";
"""
_TIMEOUT_S = 1200


@dataclass(frozen=True)
class DebianPackages:
    """One release of Debian for 64-bit ARM, asked with an apt of our own that knows one source and one architecture.

    Attributes:
        folder: Where that apt keeps its lists.
        release: Such as "bookworm".
    """

    folder: Path
    release: str = "bookworm"

    def fetch(self, names: Iterable[str], into: Path) -> list[Path]:
        """Download packages; a release's pool keeps the newest security update only, so none is pinned.

        Args:
            names: Without what they depend on.
            into: Made where it does not exist.

        Returns:
            The .deb files of the folder, sorted.

        Raises:
            CpuError: If apt, dpkg or Debian's keyring is missing, or a download fails.
        """
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise CpuError(f"{tool} is not here; the aarch64 Python is made of Debian's packages on Debian only.")
        if not _KEYRING.is_file():
            raise CpuError(f"{_KEYRING} is missing: sudo apt install debian-archive-keyring")
        apt = self.folder.resolve()
        for folder in (apt / "lists" / "partial", apt / "archives" / "partial", into):
            folder.mkdir(parents=True, exist_ok=True)
        (apt / "status").touch()
        (apt / "sources.list").write_text(_SOURCE.format(keyring=_KEYRING, release=self.release), encoding="utf-8")
        (apt / "apt.conf").write_text(_APT_CONF.format(folder=apt), encoding="utf-8")
        variables = {"APT_CONFIG": str(apt / "apt.conf")}
        run_tool(["apt-get", "update"], variables)
        run_tool(["apt-get", "download", *names], variables, into)
        return sorted(into.glob("*.deb"))


def unpack(packages: Iterable[Path], system: Path) -> None:
    """Unpack .deb files over one another; none of their scripts runs.

    Raises:
        CpuError: If dpkg cannot read one.
    """
    system.mkdir(parents=True, exist_ok=True)
    for package in packages:
        run_tool(["dpkg-deb", "-x", str(package), str(system)])


def run_tool(command: list[str], variables: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
    """Run a program to its end.

    Args:
        command: Program and arguments.
        variables: Set besides this process's own.
        folder: To run it in.

    Raises:
        CpuError: If it fails or takes longer than 20 minutes.
    """
    environment = {**os.environ, **(variables or {})}
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, env=environment, cwd=folder)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()[-400:]
        raise CpuError(f"{' '.join(command[:3])} failed: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise CpuError(f"{' '.join(command[:3])} took longer than {_TIMEOUT_S} s.") from error
