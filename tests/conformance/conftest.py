"""The MicroPython runtime that the conformance tests run the firmware in."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.pty_handheld import command_line, environment
from pocketk_agent.virtual_handheld import find_micropython


@pytest.fixture(scope="session")
def micropython() -> str:
    """The path of the MicroPython runtime; where it may be absent, `tests/conftest.py` has skipped the test."""
    found = find_micropython()
    assert found is not None
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
