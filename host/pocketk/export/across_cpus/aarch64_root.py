"""Debian 12's Python for 64-bit ARM with what the agent's scoring path needs, in a folder; no root needed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketk.export.across_cpus.cpu_error import CpuError

# Newer ones crash under qemu-aarch64 7.2 (ai-edge-litert 2.3.0 when an interpreter is made, onnxruntime 1.31.1).
WHEELS = (
    "numpy==2.4.6",
    "bottleneck==1.6.0",
    "scipy==1.17.1",
    "ai-edge-litert==2.1.0",
    "flatbuffers==25.12.19",
    "onnxruntime==1.27.0",
    "cryptography==50.0.2",
    "cffi==2.1.1",
    "pycparser==3.12",
)
# What those wheels were built for: Raspberry Pi OS 12 and newer fit.
_PLATFORMS = ("manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64")
_PYTHON = "3.11"
# A release's pool keeps the newest security update only, so versions are recorded and not pinned.
_DEBIAN = (
    *("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libffi8", "libssl3", "libbz2-1.0", "liblzma5"),
    *("libuuid1", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"),
)
_SOURCE = "deb [arch=arm64 signed-by={keyring}] http://deb.debian.org/debian bookworm main\n"
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
class Aarch64Root:
    """A folder with a system for another CPU.

    Attributes:
        folder: Where it lies, or will.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """The Python of that system."""
        return self._system / "usr" / "bin" / f"python{_PYTHON}"

    @property
    def packages(self) -> Path:
        """What pip put there."""
        return self.folder.resolve() / "packages"

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables under which that Python starts."""
        return {"QEMU_LD_PREFIX": str(self._system), "PYTHONHOME": str(self._system / "usr")}

    @property
    def ready(self) -> bool:
        """Whether it was prepared, with the packages that are wanted now."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(record, dict) and record.get("wheels") == list(WHEELS) and self.python.is_file()

    @property
    def _system(self) -> Path:
        return self.folder.resolve() / "system"

    @property
    def _record(self) -> Path:
        """Written last: what is half made is not ready."""
        return self.folder / "aarch64.json"

    def prepare(self) -> None:
        """Fetch everything, 80 MB, unless it is there.

        Raises:
            CpuError: If apt, dpkg or Debian's keyring is missing, or a download fails.
        """
        if self.ready:
            return
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise CpuError(f"{tool} is not here; the aarch64 Python is made of Debian's packages on Debian only.")
        if not _KEYRING.is_file():
            raise CpuError(f"{_KEYRING} is missing: sudo apt install debian-archive-keyring")
        shutil.rmtree(self.folder, ignore_errors=True)
        self._system.mkdir(parents=True)
        debian = self._fetch_debian()
        for package in debian:
            _run(["dpkg-deb", "-x", str(package), str(self._system)])
        self._fetch_wheels()
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in debian}
        body = {"debian": digests, "wheels": list(WHEELS)}
        self._record.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")

    def _fetch_debian(self) -> list[Path]:
        """Download with an apt of our own, which knows one source and one architecture."""
        apt, fetched = self.folder.resolve() / "apt", self.folder.resolve() / "debian"
        for folder in (apt / "lists" / "partial", apt / "archives" / "partial", fetched):
            folder.mkdir(parents=True)
        (apt / "status").touch()
        (apt / "sources.list").write_text(_SOURCE.format(keyring=_KEYRING), encoding="utf-8")
        (apt / "apt.conf").write_text(_APT_CONF.format(folder=apt), encoding="utf-8")
        variables = {"APT_CONFIG": str(apt / "apt.conf")}
        _run(["apt-get", "update"], variables)
        _run(["apt-get", "download", *_DEBIAN], variables, fetched)
        return sorted(fetched.glob("*.deb"))

    def _fetch_wheels(self) -> None:
        wanted = ["--python-version", _PYTHON, "--implementation", "cp"]
        wanted += [word for platform in _PLATFORMS for word in ("--platform", platform)]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        _run([*pip, "--no-deps", "--only-binary=:all:", *wanted, "--target", str(self.packages), *WHEELS])


def _run(command: list[str], variables: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
    environment = {**os.environ, **(variables or {})}
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S, env=environment, cwd=folder)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()[-400:]
        raise CpuError(f"{' '.join(command[:3])} failed: {said}") from error
    except subprocess.TimeoutExpired as error:
        raise CpuError(f"{' '.join(command[:3])} took longer than {_TIMEOUT_S} s.") from error
