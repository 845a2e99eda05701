"""The ledger loses nothing: torn lines, killed and concurrent processes, reruns."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.requirements import Ledger, Measurement, RequirementsError
from pocketk.requirements.codec import measurement_to_line
from pocketk.requirements.ledger import latest
from requirement_samples import SPEED, moment, sample


def _values(measurements: tuple[Measurement, ...]) -> list[float]:
    return sorted(one.value for one in measurements)


# --- files ---


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    written = (sample(value=0.0), sample(SPEED, 1.5))
    paths = {ledger.append(one, "gw0-7") for one in written}
    assert paths == {tmp_path / "abc123" / "test-gw0-7.jsonl"}
    assert ledger.read("abc123").measurements == written
    assert ledger.read("abc123").warnings == ()
    assert ledger.git_hashes() == ("abc123",)


def test_commits_are_kept_apart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.append(sample(git_hash="abc123-dirty"), "1")
    assert ledger.read("abc123").measurements == ()
    assert ledger.git_hashes() == ("abc123-dirty",)


def test_an_empty_ledger_is_empty(tmp_path: Path) -> None:
    assert Ledger(tmp_path / "none").read("abc123").measurements == ()
    assert Ledger(tmp_path / "none").git_hashes() == ()


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_torn_last_line_is_reported_and_nothing_else_is_lost(tmp_path: Path, cut: int) -> None:
    ledger = Ledger(tmp_path)
    path = ledger.append(sample(value=1.0), "1")
    ledger.append(sample(value=2.0), "1")
    whole = path.read_bytes()
    path.write_bytes(whole + measurement_to_line(sample(value=3.0))[: -cut - 1])
    reading = ledger.read("abc123")
    assert _values(reading.measurements) == [1.0, 2.0]
    assert len(reading.warnings) == 1
    assert "test-1.jsonl line 3 is ignored" in reading.warnings[0]


def test_a_record_after_a_torn_line_is_not_lost_with_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    path = ledger.append(sample(value=1.0), "1")
    path.write_bytes(path.read_bytes() + b'{"requirement": "SIG-')
    ledger.append(sample(value=2.0), "1")
    reading = ledger.read("abc123")
    assert _values(reading.measurements) == [1.0, 2.0]
    assert len(reading.warnings) == 1


@pytest.mark.parametrize("damage", [b"\xff\xfe\n", b"[]\n", b"{}\n", b'"x"\n', b"null\n", b"[" * 100_000 + b"\n"])
def test_a_line_that_is_no_measurement_is_reported(tmp_path: Path, damage: bytes) -> None:
    ledger = Ledger(tmp_path)
    path = ledger.append(sample(), "1")
    path.write_bytes(damage + path.read_bytes())
    reading = ledger.read("abc123")
    assert len(reading.measurements) == 1
    assert len(reading.warnings) == 1


@pytest.mark.parametrize(
    ("changes", "worker"), [({"target": "../x"}, "1"), ({"git_hash": ""}, "1"), ({}, "a/b"), ({"target": ".."}, "1")]
)
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, changes: dict[str, Any], worker: str) -> None:
    with pytest.raises(RequirementsError, match="cannot be part of a file name"):
        Ledger(tmp_path / "ledger").append(sample(**changes), worker)
    assert list(tmp_path.iterdir()) == []


# --- processes ---

_WRITER = """
import sys
from pathlib import Path
from typing import Any
from pocketk.requirements import Ledger
from requirement_samples import sample
ledger = Ledger(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for value in range(int(sys.argv[2]), int(sys.argv[3])):
    ledger.append(sample(value=float(value)), sys.argv[4])
    if value == int(sys.argv[2]) + 20:
        print("twenty", flush=True)
"""


def _writer(folder: Path, first: int, last: int, worker: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(folder), str(first), str(last), worker]
    tests = Path(__file__).parents[2]
    environ = {**os.environ, "PYTHONPATH": str(tests)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("workers", [("1", "1"), ("gw0-1", "gw1-2")])
def test_two_processes_lose_nothing_even_in_one_file(tmp_path: Path, workers: tuple[str, str]) -> None:
    processes = [_writer(tmp_path, 200 * i, 200 * i + 200, worker) for i, worker in enumerate(workers)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    reading = Ledger(tmp_path).read("abc123")
    assert _values(reading.measurements) == [float(value) for value in range(400)]
    assert reading.warnings == ()


def test_a_killed_process_leaves_what_it_had_appended(tmp_path: Path) -> None:
    with _writer(tmp_path, 0, 1_000_000, "1") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "twenty\n"
        process.send_signal(signal.SIGKILL)
    reading = Ledger(tmp_path).read("abc123")
    values = _values(reading.measurements)
    assert len(values) > 20
    assert values == [float(value) for value in range(len(values))]
    assert len(reading.warnings) <= 1  # the one line it may have been writing


# --- reruns ---


def test_a_rerun_replaces_what_it_measured_again() -> None:
    first = [sample(value=9.0, run="1"), sample(value=8.0, run="1"), sample(SPEED, 1.0, run="1")]
    again = [sample(value=0.0, run="2", recorded_at=moment(1))]
    assert _values(latest(first + again)) == [0.0, 1.0]


@given(st.permutations([0, 1, 2, 3]))
def test_the_order_of_the_files_does_not_matter(order: list[int]) -> None:
    runs = [sample(value=float(i), run=f"{9 - i}", recorded_at=moment(i)) for i in range(4)]
    assert _values(latest([runs[i] for i in order])) == [3.0]


@pytest.mark.parametrize(
    "changes",
    [{"target": "benchmarks"}, {"test": "tests/b.py::test_b"}, {"device": "pico-7"}, {"machine": "another"}],
)
def test_another_target_test_device_or_machine_is_no_rerun(changes: dict[str, Any]) -> None:
    other = sample(value=1.0, run="2", recorded_at=moment(1), **changes)
    assert _values(latest([sample(value=0.0), other])) == [0.0, 1.0]


def test_all_that_one_run_measured_in_a_test_counts() -> None:
    workers = [sample(value=1.0, recorded_at=moment(5)), sample(value=2.0, recorded_at=moment(1))]
    assert _values(latest(workers)) == [1.0, 2.0]
