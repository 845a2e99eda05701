"""What systemd is told, over a real datagram socket."""

import socket
from pathlib import Path

import pytest

from pocketk_agent.service.supervisor import Supervisor


@pytest.fixture
def systemd(tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(5.0)
        yield line


def test_systemd_hears_ready_alive_and_stopping(systemd: socket.socket, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", systemd.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    supervisor = Supervisor()
    assert supervisor.interval_s == 30.0
    supervisor.ready("IDLE")
    supervisor.alive()
    supervisor.stopping()
    assert [systemd.recv(1000) for _ in range(3)] == [b"READY=1\nSTATUS=IDLE", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_socket_is_reached_too():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind("\0pocketk-test-notify")
        line.settimeout(5.0)
        Supervisor("@pocketk-test-notify", 0).alive()
        assert line.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "/nowhere/notify"])
def test_that_nobody_listens_stops_nothing(address: str):
    Supervisor(address, 0).ready("IDLE")


@pytest.mark.parametrize("given", ["", "soon", "-5"])
def test_a_watchdog_without_an_interval_is_never_pinged(given: str, monkeypatch):
    monkeypatch.setenv("WATCHDOG_USEC", given)
    assert Supervisor("").interval_s == 0.0
