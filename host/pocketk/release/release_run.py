"""Taking the steps of a release, each in a process of its own, and writing what each took."""

import json
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pocketk.release.release_error import ReleaseError
from pocketk.release.release_plan import ReleasePlan
from pocketk.release.release_step import ReleaseStep
from pocketk.requirements.run_identity import installed_versions
from pocketk_models.atomic_file import write_atomically

RELEASE_FILE = "release.json"
_PACKAGES = ("pocketk", "torch", "numpy", "scipy", "scikit-learn", "polars", "onnxruntime")
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class StepTaken:
    """What a step took.

    Attributes:
        about: of the step.
        command: as a person would give it.
        seconds: wall clock; 0 where its result was there already.
        was_there: whether it was.
    """

    about: str
    command: str
    seconds: float
    was_there: bool


def run_pocketk(arguments: Sequence[str]) -> int:
    """Run a command of `pocketk` in a process of its own, on this terminal.

    Returns:
        Its exit status.
    """
    return subprocess.run([sys.executable, "-m", "pocketk", *arguments], check=False).returncode


def make_release(plan: ReleasePlan, say: Callable[[str], None], run: Run = run_pocketk) -> tuple[StepTaken, ...]:
    """Take every step whose result is not there yet.

    Args:
        plan: what to release.
        say: takes one line for people.
        run: runs a command; replaced in tests.

    Raises:
        ReleaseError: a step failed or left nothing; the steps before it are kept, and the same command goes on there.
    """
    plan.work.mkdir(parents=True, exist_ok=True)
    steps = plan.steps()
    taken: list[StepTaken] = []
    for number, step in enumerate(steps, start=1):
        title = f"[{number}/{len(steps)}] {step.about}"
        taken.append(_take(step, title, say, run))
        _write(plan, taken)
    return tuple(taken)


def _take(step: ReleaseStep, title: str, say: Callable[[str], None], run: Run) -> StepTaken:
    arguments = step.to_give
    command = "pocketk " + shlex.join(arguments)
    if step.done:
        say(f"{title}: there already ({step.makes})")
        return StepTaken(step.about, command, 0.0, was_there=True)
    say(f"{title}\n      {command}")
    began = time.monotonic()
    status = run(arguments)
    if status != 0 or not step.done:
        left = "" if step.done else f" and {step.makes} is not there"
        raise ReleaseError(
            f"{title} ended with status {status}{left}. What was made before it is kept: mend the cause and give the "
            "same command again."
        )
    seconds = time.monotonic() - began
    say(f"      took {seconds:.0f} s")
    return StepTaken(step.about, command, round(seconds, 1), was_there=False)


def _write(plan: ReleasePlan, taken: Sequence[StepTaken]) -> None:
    document = {
        "scale": asdict(plan.scale),
        "training_data": plan.training_data,
        "seed": plan.seed,
        "threads": plan.threads,
        "processes": plan.processes,
        "versions": dict(installed_versions(_PACKAGES)),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "steps": [asdict(step) for step in taken],
        "seconds": round(sum(step.seconds for step in taken), 1),
    }
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    write_atomically({Path(plan.work) / RELEASE_FILE: text.encode()})
