"""A process of its own for each model: how soon it has a first score, and how much memory it takes for that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pocketk_agent.bundle.model_choice import ModelChoice

_LONGEST_S = 300.0
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class ColdStart:
    """A start.

    Attributes:
        first_score_s: from the start of the process to the outcome of its first strip; hashes are checked, the
            signature is not.
        peak_rss_mb: most memory of the process up to there.
    """

    first_score_s: float
    peak_rss_mb: float


def cold_start(directory: Path, choice: ModelChoice, strip: int) -> ColdStart | None:
    """Start a process that scores one golden strip; None where it does not come to an end.

    Args:
        directory: of a bundle that was verified.
        choice: the model and how to run it.
        strip: place of the recording among the golden ones.
    """
    said = [str(directory), choice.file, choice.package, str(choice.threads), str(strip)]
    # The clock counts from the start of the machine, alike in every process (clock_gettime(2), CLOCK_MONOTONIC).
    command = [sys.executable, "-P", "-m", __name__, *said, repr(monotonic())]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST_S, check=True)
        return ColdStart(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def main(arguments: Sequence[str]) -> None:
    """What the process does."""
    from pocketk_agent.bundle.golden import read_golden, score_golden
    from pocketk_agent.bundle.manifest import GOLDEN_NAME
    from pocketk_agent.bundle.verify import check_contents
    from pocketk_agent.inference.engine import ENGINES

    directory, file, package, threads, strip, started = arguments
    manifest = check_contents(Path(directory))
    runner = next(engine for engine in ENGINES if engine.package == package).make(int(threads))
    runner.load(Path(directory) / file)
    score_golden(read_golden(Path(directory) / GOLDEN_NAME, file)[int(strip)], manifest, runner)
    start = ColdStart(monotonic() - float(started), _peak_rss_mb())
    sys.stdout.write(json.dumps(vars(start)))


def _peak_rss_mb() -> float:
    """Of this process alone; getrusage would count what the parent had before it became this program."""
    try:
        lines = dict(line.split(":", 1) for line in _STATUS.read_text(encoding="utf-8").splitlines())
        return float(lines["VmHWM"].split()[0]) * 1024 / 1e6
    except (OSError, KeyError, ValueError):
        return 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
