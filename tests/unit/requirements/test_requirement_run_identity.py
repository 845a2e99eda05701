"""Who measured: commit and dirt, machine, versions without imports, run and worker."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pocketk.requirements import RequirementsError, identify_run
from pocketk.requirements.run_identity import describe_commit, describe_machine, installed_versions
from requirement_samples import SPEED


def _git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


# --- commit ---


def test_the_commit_is_named_with_its_dirt(tmp_path: Path) -> None:
    assert describe_commit(tmp_path) == "no-git"
    _git(tmp_path, "init", "--quiet")
    assert describe_commit(tmp_path) == "no-commit"
    (tmp_path / "a").write_text("1")
    assert describe_commit(tmp_path) == "no-commit-dirty"
    _git(tmp_path, "add", "a")
    _git(tmp_path, "commit", "--quiet", "-m", "First")
    commit = _git(tmp_path, "rev-parse", "HEAD")[:12]
    assert describe_commit(tmp_path) == commit
    (tmp_path / "new").write_text("1")
    assert describe_commit(tmp_path) == f"{commit}-dirty"


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert describe_commit(tmp_path) == "no-git"


# --- machine and versions ---


def test_the_machine_is_named_after_its_processor(tmp_path: Path) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("processor\t: 0\nmodel name\t: Some  CPU @ 2 GHz\nflags\t: x\n")
    text = describe_machine(cpu, tmp_path / "no-board")
    assert text.startswith("Some CPU @ 2 GHz, ")
    assert f"CPython {sys.version_info.major}.{sys.version_info.minor}." in text


def test_a_board_is_named_after_itself(tmp_path: Path) -> None:
    board = tmp_path / "model"
    board.write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    assert describe_machine(tmp_path / "cpuinfo", board).startswith("Raspberry Pi 4 Model B Rev 1.5, ")


def test_a_machine_that_says_nothing_of_itself_still_has_a_name(tmp_path: Path) -> None:
    assert not describe_machine(tmp_path / "a", tmp_path / "b").startswith(",")


def test_versions_are_those_installed_and_nothing_is_imported() -> None:
    assert installed_versions(["numpy", "no-such-package-here"]) == (("numpy", np.__version__),)
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from pocketk.requirements.run_identity import identify_run\n"
        "identity = identify_run(Path('.'))\n"
        "assert 'numpy' in dict(identity.versions), identity\n"
        "print([name for name in ('numpy', 'scipy', 'torch', 'onnxruntime') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


# --- run ---


def test_a_run_is_named_after_its_make_target(tmp_path: Path) -> None:
    assert identify_run(tmp_path, {}).target == "pytest"
    assert identify_run(tmp_path, {"POCKETK_MAKE_TARGET": "benchmarks"}).target == "benchmarks"
    with pytest.raises(RequirementsError, match="POCKETK_MAKE_TARGET is 'a/b'"):
        identify_run(tmp_path, {"POCKETK_MAKE_TARGET": "a/b"})


def test_workers_of_one_run_share_its_name_and_two_runs_do_not(tmp_path: Path) -> None:
    workers = [
        identify_run(tmp_path, {"PYTEST_XDIST_WORKER": name, "PYTEST_XDIST_TESTRUNUID": "u"}) for name in ("gw0", "gw1")
    ]
    assert {one.run for one in workers} == {"u"}
    assert [one.worker.partition("-")[0] for one in workers] == ["gw0", "gw1"]
    assert identify_run(tmp_path, {}).run != identify_run(tmp_path, {}).run


# --- measuring ---


@pytest.mark.parametrize("value", [1, 1.5, np.float32(1.5), np.int64(1)])
def test_any_single_number_can_be_measured(tmp_path: Path, value: float) -> None:
    made = identify_run(tmp_path, {}).measurement(SPEED, value, n=2, device="pico-7", test="t")
    assert (type(made.value), made.value) == (float, float(value))
    assert (made.requirement, made.unit, made.device, made.n) == ("SPEED", "s", "pico-7", 2)


@pytest.mark.parametrize("value", [True, np.bool_(True), "1", None, [1.0], np.zeros(1)])
def test_what_is_not_one_number_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(RequirementsError, match="expected one number"):
        identify_run(tmp_path, {}).measurement(SPEED, value, n=1, device="host", test="t")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("n", [0, -1, 1.5, True])
def test_n_must_count_observations(tmp_path: Path, n: int) -> None:
    with pytest.raises(RequirementsError, match="observations"):
        identify_run(tmp_path, {}).measurement(SPEED, 1.0, n=n, device="host", test="t")
