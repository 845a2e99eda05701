"""What the installer does at the end: the agent's own check, the service, and what a person is told."""

from pathlib import Path

import pytest

from pocketk.provision.pi.installer import main as installer
from pocketk.provision.pi.installer.accounts import HOME, account_ids, group_ids
from pocketk.provision.pi.installer.device_root import DeviceRoot
from pocketk.provision.pi.installer.end_check import EndCheck
from pocketk.provision.pi.installer.installation import Outcome
from pocketk.provision.pi.installer.service import Service

LIVE = DeviceRoot(Path("/"))
CHANGED, REBOOT, NOTHING = Outcome(("x",), (), False), Outcome(("x",), (), True), Outcome((), (), False)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What systemd was told; this machine's own is left alone."""
    said: list[str] = []
    monkeypatch.setattr(Service, "reload", lambda _: said.append("reload") or [])
    monkeypatch.setattr(Service, "restart", lambda _: said.append("restart") or [])
    return said


def _finish(monkeypatch: pytest.MonkeyPatch, outcome: Outcome, status: int) -> int:
    monkeypatch.setattr(EndCheck, "run", lambda _: status)
    return installer._finish(LIVE, outcome, checks=True)


def test_a_green_check_starts_the_service(told, monkeypatch, capsys) -> None:
    assert _finish(monkeypatch, CHANGED, 0) == installer.EXIT_DONE
    assert told == ["reload", "restart"]
    assert "Installed." in capsys.readouterr().out


def test_a_red_check_is_said_and_starts_nothing(told, monkeypatch, capsys) -> None:
    assert _finish(monkeypatch, CHANGED, 1) == installer.EXIT_CHECK_FAILED
    assert told == ["reload"]
    assert "not green" in capsys.readouterr().out


def test_buses_that_wait_for_the_next_start_leave_the_service_to_it(told, monkeypatch, capsys) -> None:
    assert _finish(monkeypatch, REBOOT, 0) == installer.EXIT_DONE
    assert told == ["reload"]
    assert "sudo reboot; then: sudo -u pocketk pocketk-agent doctor" in capsys.readouterr().out


def test_nothing_changed_tells_the_system_nothing(told, monkeypatch) -> None:
    assert _finish(monkeypatch, NOTHING, 0) == installer.EXIT_DONE
    assert told == []


def test_a_folder_is_no_running_system(tmp_path: Path) -> None:
    assert Service(DeviceRoot(tmp_path)).reload() == []
    assert Service(DeviceRoot(tmp_path)).restart() == []


def test_the_check_runs_as_the_services_account(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(f"root:x:0:0::/:\npocketk:x:990:991::{HOME}:\n")
    (tmp_path / "etc/group").write_text("spi:x:901:other,pocketk\ngpio:x:902:pocketk\naudio:x:903:other\n")
    assert account_ids(DeviceRoot(tmp_path)) == (990, 991)
    assert group_ids(DeviceRoot(tmp_path)) == [901, 902]


def test_a_device_without_the_account_has_no_numbers_for_it(tmp_path: Path) -> None:
    assert account_ids(DeviceRoot(tmp_path)) is None
    assert group_ids(DeviceRoot(tmp_path)) == []
