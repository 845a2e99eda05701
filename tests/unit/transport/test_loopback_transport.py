"""The loopback cable: cut, closed at one end, opened late."""

import threading
import time

import pytest

from pocketk_agent.transport.loopback_transport import LoopbackTransport
from pocketk_agent.transport.transport import TransportLostError


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
