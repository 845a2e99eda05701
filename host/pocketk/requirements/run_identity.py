"""Who measured: the code (git hash), the machine, the library versions and the run."""

import os
import platform
import re
import subprocess
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from numbers import Integral, Real
from pathlib import Path

from pocketk.requirements.error import RequirementsError
from pocketk.requirements.record import Measurement, Requirement

TARGET_VARIABLE = "POCKETK_MAKE_TARGET"
DEFAULT_TARGET = "pytest"
PACKAGES = ("numpy", "scipy", "onnxruntime", "torch")

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_GIT_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """What every measurement of one process of one run has in common.

    ``run`` is shared by all worker processes of the run, ``worker`` is this process alone.
    """

    git_hash: str
    machine: str
    versions: tuple[tuple[str, str], ...]
    target: str
    run: str
    worker: str

    def measurement(self, requirement: Requirement, value: float, *, n: int, device: str, test: str) -> Measurement:
        """Return ``value`` (in the requirement's unit, from ``n`` observations) as a record of this run.

        Raises:
            RequirementsError: ``value`` is not a number or ``n`` not a count of 1 or more.
        """
        return Measurement(
            requirement=requirement.id,
            value=_number(requirement.id, value),
            unit=requirement.unit,
            low=requirement.low,
            high=requirement.high,
            n=_count(requirement.id, n),
            device=device,
            versions=self.versions,
            git_hash=self.git_hash,
            target=self.target,
            test=test,
            machine=self.machine,
            run=self.run,
            recorded_at=datetime.now(UTC).isoformat(timespec="microseconds"),
        )


def identify_run(root: Path, environ: Mapping[str, str] = os.environ) -> RunIdentity:
    """Return the identity of this process as it measures the checkout at ``root``.

    The make target comes from ``POCKETK_MAKE_TARGET``; pytest-xdist's variables tie its workers together.

    Raises:
        RequirementsError: the make target cannot be part of a file name.
    """
    target = environ.get(TARGET_VARIABLE, DEFAULT_TARGET)
    if not _SAFE_NAME.fullmatch(target):
        raise RequirementsError(
            f"{TARGET_VARIABLE} is {target!r}, expected letters, digits, '.', '_' and '-' (it becomes "
            "part of a file name); set it to the name of the make target"
        )
    worker = environ.get("PYTEST_XDIST_WORKER")
    return RunIdentity(
        git_hash=describe_commit(root),
        machine=describe_machine(),
        versions=installed_versions(PACKAGES),
        target=target,
        run=environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex,
        worker=f"{worker}-{os.getpid()}" if worker else str(os.getpid()),
    )


def describe_commit(root: Path) -> str:
    """Return the short git hash of the checkout at ``root``, with ``-dirty`` where files differ from it.

    Without a commit it is ``no-commit``, without git or a repository ``no-git``.
    """
    status = _git(root, "status", "--porcelain")
    if status is None:
        return "no-git"
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--short=12", "HEAD") or "no-commit"
    return f"{commit}-dirty" if status else commit


def _git(root: Path, *arguments: str) -> str | None:
    """Return what git prints, without the last newline, or None where it fails or is not installed."""
    # no optional locks: a measurement must not get in the way of someone committing
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_GIT_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip()


def describe_machine(cpu_info: Path = Path("/proc/cpuinfo"), board: Path = Path("/proc/device-tree/model")) -> str:
    """Return processor or board, cores, platform and Python version in one line."""
    cores = os.cpu_count() or 1
    return (
        f"{_processor(cpu_info, board)}, {cores} core{'s' if cores > 1 else ''}, "
        f"{platform.system()} {platform.machine()}, "
        f"{platform.python_implementation()} {platform.python_version()}"
    )


def _processor(cpu_info: Path, board: Path) -> str:
    """Return the board's name (a Raspberry Pi has one) or the processor's, else the architecture."""
    if board.is_file():
        return board.read_text(encoding="utf-8", errors="replace").strip("\0 \n")
    if cpu_info.is_file():
        text = cpu_info.read_text(encoding="utf-8", errors="replace")
        model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
        if model:
            return " ".join(model.group(1).split())
    return platform.processor() or platform.machine() or "unknown processor"


def installed_versions(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return name and version of those of ``names`` that are installed, without importing them."""
    found = []
    for name in names:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)


def _number(requirement_id: str, value: object) -> float:
    # A bool would pass as 0 or 1: `measure(ID, error < limit)` must not look like a measurement.
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    raise RequirementsError(
        f"{requirement_id}: the value is {value!r:.60} ({type(value).__name__}), expected one number; "
        "pass what was measured, not the comparison, and convert an array or tensor with float()"
    )


def _count(requirement_id: str, n: object) -> int:
    if isinstance(n, Integral) and not isinstance(n, bool):
        return int(n)
    raise RequirementsError(f"{requirement_id}: n is {n!r:.60}, expected the whole number of observations")
