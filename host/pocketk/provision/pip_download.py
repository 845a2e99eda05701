"""Files of packages for another machine, fetched by pip and held to their hashes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pocketk.provision.provision_error import ProvisionError

_TIMEOUT_S = 1800
_LONGEST_REASON = 500


def download(wanted: Sequence[str], folder: Path, arguments: Sequence[str], wheels: Path | None = None) -> None:
    """Put the files of packages into a folder.

    Args:
        wanted: pip's words for what to fetch, such as "-r", "lock.txt".
        folder: Made where it does not exist.
        arguments: Further ones of pip download.
        wheels: A folder to take them from; else the package index that pip is set to.

    Raises:
        ProvisionError: If pip is not here, or finds no such file, or one with another hash.
    """
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    where = [] if wheels is None else ["--no-index", "--find-links", str(wheels.resolve())]
    command = [*pip, "--dest", str(folder), *where, *arguments, *wanted]
    environment = os.environ | {"PIP_NO_INPUT": "1"}
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, env=environment)
    except subprocess.TimeoutExpired as error:
        raise ProvisionError(f"pip did not end within {_TIMEOUT_S} s; is the package index reachable?") from error
    if done.returncode:
        raise ProvisionError(f"pip could not fetch the packages: {_reason(done.stderr)}")


def _reason(stderr: bytes) -> str:
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines()]
    errors = [line for line in lines if line and not line.startswith(("WARNING", "[notice]"))]
    return " ".join(errors)[:_LONGEST_REASON] or "it said nothing"
