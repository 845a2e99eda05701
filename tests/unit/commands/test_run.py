"""`pocketk-agent run` and `status` as processes, and what is asked of somebody at a terminal."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.commands.status import is_running, run_status
from pocketk_agent.commands.time_question import settle_time
from pocketk_agent.commands.unusable import UnusableError
from pocketk_agent.service.status_file import STALE_S, ServiceStatus, StatusFileError, read_status, write_status
from pocketk_agent.store.file_store import FileStore
from pocketk_agent.time_standing import UNVERIFIED, TimeStanding

STATUS = ServiceStatus("IDLE", "s", "w", 100.0, os.getpid(), "0.1.0", False, "none")


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        """See `io.IOBase`."""
        return True


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pocketk.toml"
    path.write_text(
        f"""[front_end]
kind = "simulated-patient"
[measurement]
store = "{tmp_path}/store"
bundle = "pocketk-untrained"
[log]
folder = "{tmp_path}/log"
[service]
status_file = "{tmp_path}/run/status.json"
"""
    )
    return path


def started(config: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pocketk_agent", "run", "--config", str(config), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def wait_for(path: Path, state: str) -> ServiceStatus:
    until_s = time.monotonic() + 60.0
    while time.monotonic() < until_s:
        try:
            status = read_status(path)
        except StatusFileError:
            status = None
        if status is not None and status.state == state:
            return status
        time.sleep(0.05)
    raise AssertionError(f"never {state}")


def test_sigterm_while_recording_ends_cleanly_and_keeps_the_recording(config: Path, tmp_path: Path, capsys):
    service = started(config)
    status = wait_for(tmp_path / "run" / "status.json", "MEASURING")
    assert status.pid == service.pid
    assert run_status(config, None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["running"] is True
    time.sleep(1.0)
    service.send_signal(signal.SIGTERM)
    said, _ = service.communicate(timeout=30)
    assert service.returncode == 0, said
    store = FileStore(tmp_path / "store")
    (kept,) = store.ids()
    assert store.get(kept).outcome.startswith("INCONCLUSIVE(stopped")
    assert [p.name for p in (tmp_path / "store").iterdir() if p.name.startswith(".")] == []
    assert read_status(tmp_path / "run" / "status.json").state == "STOPPED"
    assert run_status(config, None, as_json=False) == 1
    lines = (tmp_path / "log" / "pocketk-agent.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines][-1] == "end"


def test_an_unusable_configuration_is_said_in_one_line_and_exit_status_2(tmp_path: Path):
    path = tmp_path / "x.toml"
    path.write_text('[front_end]\nkind = "serial"\n[measurment]\n')
    service = started(path)
    said, _ = service.communicate(timeout=30)
    assert service.returncode == 2
    assert "Did you mean measurement?" in said
    assert "Traceback" not in said


def test_a_recording_is_measured_once_and_ends_the_service(config: Path, tmp_path: Path):
    text = config.read_text().replace('"simulated-patient"', f'"replay"\nfile = "{tmp_path}/nowhere.edf"')
    config.write_text(text)
    service = started(config)
    said, _ = service.communicate(timeout=30)
    assert service.returncode == 2
    assert "nowhere.edf" in said


@pytest.mark.parametrize(
    ("changed", "up_s", "running"),
    [
        ({}, 101.0, True),
        ({}, 100.0 + STALE_S + 1, False),
        ({}, 50.0, False),
        ({"state": "STOPPED"}, 101.0, False),
        ({"pid": 2**22 + 1}, 101.0, False),
    ],
    ids=["fresh", "hanging", "from before a restart", "stopped", "dead"],
)
def test_a_service_runs_while_its_status_is_fresh_and_its_process_lives(changed: dict, up_s: float, running: bool):
    assert is_running(replace(STATUS, **changed), up_s) is running


def test_a_fault_is_shown_with_what_to_do_and_exit_status_1(tmp_path: Path, capsys):
    path = tmp_path / "status.json"
    write_status(path, replace(STATUS, state="FAULT", fault="front-end-lost", advice="Check.", up_s=time.monotonic()))
    assert run_status(None, path, as_json=False) == 1
    assert "[!] front-end-lost. Check." in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 1}', '{"schema": 1, "x": 2}', "[" * 10_000])
def test_a_damaged_status_file_is_said_to_be_damaged(text: str, tmp_path: Path):
    path = tmp_path / "status.json"
    path.write_text(text)
    with pytest.raises(UnusableError, match="cannot be read"):
        run_status(None, path, as_json=False)


def test_a_missing_status_file_means_that_no_service_runs(tmp_path: Path):
    with pytest.raises(UnusableError, match="not running"):
        run_status(None, tmp_path / "status.json", as_json=False)


def unverified() -> TimeStanding:
    return UNVERIFIED


def test_a_verified_time_is_asked_about_by_nobody():
    clock = SteppedClock()
    answer = settle_time(clock, lambda: TimeStanding(True, "clock synchronised"), Terminal("y\n"))
    assert answer.clock is clock


def test_without_a_terminal_the_time_stays_unverified(capsys):
    answer = settle_time(SteppedClock(), unverified, io.StringIO("y\n"))
    assert not answer.time().verified
    assert "not verified" in capsys.readouterr().out


def test_somebody_may_confirm_the_time():
    answer = settle_time(SteppedClock(), unverified, Terminal("y\n"))
    assert answer.time().source == "by hand"


def test_somebody_may_set_the_time_after_a_slip():
    answer = settle_time(SteppedClock(), unverified, Terminal("noon\n2026-03-01 12:00\n"))
    assert answer.clock.now() == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert answer.time().verified


@pytest.mark.parametrize("typed", ["\n", "", "a\nb\nc\n"])
def test_nobody_has_to(typed: str):
    assert not settle_time(SteppedClock(), unverified, Terminal(typed)).time().verified
