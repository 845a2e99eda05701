"""Pocket-K itself as a wheel, made from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pocketk.provision.provision_error import ProvisionError
from pocketk.provision.source_tree import commit_time

_TIMEOUT_S = 600


def build_own_wheel(root: Path, folder: Path) -> Path:
    """Build it; the same commit gives the same bytes.

    Args:
        root: The checkout.
        folder: Receives the wheel.

    Returns:
        The wheel's path.

    Raises:
        ProvisionError: If it cannot be built.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # Without hatchling here pip fetches it into an environment of its own.
    command += ["--no-build-isolation"] if find_spec("hatchling") is not None else []
    command += ["--wheel-dir", str(folder), str(root)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(commit_time(root))}
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False, env=environment)
    except subprocess.TimeoutExpired as error:
        raise ProvisionError(f"Building the wheel did not end within {_TIMEOUT_S} s.") from error
    found = sorted(folder.glob("pocketk-*.whl"))
    if done.returncode or len(found) != 1:
        said = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise ProvisionError(f"The wheel of Pocket-K cannot be built from {root.name}: {said or 'it said nothing'}")
    return found[0]
