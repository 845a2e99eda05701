"""The unit that systemd starts: valid, hardened, and inside the package."""

import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from pocketk_agent.service.status_file import WRITTEN_EVERY_S

UNIT = files("pocketk_agent.service") / "pocketk-agent.service"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that this machine has."""
    path = tmp_path / "pocketk-agent.service"
    path.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/pocketk/bin/pocketk-agent", "/bin/true"))
    return path


def analysed(*arguments: str) -> str:
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)
    if "Failed to" in done.stderr and "security" in arguments:
        pytest.skip(f"systemd-analyze cannot judge here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@needs_systemd
def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path):
    said = analysed("verify", "--recursive-errors=no", str(unit))
    assert str(unit.name) not in said, said


@needs_systemd
def test_the_unit_is_hardened(unit: Path, measure):
    said = analysed("security", "--offline=yes", "--no-pager", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found, said
    measure("SERVICE-EXPOSURE", float(found.group(1)))


def test_the_watchdog_waits_longer_than_the_service_is_ever_silent():
    text = UNIT.read_text(encoding="utf-8")
    assert "Type=notify" in text
    watchdog = re.search(r"^WatchdogSec=(\d+)$", text, re.MULTILINE)
    assert watchdog
    assert int(watchdog.group(1)) >= 4 * WRITTEN_EVERY_S


@pytest.mark.parametrize(
    "line", ["PrivateNetwork=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "StateDirectory=pocketk"]
)
def test_the_unit_holds(line: str):
    assert line in UNIT.read_text(encoding="utf-8").splitlines()
