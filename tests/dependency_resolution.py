"""Whether a set of extras resolves for a Python version and platform, asked of uv without installing anything."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_TIMEOUT_S = 120.0
# What uv says when it could not ask the index, as opposed to having asked and found no solution.
_UNREACHABLE = re.compile(
    r"Failed to fetch|error sending request|Request failed after|network was disabled|dns error|timed out",
    re.IGNORECASE,
)


class Answer(StrEnum):
    """What uv found out."""

    RESOLVES = "resolves"
    CONFLICT = "does not resolve"
    NOT_RUN = "not run: the package index cannot be reached"


@dataclass(frozen=True, slots=True)
class Environment:
    """One environment somebody may install: extras, Python version, platform as uv names it."""

    python: str
    platform: str
    extras: tuple[str, ...]
    constraints: str | None = "constraints.txt"
    also: tuple[str, ...] = ()

    def arguments(self, root: Path) -> list[str]:
        """Return the arguments of ``uv pip compile`` that resolve it for the project at ``root``."""
        arguments = [str(root / "pyproject.toml"), "--python-version", self.python]
        arguments += ["--python-platform", self.platform]
        for extra in self.extras:
            arguments += ["--extra", extra]
        if self.constraints:
            arguments += ["--constraints", str(root / self.constraints)]
        return arguments


@dataclass(frozen=True, slots=True)
class Resolution:
    """uv's answer for one environment: the pinned requirements it printed, or why there are none."""

    answer: Answer
    pins: tuple[str, ...]
    why: str


def uv_command() -> str | None:
    """Return the uv that belongs to this Python, else one on the PATH, else None."""
    return shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")


def resolve(uv: str, environment: Environment, root: Path, *, index: str | None = None) -> Resolution:
    """Ask ``uv`` to resolve ``environment``; ``index`` replaces the configured package index."""
    command = [uv, "pip", "compile", "--quiet", "--no-header", "--no-annotate", *environment.arguments(root)]
    if environment.also:
        command.append("-")
    if index:
        command += ["--no-cache", "--default-index", index]
    try:
        done = subprocess.run(
            command,
            cwd=root,
            input="\n".join(environment.also),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            env={**os.environ, "UV_HTTP_RETRIES": "1", "NO_COLOR": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Resolution(Answer.NOT_RUN, (), f"uv gave no answer within {_TIMEOUT_S:g} s")
    pins = tuple(line for line in done.stdout.splitlines() if "==" in line)
    return Resolution(answer_of(done.returncode, done.stderr), pins, done.stderr.strip())


def answer_of(return_code: int, said: str) -> Answer:
    """Return what uv's exit code and error output mean; whatever is not plainly the network is a conflict."""
    if return_code == 0:
        return Answer.RESOLVES
    return Answer.NOT_RUN if _UNREACHABLE.search(said) else Answer.CONFLICT
