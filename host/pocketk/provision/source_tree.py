"""The checkout that a kit is made from."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pocketk.provision.provision_error import ProvisionError

_TIMEOUT_S = 30


def source_tree() -> Path:
    """Its folder.

    Raises:
        ProvisionError: If this Pocket-K was installed from a wheel, which does not hold what makes another.
    """
    root = Path(__file__).resolve().parents[3]
    if not (root / "pyproject.toml").is_file():
        raise ProvisionError(
            "A kit is made from a checkout; this Pocket-K was installed from a wheel. Name one: --wheel."
        )
    return root


def git_hash(root: Path) -> str:
    """The commit of a checkout, with "-changed" where files differ from it; "unknown" without git."""
    try:
        commit = _git(root, "rev-parse", "HEAD").strip()
        return f"{commit}-changed" if _git(root, "status", "--porcelain", "--untracked-files=no").strip() else commit
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def commit_time(root: Path) -> int:
    """Seconds since 1970 of the commit, so that the same commit makes the same bytes; 1980 without git."""
    try:
        return int(_git(root, "log", "-1", "--format=%ct"))
    except (OSError, ValueError, subprocess.SubprocessError):
        return 315532800


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S).stdout
