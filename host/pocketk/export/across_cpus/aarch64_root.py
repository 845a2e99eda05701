"""Debian 12's Python for 64-bit ARM with what the agent's scoring path needs, in a folder; no root needed."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketk.export.across_cpus.debian_packages import DebianPackages, run_tool, unpack

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
# What the agent's Python needs of Debian 12.
DEBIAN = (
    *("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libexpat1", "libffi8", "libssl3", "libbz2-1.0", "liblzma5"),
    *("libuuid1", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib"),
)


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
        return self.system / "usr" / "bin" / f"python{_PYTHON}"

    @property
    def packages(self) -> Path:
        """What pip put there."""
        return self.folder.resolve() / "packages"

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables under which that Python starts."""
        return {"QEMU_LD_PREFIX": str(self.system), "PYTHONHOME": str(self.system / "usr")}

    @property
    def ready(self) -> bool:
        """Whether it was prepared, with the packages that are wanted now."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return isinstance(record, dict) and record.get("wheels") == list(WHEELS) and self.python.is_file()

    @property
    def system(self) -> Path:
        """The root folder of Debian's files."""
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
        shutil.rmtree(self.folder, ignore_errors=True)
        folder = self.folder.resolve()
        debian = DebianPackages(folder / "apt").fetch(DEBIAN, folder / "debian")
        unpack(debian, self.system)
        self._fetch_wheels()
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in debian}
        body = {"debian": digests, "wheels": list(WHEELS)}
        self._record.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")

    def _fetch_wheels(self) -> None:
        wanted = ["--python-version", _PYTHON, "--implementation", "cp"]
        wanted += [word for platform in _PLATFORMS for word in ("--platform", platform)]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
        run_tool([*pip, "--no-deps", "--only-binary=:all:", *wanted, "--target", str(self.packages), *WHEELS])
