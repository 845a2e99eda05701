"""The fixtures `measure` and `pocketk_data`, in test runs of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pocketk.requirements import Ledger, LedgerReading

CATALOGUE = '[[requirement]]\nid = "SIG-SOS"\nstep = 1\ntext = "Agrees."\nunit = "mV"\nlow = 0\nhigh = 1e-9\n'
MEASURING = """
import pytest
def test_good(measure):
    assert measure("SIG-SOS", 5e-10, n=7) is None
def test_bad(measure):
    measure("SIG-SOS", 2e-9, device="pico-7", detail="sample 17")
def test_unknown(measure):
    measure("SIG-SOX", 0.0)
"""
ASKING = """
def test_reads(pocketk_data):
    assert pocketk_data.name == "data"
def test_does_not():
    pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own below ``tmp_path``, with the plugin's catalogue."""
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "requirements.toml").write_text(CATALOGUE)
    options = "--strict-markers -p no:anyio"
    (root / "pytest.ini").write_text(f"[pytest]\nmarkers = data\naddopts = {options}\nfilterwarnings = error\n")
    return root


def _run(project: Path, source: str, *arguments: str, **variables: str) -> str:
    """Run ``source`` as a test file in the project and return what pytest printed."""
    (project / "tests" / "test_it.py").write_text(source)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "POCKETK", "CI"))}
    environ = kept | {"PYTHONPATH": str(Path(__file__).parents[2])} | variables
    command = [sys.executable, "-m", "pytest", "-p", "measurement_plugin", "-p", "no:cacheprovider", "-rs", *arguments]
    done = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.stdout + done.stderr


def _recorded(project: Path) -> LedgerReading:
    ledger = Ledger(project / "out" / "requirements")
    (git_hash,) = ledger.git_hashes()
    return ledger.read(git_hash)


def test_measure_records_and_asserts(project: Path) -> None:
    printed = _run(project, MEASURING, POCKETK_MAKE_TARGET="test")
    assert "2 failed, 1 passed" in printed
    assert "SIG-SOS: measured 2e-09 mV (n=1, pico-7), outside the limits: 0 to 1e-09 mV" in printed
    assert "sample 17" in printed
    assert "no requirement is called 'SIG-SOX' (did you mean SIG-SOS?)" in printed
    good, bad = sorted(_recorded(project).measurements, key=lambda one: one.value)
    assert (good.value, good.n, good.device, good.passed) == (5e-10, 7, "host", True)
    assert (bad.value, bad.n, bad.device, bad.passed) == (2e-9, 1, "pico-7", False)
    assert (good.target, good.test) == ("test", "tests/test_it.py::test_good")


def test_the_workers_of_a_parallel_run_record_as_one_run(project: Path) -> None:
    source = (
        'import pytest\n@pytest.mark.parametrize("i", range(8))\ndef test(measure, i):\n    measure("SIG-SOS", 0)\n'
    )
    assert "8 passed" in _run(project, source, "-n", "2")
    reading = _recorded(project)
    assert len(reading.measurements) == 8
    assert reading.warnings == ()
    assert len({one.run for one in reading.measurements}) == 1
    assert len(list((project / "out" / "requirements").glob("*/pytest-gw*.jsonl"))) >= 1


def test_without_recordings_only_their_tests_are_skipped_with_the_reason(project: Path) -> None:
    printed = _run(project, ASKING)
    assert "1 passed, 1 skipped" in printed
    assert "set POCKETK_DATA" in printed


def test_without_recordings_a_build_fails(project: Path) -> None:
    printed = _run(project, ASKING, CI="true")
    assert "1 passed, 1 error" in printed
    assert "with CI=true their absence is a failure" in printed


def test_recordings_are_found_beside_the_project_or_where_the_variable_says(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "data"
    elsewhere.mkdir(parents=True)
    assert "2 passed" in _run(project, ASKING, POCKETK_DATA=str(elsewhere))
    (tmp_path / "shared" / "data").mkdir(parents=True)
    assert "2 passed" in _run(project, ASKING)


def test_what_asks_for_recordings_is_selected_by_the_marker(project: Path) -> None:
    assert "1 passed, 1 deselected" in _run(project, ASKING, "-m", "not data")
    assert "1 skipped, 1 deselected" in _run(project, ASKING, "-m", "data")
