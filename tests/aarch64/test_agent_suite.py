"""The agent's own tests, run by 64-bit ARM's Python and packages. Nothing here is about speed."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET  # what is parsed was written by the pytest that was started

import pytest

from aarch64_suite import DESELECTED, FILES, PACKAGES
from asked_for import leave_out
from pocketk.export.across_cpus.cpu_error import CpuError
from pocketk.export.across_cpus.cpu_kinds import aarch64_cpu
from pocketk.export.across_cpus.process_cpu import ProcessCpu

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


@dataclass(frozen=True)
class SuiteRun:
    """What a pytest of another CPU found."""

    passed: int
    failed: tuple[str, ...]
    skipped: int
    seconds: float
    said: str


@pytest.fixture(scope="module")
def cpu(pytestconfig: pytest.Config) -> ProcessCpu:
    try:
        return aarch64_cpu(pytestconfig.rootpath / "out" / "other-cpu" / "aarch64")
    except CpuError as error:
        leave_out("test-aarch64", str(error))


@pytest.fixture(scope="module")
def suite_packages(pytestconfig: pytest.Config) -> Path:
    """Pytest and what the tests import, in the versions of the constraints."""
    folder = pytestconfig.rootpath / "out" / "other-cpu" / "suite-packages"
    record = folder / "packages.txt"
    if not record.is_file() or record.read_text() != "\n".join(PACKAGES):
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-compile",
            "--no-deps",
        ]
        pip += ["--only-binary=:all:", "--python-version", "3.11", "--upgrade", "--target", str(folder)]
        pip += ["--platform", "manylinux_2_28_aarch64", "--platform", "manylinux_2_17_aarch64"]
        subprocess.run([*pip, "-c", str(pytestconfig.rootpath / "constraints.txt"), *PACKAGES], check=True)
        record.write_text("\n".join(PACKAGES))
    return folder


@pytest.fixture(scope="module")
def run(cpu: ProcessCpu, suite_packages: Path, pytestconfig: pytest.Config) -> SuiteRun:
    root, report = pytestconfig.rootpath, suite_packages.parent / "suite.xml"
    report.unlink(missing_ok=True)
    paths = [*cpu.packages, suite_packages, *(root / name for name in ("device", "host", "calibration", "tests"))]
    begun = time.monotonic()
    done = cpu.start(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "emulated_run", "--rootdir", str(root)),
        *("-c", str(root / "pyproject.toml"), "-m", "not slow and not data and not micropython"),
        *("--timeout", "1200", "--junitxml", str(report)),
        *(word for name in DESELECTED for word in ("--deselect", name)),
        *(str(root / name) for name in FILES),
        variables={
            "PYTHONPATH": ":".join(map(str, paths)),
            "PYTHONDONTWRITEBYTECODE": "",
            # Compiled once, apart from what the workstation's Python wrote.
            "PYTHONPYCACHEPREFIX": str(suite_packages.parent / "pycache"),
            "HOME": str(suite_packages.parent),
        },
    )
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if not report.is_file():
        pytest.fail(f"the suite did not run: {said[-2000:]}", pytrace=False)
    return _read(report, time.monotonic() - begun, said)


def _read(report: Path, seconds: float, said: str) -> SuiteRun:
    cases = ET.parse(report).getroot().iter("testcase")  # noqa: S314
    outcomes = [(f"{case.get('classname')}::{case.get('name')}", {child.tag for child in case}) for case in cases]
    failed = tuple(name for name, tags in outcomes if tags & {"failure", "error"})
    skipped = sum("skipped" in tags for _, tags in outcomes)
    return SuiteRun(len(outcomes) - len(failed) - skipped, failed, skipped, seconds, said)


def test_the_agents_tests_pass_on_aarch64(run: SuiteRun, measure) -> None:
    print(  # noqa: T201
        f"\naarch64 under qemu-user: {run.passed} passed, {len(run.failed)} failed, {run.skipped} skipped in "
        f"{run.seconds:.0f} s; timing not meaningful"
    )
    assert run.passed > 300, run.said[-2000:]
    measure("AARCH64-SUITE", len(run.failed), n=run.passed + len(run.failed), device="aarch64 under qemu-user",
            detail="\n".join(run.failed) + run.said[-3000:])  # fmt: skip


def test_the_shipped_bundles_golden_vectors_are_among_them(run: SuiteRun) -> None:
    assert "test_shipped_bundles.py" in " ".join(FILES)
    assert not [name for name in run.failed if "shipped_bundles" in name]
