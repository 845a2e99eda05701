"""How soon a process that was just started has scored a strip, and how much memory that takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from inference.interleaved import Spread
from inference.strips import FS_HZ
from pocketk_agent.bundle.open_model import open_preferred
from pocketk_agent.bundle.trust import STATE_VARIABLE, TRUST_VARIABLE
from pocketk_agent.bundle.verify import check_contents

WHOLE, STEPS, WITHOUT_GOLDEN = "whole", "steps", "no-golden"
_LONGEST_S = 300.0
_PROCESS = Path(__file__).with_name("first_score.py")


@dataclass(frozen=True)
class ColdStarts:
    """Starts with one bundle.

    Attributes:
        bundle: its name.
        file: the model that this machine takes from it.
        package: that runs it.
        bundle_bytes: of all its files, every one of which is hashed.
        first_score_s: from the start of the process to the first outcome.
        processor_s: processor time of the same; what else runs on the machine hardly touches it.
        peak_rss_mb: most memory up to there, in 10^6 bytes.
        without_golden_s: the same without the golden vectors that every start has to reproduce.
        steps_s: step -> seconds that it took, in the order they come; starts of their own.
    """

    bundle: str
    file: str
    package: str
    bundle_bytes: int
    first_score_s: Spread
    processor_s: Spread
    peak_rss_mb: Spread
    without_golden_s: Spread
    steps_s: Mapping[str, Spread]


def cold_starts(bundles: Mapping[str, Path], strip_mv: NDArray[np.float64], n: int) -> list[ColdStarts]:
    """Start processes for all bundles in turn, files in the system's cache.

    Args:
        bundles: name -> folder, signed with the demonstration key.
        strip_mv: (15000,) millivolts at 500 Hz.
        n: starts of each kind that count; one more before them does not.

    Raises:
        subprocess.CalledProcessError: a process failed; it says on stderr why.
    """
    said: dict[tuple[str, str], list[dict]] = {}
    with TemporaryDirectory(prefix="cold-start-") as scratch:
        strip = Path(scratch) / "strip.npy"
        np.save(strip, strip_mv)
        for turn in range(n + 1):
            for name, folder in bundles.items():
                for what in (WHOLE, STEPS, WITHOUT_GOLDEN):
                    one = _started(folder, strip, what, Path(scratch) / "state")
                    if turn:
                        said.setdefault((name, what), []).append(one)
    return [_summary(name, folder, {what: said[name, what] for what in (WHOLE, STEPS, WITHOUT_GOLDEN)})
            for name, folder in bundles.items()]  # fmt: skip


def _started(folder: Path, strip: Path, what: str, state: Path) -> dict:
    # A device of its own: no keys, and no choice of a model that somebody measured here before.
    environment = {key: value for key, value in os.environ.items() if key != TRUST_VARIABLE}
    # As installed: pip compiles modules, a checkout may not; the start before those that count writes what is missing.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {STATE_VARIABLE: str(state), "PYTHONPYCACHEPREFIX": str(state.with_name("bytecode"))}
    said = [str(folder), str(strip), repr(FS_HZ), what]
    # The clock counts from the start of the machine, alike in every process (clock_gettime(2), CLOCK_MONOTONIC).
    command = [sys.executable, "-P", str(_PROCESS), *said, repr(monotonic())]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=_LONGEST_S, check=True, env=environment)
    return json.loads(done.stdout)


def _summary(name: str, folder: Path, said: Mapping[str, list[dict]]) -> ColdStarts:
    opened = open_preferred(folder, check_contents(folder))
    whole = said[WHOLE]
    return ColdStarts(
        bundle=name,
        file=opened.model.file,
        package=opened.package,
        bundle_bytes=sum(path.stat().st_size for path in folder.iterdir()),
        first_score_s=Spread.of([one["marks_s"]["first score"] for one in whole]),
        processor_s=Spread.of([one["processor_s"] for one in whole]),
        peak_rss_mb=Spread.of([one["peak_rss_mb"] for one in whole]),
        without_golden_s=Spread.of([one["marks_s"]["first score"] for one in said[WITHOUT_GOLDEN]]),
        steps_s=_steps([one["marks_s"] for one in said[STEPS]]),
    )


def _steps(marks: list[dict[str, float]]) -> dict[str, Spread]:
    names = list(marks[0])
    ends = np.array([[one[name] for name in names] for one in marks])
    took = np.diff(ends, axis=1, prepend=0.0)
    return {name: Spread.of(took[:, place]) for place, name in enumerate(names)}
