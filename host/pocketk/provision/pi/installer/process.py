"""Programs that an installation starts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .install_error import InstallError

_LONGEST_WORDS = 600
_TIMEOUT_S = 3600


def run(command: Sequence[str | Path], why: str) -> None:
    """Run a program to its end; what it says is shown only where it fails.

    Args:
        command: Program and arguments.
        why: What it was to do, for the message.

    Raises:
        InstallError: If it cannot be started, fails, or does not end within an hour.
    """
    try:
        done = subprocess.run(
            list(map(str, command)), capture_output=True, timeout=_TIMEOUT_S, check=False, env=plain_environment()
        )
    except OSError as error:
        raise InstallError(f"{why}: {command[0]} cannot be started ({error.strerror}).") from error
    except subprocess.TimeoutExpired as error:
        raise InstallError(f"{why}: {command[0]} did not end within {_TIMEOUT_S} s.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[-_LONGEST_WORDS:]
        raise InstallError(f"{why} failed ({done.returncode}): {said or 'it said nothing'}")


def plain_environment() -> dict[str, str]:
    """This process's variables less those that would lead a Python or pip elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
