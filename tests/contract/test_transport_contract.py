"""What every transport promises: a serial port (over a pseudo-terminal), the loopback, and the replay."""

import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.transport_peers import LoopbackPeer, Peer, PtyPeer, ReplayPeer
from pocketk_agent.transport.transport import Transport, TransportLostError

ALL_BYTES = bytes(range(256)) * 8  # XON, XOFF, ^C, ^D, CR and LF among them


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


@pytest.mark.parametrize("make", [PtyPeer, LoopbackPeer])  # a replay has no other end that could refuse
def test_a_dead_end_takes_nothing(make: type[Peer]) -> None:
    peer = make()
    peer.vanish()
    with pytest.raises(TransportLostError):
        peer.transport.write(b"x")
    peer.dismiss()
