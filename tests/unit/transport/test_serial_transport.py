"""What goes wrong with a serial port, and what the user is told to do about it."""

import errno
import sys
from pathlib import Path

import pytest
import serial

from contract.transport_peers import PtyPeer
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.transport.transport import TransportLostError


def test_a_port_has_one_owner() -> None:
    peer = PtyPeer()
    assert isinstance(peer.transport, SerialTransport)
    with pytest.raises(TransportLostError, match="in use by another program"):
        SerialTransport(peer.transport._name).open()
    peer.dismiss()


def test_no_such_port_lists_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(TransportLostError, match=r"ttyNONE: no such port\. (Ports found: |No serial port was found)"):
        SerialTransport(str(tmp_path / "ttyNONE")).open()


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (serial.SerialException(errno.EACCES, "denied"), "sudo usermod -aG dialout"),
        (serial.SerialException(errno.EIO, "broken"), "cannot be opened"),
        (ValueError("not a valid baudrate"), "not a valid baudrate"),
    ],
)
def test_a_port_that_cannot_be_opened_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, advice: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(TransportLostError, match=advice):
        SerialTransport("/dev/ttyACM0").open()


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TransportLostError, match="cannot be opened"):
        SerialTransport(str(tmp_path / "file")).open()


def test_without_pyserial_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'pocketk\[serial\]'"):
        SerialTransport("/dev/ttyACM0").open()


def test_a_port_that_takes_nothing_counts_as_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocketk_agent.transport.serial_transport.WRITE_TIMEOUT_S", 0.1)
    peer = PtyPeer()
    with pytest.raises(TransportLostError, match="takes no data"):
        peer.transport.write(bytes(1_000_000))  # a terminal that nobody reads holds a few kilobytes
    peer.dismiss()
