"""What measures: processor, board, versions."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# Those that matrix products in 8 and 32 bits use.
_VECTOR_INSTRUCTIONS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "asimd", "asimddp", "i8mm", "neon")
_PACKAGES = ("numpy", "bottleneck", "scipy", "ai-edge-litert", "tflite-runtime", "onnxruntime")
_CPU_FILE, _BOARD_FILE = Path("/proc/cpuinfo"), Path("/proc/device-tree/model")


@dataclass(frozen=True)
class DeviceFacts:
    """A machine.

    Attributes:
        processor: its name and architecture.
        board: what its maker calls it, empty where it does not say.
        cores: logical ones.
        vector_instructions: of those that matter here, the ones that the processor says it has.
        system: operating system and Python.
        versions: installed package -> version.
    """

    processor: str
    board: str
    cores: int
    vector_instructions: tuple[str, ...]
    system: str
    versions: dict[str, str]


def this_device(packages: Iterable[str] = _PACKAGES) -> DeviceFacts:
    """Describe this machine.

    Args:
        packages: whose versions count.
    """
    name, flags = processor()
    return DeviceFacts(
        processor=f"{name} ({platform.machine()})",
        board=_text(_BOARD_FILE).strip("\0\n "),
        cores=os.cpu_count() or 1,
        vector_instructions=tuple(flag for flag in _VECTOR_INSTRUCTIONS if flag in flags),
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        versions=installed_versions(packages),
    )


def processor() -> tuple[str, frozenset[str]]:
    """Model name and flags from /proc/cpuinfo; what Python knows where there is none."""
    lines = (line.partition(":") for line in _text(_CPU_FILE).splitlines())
    said = {key.strip(): value.strip() for key, _, value in lines}
    name = said.get("model name") or said.get("Model") or platform.processor() or "unknown processor"
    return name, frozenset(said.get("flags", said.get("Features", "")).split())


def installed_versions(packages: Iterable[str]) -> dict[str, str]:
    """Version of each package that is installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
