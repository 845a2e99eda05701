"""Frames as a front end would send them, made with the reference implementation of the wire."""

import struct
import zlib

from conformance import reference_wire
from pocketk_agent.clock import SteppedClock
from pocketk_agent.transport.transport import Transport, TransportLostError

HELLO = {
    "protocol": 1,
    "serial": "PK-7",
    "firmware": "9.9",
    "profile": "ads1292r-x6",
    "fs_millihz": 500_000,
    "lsb_pv": 24_000,
    "zero_counts": 0,
    "rail_low_counts": -8_000_000,
    "rail_high_counts": 8_000_000,
    "adc_bits": 24,
    "lead": "I",
    "runtime": "script 1",
}
STATUS = {
    "sample_index": 0,
    "lead_off": 0,
    "battery_percent": 255,
    "temperature_centi_c": -32768,
    "stream": 1,
    "adc_overruns": 0,
    "samples_dropped": 0,
    "frames_dropped": 0,
    "rx_bad_crc": 0,
    "rx_bad_cobs": 0,
    "rx_bad_other": 0,
    "commands_refused": 0,
}
IDLE, STREAMING, ENDED, FAULT = range(4)
OK, UNSUPPORTED, BAD_ARGUMENT, BUSY, FAILED = range(5)


class ScriptedFrontEnd:
    """Makes frames with running sequence numbers."""

    def __init__(self, sequence: int = 0) -> None:
        self.sequence = sequence

    def frame(self, message: str, fields: dict, *, first: bool = False) -> bytes:
        """The next frame."""
        body = reference_wire.payload(message, fields)
        made = reference_wire.frame(reference_wire.LAYOUT[message][0], self.sequence, body, first=first)
        self.sequence = (self.sequence + 1) % 65_536
        return made

    def hello(self, *, first: bool = False, **changes: object) -> bytes:
        return self.frame("Hello", HELLO | changes, first=first)

    def status(self, stream: int = STREAMING, **changes: object) -> bytes:
        return self.frame("Status", STATUS | {"stream": stream} | changes)

    def ack(self, token: int, status: int = OK, text: str = "") -> bytes:
        return self.frame("Ack", {"token": token, "status": status, "text": text})

    def samples(self, first_index: int, n: int = 25) -> bytes:
        """A block in which every count is its own index."""
        counts = [(first_index + i) % 8_000_000 for i in range(n)]
        return self.frame("Samples", {"first_index": first_index, "counts": counts, "lead_off": [0] * n})

    def log(self, text: str, level: int = 3) -> bytes:
        return self.frame("Log", {"level": level, "text": text})

    def opening(self) -> list[bytes]:
        """The answers to IDENTIFY, STOP and START of a source whose tokens begin at 1, as on a `SteppedClock`."""
        return [self.hello(first=True) + self.ack(1), self.ack(2), self.ack(3)]


class AnsweringTransport(Transport):
    """Gives one prepared answer for each write, then plays what comes after them.

    Args:
        answers: the answers, in order.
        clock: what silence passes on.
        afterwards: bytes that come once all answers were given.
        chunk_bytes: most bytes that one read returns.
        lost_at_end: after the last byte the other end is gone; otherwise it is silent.
    """

    def __init__(
        self,
        answers: list[bytes],
        clock: SteppedClock,
        afterwards: bytes = b"",
        *,
        chunk_bytes: int = 4096,
        lost_at_end: bool = False,
    ) -> None:
        self._answers = list(answers)
        self._clock = clock
        self._afterwards = afterwards
        self._chunk_bytes = chunk_bytes
        self._lost_at_end = lost_at_end
        self._waiting = b""

    def open(self) -> None:
        self._waiting = b"\0"

    def read(self, timeout_s: float) -> bytes:
        if not self._answers:
            self._waiting, self._afterwards = self._waiting + self._afterwards, b""
        chunk, self._waiting = self._waiting[: self._chunk_bytes], self._waiting[self._chunk_bytes :]
        if not chunk and not self._answers and self._lost_at_end:
            raise TransportLostError("The script is over.")
        if not chunk:
            self._clock.sleep(timeout_s)
        return chunk

    def write(self, data: bytes) -> None:
        if self._answers:
            self._waiting += self._answers.pop(0)

    def close(self) -> None:
        self._waiting = b""


def of_version(version: int) -> bytes:
    """A whole frame of another protocol version."""
    plain = struct.pack("<BBHBBH", version, 1, 0, 0, 0, 0)
    return reference_wire.cobs(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0"
