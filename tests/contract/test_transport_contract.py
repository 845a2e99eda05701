"""What every transport promises: a serial port (over a pseudo-terminal), the loopback, and the replay."""

import errno
import os
import select
import sys
import threading
import time
import tty
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import serial
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pocketk_agent.clock import SteppedClock
from pocketk_agent.transport.loopback_transport import LoopbackTransport
from pocketk_agent.transport.replay_transport import ReplayTransport
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.transport.transport import Transport, TransportLostError

ALL_BYTES = bytes(range(256)) * 8  # XON, XOFF, ^C, ^D, CR and LF among them


class Peer(ABC):
    """The other end of a transport under test."""

    transport: Transport

    @abstractmethod
    def send(self, data: bytes) -> None:
        """Let bytes arrive."""

    @abstractmethod
    def received(self, n: int) -> bytes:
        """The next n bytes that the transport wrote, fewer if they do not come within 5 s."""

    @abstractmethod
    def vanish(self) -> None:
        """Be gone."""

    def dismiss(self) -> None:
        """Clean up."""
        self.transport.close()


class PtyPeer(Peer):
    def __init__(self) -> None:
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.transport = SerialTransport(os.ttyname(slave))
        self.transport.open()
        os.close(slave)

    def send(self, data: bytes) -> None:
        # In a thread, because a terminal holds only 4 kB that nobody reads.
        threading.Thread(target=self._send_all, args=(data,), daemon=True).start()

    def _send_all(self, data: bytes) -> None:
        with suppress(OSError):
            while data:
                data = data[os.write(self._master, data) :]

    def received(self, n: int) -> bytes:
        data = b""
        while len(data) < n and select.select([self._master], [], [], 5.0)[0]:
            data += os.read(self._master, n - len(data))
        return data

    def vanish(self) -> None:
        os.close(self._master)
        self._master = -1

    def dismiss(self) -> None:
        super().dismiss()
        if self._master >= 0:
            os.close(self._master)


class LoopbackPeer(Peer):
    def __init__(self) -> None:
        ours, self._other = LoopbackTransport.pair()
        self.transport = ours
        ours.open()
        self._other.open()

    def send(self, data: bytes) -> None:
        self._other.write(data)

    def received(self, n: int) -> bytes:
        data = b""
        while len(data) < n and (more := self._other.read(5.0)):
            data += more
        return data

    def vanish(self) -> None:
        self._other.cut()


class ReplayPeer(Peer):
    """Everything that ever arrives is known before: the transport is made when it is."""

    def __init__(self) -> None:
        self._quiet = ReplayTransport(b"", lost_at_end=False)
        self._use(self._quiet)

    def _use(self, transport: ReplayTransport) -> None:
        self.transport = transport
        transport.open()

    def send(self, data: bytes) -> None:
        self._use(ReplayTransport(data, chunk_bytes=1000, lost_at_end=False))

    def received(self, n: int) -> bytes:
        assert isinstance(self.transport, ReplayTransport)
        return bytes(self.transport.written[-n:])

    def vanish(self) -> None:
        self._use(ReplayTransport(b"", lost_at_end=True))


@pytest.fixture(params=[PtyPeer, LoopbackPeer, ReplayPeer], ids=["serial", "loopback", "replay"])
def peer(request: pytest.FixtureRequest) -> Iterator[Peer]:
    made = request.param()
    yield made
    made.dismiss()


def read_all(transport: Transport, n: int) -> bytes:
    data = b""
    while len(data) < n and (more := transport.read(2.0)):
        data += more
    return data


def test_every_byte_arrives_unchanged_and_in_order(peer: Peer) -> None:
    peer.send(ALL_BYTES * 30)
    assert read_all(peer.transport, len(ALL_BYTES) * 30) == ALL_BYTES * 30


def test_every_byte_is_sent_unchanged_and_in_order(peer: Peer) -> None:
    for _ in range(3):
        peer.transport.write(ALL_BYTES)
        assert peer.received(len(ALL_BYTES)) == ALL_BYTES


@given(data=st.binary(min_size=1, max_size=300))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_there_and_back(peer: Peer, data: bytes) -> None:
    peer.send(data)
    assert read_all(peer.transport, len(data)) == data
    peer.transport.write(data)
    assert peer.received(len(data)) == data


def test_nothing_comes_within_the_timeout(peer: Peer) -> None:
    started = time.monotonic()
    assert peer.transport.read(0.05) == b""
    assert 0.04 <= time.monotonic() - started < 1.0
    started = time.monotonic()
    assert peer.transport.read(0.0) == b""
    assert peer.transport.read(-1.0) == b""
    assert time.monotonic() - started < 0.5


def test_the_other_end_is_gone(peer: Peer) -> None:
    peer.vanish()
    started = time.monotonic()
    with pytest.raises(TransportLostError, match=r".{10}"):
        peer.transport.read(1.0)
    assert time.monotonic() - started < 2.0


def test_closing_twice_is_harmless_and_final(peer: Peer) -> None:
    peer.transport.close()
    peer.transport.close()
    with pytest.raises(TransportLostError, match="not open"):
        peer.transport.read(0.0)
    with pytest.raises(TransportLostError, match="not open"):
        peer.transport.write(b"x")


def test_closing_after_the_other_end_is_gone_is_harmless(peer: Peer) -> None:
    peer.vanish()
    peer.transport.close()


def test_it_opens_again(peer: Peer) -> None:
    peer.transport.close()
    peer.transport.open()
    peer.transport.open()
    peer.transport.write(b"again")
    assert peer.received(5) == b"again"


# --- what only some of them can show ---


def test_a_dead_end_takes_nothing() -> None:
    for peer in (PtyPeer(), LoopbackPeer()):
        peer.vanish()
        with pytest.raises(TransportLostError):
            peer.transport.write(b"x")
        peer.dismiss()


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


def test_a_cut_loopback_is_read_to_its_end_and_cannot_be_opened_again() -> None:
    ours, other = LoopbackTransport.pair()
    ours.open()
    other.open()
    other.write(b"last words")
    other.cut()
    assert ours.read(1.0) == b"last words"
    with pytest.raises(TransportLostError, match="was cut"):
        ours.read(1.0)
    with pytest.raises(TransportLostError, match="make a new pair"):
        other.open()


def test_a_loopback_end_that_opens_throws_away_what_waited() -> None:
    ours, other = LoopbackTransport.pair()
    other.open()
    other.write(b"stale")
    ours.open()
    assert ours.read(0.0) == b""


def test_a_loopback_read_ends_when_its_own_end_is_closed() -> None:
    ours, _ = LoopbackTransport.pair()
    ours.open()
    threading.Timer(0.05, ours.close).start()
    started = time.monotonic()
    with pytest.raises(TransportLostError, match="not open"):
        ours.read(30.0)
    assert time.monotonic() - started < 5.0


def test_a_replay_comes_in_the_chunks_asked_for_and_its_silence_takes_time() -> None:
    clock = SteppedClock()
    replay = ReplayTransport(b"abcdefg", chunk_bytes=3, lost_at_end=False, clock=clock)
    replay.open()
    assert [replay.read(1.0) for _ in range(4)] == [b"abc", b"def", b"g", b""]
    assert clock.monotonic_s() == 1.0
    replay.open()
    assert replay.read(1.0) == b"abc"
    with pytest.raises(ValueError, match="chunk_bytes"):
        ReplayTransport(b"", chunk_bytes=0)
