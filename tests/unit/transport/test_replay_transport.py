"""The replay of captured bytes: chunks and silence."""

import pytest

from pocketk_agent.clock import SteppedClock
from pocketk_agent.transport.replay_transport import ReplayTransport


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
