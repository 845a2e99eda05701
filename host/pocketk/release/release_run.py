"""Taking the steps of a release, each in a process of its own, and writing what each took."""

import json
import platform
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pocketk.release.release_error import ReleaseError
from pocketk.release.release_plan import RELEASE_FILE, ReleasePlan
from pocketk.release.release_step import ReleaseStep
from pocketk.requirements.run_identity import installed_versions
from pocketk_agent.bundle.verify import sha256_of
from pocketk_models.atomic_file import write_atomically

_PACKAGES = ("pocketk", "torch", "numpy", "scipy", "scikit-learn", "polars", "onnxruntime")
Run = Callable[[Sequence[str]], int]


@dataclass(frozen=True)
class StepTaken:
    """What a step took.

    Attributes:
        about: of the step.
        command: as a person would give it, with OUT and DATA for the folders of the release and of the recordings,
            so that it reads the same wherever it was made.
        seconds: wall clock, of an earlier run where its result was there already; 0 where that run left no word.
            Of a step that was interrupted and resumed, the time since then.
        was_there: whether its result was there already.
        made: name of the file that shows that it is done.
        sha256: of that file, None where it is a folder.
    """

    about: str
    command: str
    seconds: float
    was_there: bool
    made: str
    sha256: str | None


def run_pocketk(arguments: Sequence[str]) -> int:
    """Run a command of `pocketk` in a process of its own, on this terminal.

    Returns:
        Its exit status.
    """
    return subprocess.run([sys.executable, "-m", "pocketk", *arguments], check=False).returncode


def make_release(plan: ReleasePlan, say: Callable[[str], None], run: Run = run_pocketk) -> tuple[StepTaken, ...]:
    """Take every step whose result is not there yet, and write after each what all of them took.

    The last step, which makes the bundle, finds everything before it in that file.

    Args:
        plan: what to release.
        say: takes one line for people.
        run: runs a command; replaced in tests.

    Raises:
        ReleaseError: a step failed or left nothing; the steps before it are kept, and the same command goes on there.
    """
    plan.work.mkdir(parents=True, exist_ok=True)
    steps, earlier = plan.steps(), _earlier_seconds(plan.work / RELEASE_FILE)
    taken: list[StepTaken] = []
    for number, step in enumerate(steps, start=1):
        title = f"[{number}/{len(steps)}] {step.about}"
        one = _take(step, title, earlier, say, run)
        taken.append(replace(one, command=_anywhere(one.command, plan)))
        _write(plan, taken)
    return tuple(taken)


def _earlier_seconds(path: Path) -> Mapping[str, float]:
    """What steps took in the runs before this one, by what they are about; nothing where that is not to be read."""
    try:
        steps = json.loads(path.read_bytes())["steps"]
        return {str(step["about"]): float(step["seconds"]) for step in steps}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _take(
    step: ReleaseStep, title: str, earlier: Mapping[str, float], say: Callable[[str], None], run: Run
) -> StepTaken:
    arguments = step.to_give
    command = "pocketk " + shlex.join(arguments)
    if step.done:
        say(f"{title}: there already ({step.makes})")
        return _taken(step, command, earlier.get(step.about, 0.0), was_there=True)
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
    return _taken(step, command, round(seconds, 1), was_there=False)


def _anywhere(command: str, plan: ReleasePlan) -> str:
    """A command without the paths of this machine."""
    command = command.replace(str(plan.work), "OUT").replace(str(plan.bundle), "BUNDLE")
    return command if plan.data is None else command.replace(str(plan.data), "DATA")


def _taken(step: ReleaseStep, command: str, seconds: float, *, was_there: bool) -> StepTaken:
    sha256 = sha256_of(step.proof) if step.proof.is_file() else None
    return StepTaken(step.about, command, seconds, was_there, step.proof.name, sha256)


def _write(plan: ReleasePlan, taken: Sequence[StepTaken]) -> None:
    document = {
        "scale": asdict(plan.scale),
        "public_recordings": plan.public_recordings,
        "remark": plan.remark,
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
