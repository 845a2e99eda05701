"""Whatever bytes arrive, the serial source delivers whole blocks, ends, or is lost; it raises nothing else."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import reference_wire
from pocketk_agent.clock import SteppedClock
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import EndOfStream, SourceLostError
from pocketk_agent.transport.replay_transport import ReplayTransport
from unit.sources.wire_script import AnsweringTransport, ScriptedFrontEnd

SEQUENCES = st.integers(0, 70) | st.integers(0, 65_535)


def any_frame(kind: int, sequence: int, body: bytes, first: bool) -> bytes:
    return reference_wire.frame(kind, sequence, body, first=first)


def samples_frame(sequence: int, index: int, n: int) -> bytes:
    return ScriptedFrontEnd(sequence).samples(index, n)


def status_frame(sequence: int, stream: int, index: int) -> bytes:
    return ScriptedFrontEnd(sequence).status(stream, sample_index=index)


def damaged(frame: bytes, place: float, flip: int) -> bytes:
    changed = bytearray(frame)
    changed[int(place * len(changed))] ^= flip
    return bytes(changed)


INDICES = st.integers(0, 20_000) | st.integers(0, 2**32 - 200)
WHOLE = st.one_of(
    st.builds(samples_frame, SEQUENCES, INDICES, st.integers(1, 128)),
    st.builds(status_frame, SEQUENCES, st.integers(0, 3), st.integers(0, 2**32 - 1)),
    st.builds(any_frame, st.integers(0, 255), SEQUENCES, st.binary(max_size=60), st.booleans()),
)
PIECES = st.one_of(
    WHOLE,
    st.builds(damaged, WHOLE, st.floats(0, 1, exclude_max=True), st.integers(1, 255)),
    st.binary(max_size=80),
)
STREAMS = st.lists(PIECES, max_size=25).map(b"".join)


def drain(source: SerialSource, n_bytes: int) -> None:
    """Read until the source ends, is lost, or has had more reads than bytes."""
    with contextlib.suppress(EndOfStream, SourceLostError):
        for _ in range(n_bytes + 20):
            block = source.read(0.5)
            if block is not None:
                assert len(block.counts) == len(block.lead_off) > 0
                assert block.first_index >= 0
                assert (block.counts.dtype, block.lead_off.dtype) == (np.int32, np.bool_)


@given(data=STREAMS, chunk=st.integers(1, 400), lost=st.booleans())
@settings(max_examples=300, deadline=None)
def test_bytes_after_a_proper_opening(data: bytes, chunk: int, lost: bool) -> None:
    clock = SteppedClock()
    answers = ScriptedFrontEnd().opening()
    source = SerialSource(AnsweringTransport(answers, clock, data, chunk_bytes=chunk, lost_at_end=lost), clock)
    front_end = source.open()
    assert front_end.serial == "PK-7"
    drain(source, len(data))
    assert all(count >= 0 for count in source.health().faults.values())
    source.close()


@given(data=STREAMS, chunk=st.integers(1, 400), lost=st.booleans())
@settings(max_examples=150, deadline=None)
def test_bytes_instead_of_an_opening(data: bytes, chunk: int, lost: bool) -> None:
    clock = SteppedClock()
    source = SerialSource(ReplayTransport(data, chunk_bytes=chunk, lost_at_end=lost, clock=clock), clock)
    with contextlib.suppress(SourceLostError):
        source.open()
        drain(source, len(data))
    source.health()
    source.close()
