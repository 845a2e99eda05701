"""A CPU reached by starting a Python on it: this machine's own, or one that an emulator in front of it shows."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

import pocketk_agent
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.scoring_cpu import CpuScores, ScoringCpu

_WORKER = Path(__file__).with_name("scoring_worker.py")
# The folder that holds the agent; it runs on every CPU from the same source.
_AGENT = Path(pocketk_agent.__file__).parents[1]
# An emulator starts numpy, scipy and a runtime in 5 to 20 s of a free core; a busy machine takes many times that.
_TIMEOUT_S = 1800
_LONGEST_REASON = 600
# One thread: sums over several are not the same from one run to the next.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(frozen=True)
class ProcessCpu(ScoringCpu):
    """A Python process on some CPU.

    Attributes:
        name: What tables call it.
        command: Emulator, its options and the Python.
        packages: Folders with what the agent needs, first of all.
        environment: Further variables.
        inherits: Whether it also sees the variables of this process; another system's Python must not.
    """

    name: str
    command: tuple[str, ...]
    packages: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    inherits: bool = True

    def run(self, *arguments: str) -> str:
        """What the Python prints, started with these arguments.

        Raises:
            CpuError: If it cannot be started, fails, or does not end within half an hour.
        """
        done = self.start(*arguments)
        if done.returncode:
            raise CpuError(f"{self.name} ended with {done.returncode}: {_last_words(done.stderr)}")
        return done.stdout.decode("utf-8", "replace")

    def start(self, *arguments: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        """The ended Python, started with these arguments, however it ended.

        Args:
            arguments: Of the Python.
            variables: Set besides the CPU's own.

        Raises:
            CpuError: If it cannot be started, or does not end within half an hour.
        """
        paths = os.pathsep.join(map(str, (*self.packages, _AGENT)))
        kept = dict(os.environ) if self.inherits else {"PATH": os.environ.get("PATH", "")}
        environment = kept | _ONE_THREAD | {"PYTHONPATH": paths} | dict(self.environment) | dict(variables or {})
        try:
            return subprocess.run(
                [*self.command, *arguments], env=environment, capture_output=True, timeout=_TIMEOUT_S, check=False
            )
        except OSError as error:
            raise CpuError(f"{self.name}: {self.command[0]} cannot be started: {error.strerror}.") from error
        except subprocess.TimeoutExpired as error:
            raise CpuError(f"{self.name}: no answer within {_TIMEOUT_S} s; is the machine busy?") from error

    def score(self, model: Path, clips: NDArray[np.float32]) -> CpuScores:
        """See `ScoringCpu`."""
        with TemporaryDirectory(prefix="cpu-") as folder:
            given, gives = Path(folder) / "clips.npy", Path(folder) / "logits.npy"
            np.save(given, clips)
            said = self.run(str(_WORKER), str(model.resolve()), str(given), str(gives)).strip().splitlines()
            facts = json.loads(said[-1])
            return CpuScores(np.load(gives, allow_pickle=False), facts["runtime"], facts["machine"])


def _last_words(stderr: bytes) -> str:
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return " ".join(lines[-6:])[-_LONGEST_REASON:] or "nothing was said (a crash of the emulated program?)"
