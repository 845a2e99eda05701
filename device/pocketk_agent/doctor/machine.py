"""What the checks ask of this machine, so that a test can answer instead."""

import grp
import os
import platform
import shutil
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from pocketk_agent.time_standing import TimeStanding, machine_time


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _group_of(path: Path) -> str:
    try:
        return grp.getgrgid(path.stat().st_gid).gr_name
    except (OSError, KeyError):
        return ""


def _free_mb(path: Path) -> float:
    return shutil.disk_usage(path).free / 1e6


@dataclass(frozen=True)
class Machine:
    """This machine, or a pretended one.

    Attributes:
        architecture: as uname says, e.g. "aarch64".
        pointer_bits: of this Python.
        python: (major, minor).
        user: name or number of whoever runs this.
        has_module: whether a Python package can be imported.
        exists: whether a path is there.
        may_use: whether it can be read and written by this user.
        group_of: name of its group, empty where there is none.
        free_mb: free megabytes where a path lies.
        time: what vouches for the time of day.
    """

    architecture: str = field(default_factory=platform.machine)
    pointer_bits: int = struct.calcsize("P") * 8
    python: tuple[int, int] = sys.version_info[:2]
    user: str = field(default_factory=lambda: os.environ.get("USER") or str(os.getuid()))
    has_module: Callable[[str], bool] = _has
    exists: Callable[[Path], bool] = Path.exists
    may_use: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK)
    group_of: Callable[[Path], str] = _group_of
    free_mb: Callable[[Path], float] = _free_mb
    time: Callable[[], TimeStanding] = machine_time
