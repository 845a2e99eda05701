"""Reading from a serial source in tests, and lines that lose frames."""

import time

from conformance import reference_wire
from contract.firmware_thread import FirmwareThread
from pocketk_agent.clock import SystemClock
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import EndOfStream, SourceLostError

HELLO, SAMPLES, ACK = 1, 2, 7


def frame_type(wire: bytes) -> int:
    plain = reference_wire.uncobs(wire.strip(b"\0"))
    return plain[1] if plain else 0


class Dropping:
    """A line that loses the frames that the test names: of a type, from the n-th to the m-th of its kind."""

    def __init__(self, kind: int, which: range) -> None:
        self._kind, self._which, self._seen = kind, which, 0

    def __call__(self, frame: bytes) -> bytes:
        if frame_type(frame) != self._kind:
            return frame
        self._seen += 1
        return b"" if self._seen - 1 in self._which else frame


def source_of(thread: FirmwareThread, answer_s: float = 0.2) -> SerialSource:
    return SerialSource(thread.transport, SystemClock(), answer_s=answer_s)


def indices(source: SerialSource) -> list[int]:
    """Index of every sample up to the end, in order of delivery."""
    found: list[int] = []
    while True:
        try:
            block = source.read(2.0)
        except EndOfStream:
            return found
        if block is not None:
            found += range(block.first_index, block.stop_index)


def lost_after(source: SerialSource, seconds: float = 3.0) -> SourceLostError:
    """How the source is lost; an error if it is not."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            source.read(0.2)
        except SourceLostError as loss:
            return loss
    raise AssertionError("the front end was not lost")
