"""A host that acts at given times, at the other end of a handheld whose clock only waiting moves."""

from collections.abc import Callable
from typing import Any

from pocketk_firmware.frame import FrameReader, FrameWriter
from pocketk_firmware.handheld import Handheld
from pocketk_firmware.messages import (
    COMMAND_BREAK,
    COMMAND_START,
    COMMAND_STOP,
    Ack,
    Command,
    unpack_message,
)
from pocketk_firmware.sample_adc import SampleAdc
from pocketk_firmware.samples import Samples
from pocketk_firmware.ticks import Stopwatch


class Clock:
    """Time in microseconds that stands still unless the link waits."""

    def __init__(self) -> None:
        self.now_us = 0

    def stopwatch(self) -> Stopwatch:
        return Stopwatch(lambda: self.now_us, lambda later, earlier: later - earlier)


class ScriptedHost:
    """The link, with a host at the other end that does things at given times.

    Attributes:
        heard: (time in microseconds, message) of everything the handheld sent.
        refuse: frames that the link takes only half of.
    """

    def __init__(self, clock: Clock, script: list[tuple[int, Callable[[], None]]]) -> None:
        self.clock = clock
        self.script = sorted(script, key=lambda entry: entry[0])
        self.heard: list[tuple[int, Any]] = []
        self.refuse = 0
        self._incoming = bytearray()
        self._reader = FrameReader(self._hear)
        self.writer = FrameWriter(self.take)

    def take(self, data: memoryview) -> int:
        self._incoming.extend(data)
        return len(data)

    def _hear(self, frame_type: int, _sequence: int, payload: memoryview, _auth: memoryview) -> None:
        self.heard.append((self.clock.now_us, unpack_message(frame_type, payload)))

    def say(self, command: int, token: int = 0, argument: int = 0) -> None:
        self.writer.send_message(Command(command=command, argument=argument, token=token))

    def say_raw(self, data: bytes) -> None:
        self._incoming.extend(data)

    def read_into(self, buffer: bytearray) -> int:
        while self.script and self.script[0][0] <= self.clock.now_us:
            self.script.pop(0)[1]()
        n = min(len(buffer), len(self._incoming))
        buffer[:n] = self._incoming[:n]
        del self._incoming[:n]
        return n

    def write(self, data: memoryview) -> int:
        if self.refuse:
            self.refuse -= 1
            return len(data) // 2
        self._reader.feed(data)
        return len(data)

    def wait(self, timeout_ms: int) -> None:
        assert timeout_ms > 0
        until_us = self.clock.now_us + timeout_ms * 1000
        if self.script:
            until_us = min(until_us, max(self.script[0][0], self.clock.now_us))
        self.clock.now_us = until_us

    def messages(self, kind: type | None = None) -> list[Any]:
        return [message for _, message in self.heard if kind is None or isinstance(message, kind)]

    def acks(self) -> list[tuple[int, int, str]]:
        return [(ack.token, ack.status, ack.text) for ack in self.messages(Ack)]

    def arrived(self) -> dict[int, tuple[int, int]]:
        rows = {}
        for block in self.messages(Samples):
            rows |= {block.first_index + i: (block.counts[i], block.lead_off[i]) for i in range(len(block.counts))}
        return rows


class Bench:
    """A handheld that plays a recording, or another source, to a scripted host."""

    def __init__(
        self, source: SampleAdc, *script: tuple[int, Callable[["ScriptedHost"], None]], **options: Any
    ) -> None:
        self.clock = Clock()
        self.host = ScriptedHost(self.clock, [])
        self.host.script = [(at_us, lambda act=act: act(self.host)) for at_us, act in script]
        self.handheld = Handheld(source, self.host, stopwatch=self.clock.stopwatch(), **options)

    def run(self, for_s: float = 60) -> "ScriptedHost":
        """Run until BREAK, which is said after `for_s` seconds at the latest."""
        self.host.script.append((int(for_s * 1e6), lambda: self.host.say(COMMAND_BREAK, 9999)))
        self.host.script.sort(key=lambda entry: entry[0])
        self.handheld.run()
        return self.host


def start(host: ScriptedHost) -> None:
    host.say(COMMAND_START, 1)


def stop(host: ScriptedHost) -> None:
    host.say(COMMAND_STOP, 2)
