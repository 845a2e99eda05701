"""The host's end of the wire: opening against resistance, the ways of losing a front end, the end of a stream."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance import reference_wire
from contract.firmware_thread import FirmwareThread, Line
from pocketk_agent.clock import SteppedClock, SystemClock
from pocketk_agent.recording_file import RecordedStrip
from pocketk_agent.sources.counts_file_writer import write_counts_file
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import EndOfStream, SelfTest, SourceLostError
from pocketk_agent.transport.replay_transport import ReplayTransport
from pocketk_agent.transport.serial_transport import SerialTransport
from pocketk_agent.transport.transport import Transport
from pocketk_firmware.sample_adc import CountsFileAdc
from unit.sources.made_up_strips import native_strip
from unit.sources.wire_script import ENDED, STREAMING, UNSUPPORTED, AnsweringTransport, ScriptedFrontEnd, of_version

HELLO, SAMPLES, ACK = 1, 2, 7
STRIP = native_strip(600)


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


@pytest.fixture
def firmware(tmp_path: Path) -> Iterator[Callable[..., FirmwareThread]]:
    """Start the firmware on a strip of 600 samples, with a line that does things to its frames."""
    running: list[FirmwareThread] = []

    def start(
        line: Line = lambda frame: frame,
        *,
        speed_permille: int = 0,
        adc: type[CountsFileAdc] = CountsFileAdc,
        strip: RecordedStrip = STRIP,
    ) -> FirmwareThread:
        path = tmp_path / f"{len(running)}.counts"
        write_counts_file(path, strip, lead_in_s=0.0)
        running.append(FirmwareThread(path, speed_permille, line, adc(str(path))))
        return running[-1].__enter__()

    yield start
    for one in running:
        one.__exit__(None, None, None)


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


@pytest.mark.parametrize(("kind", "which"), [(HELLO, range(3)), (ACK, range(1)), (ACK, range(1, 2)), (ACK, range(4))])
def test_it_opens_though_answers_are_lost(firmware: Callable[..., FirmwareThread], kind: int, which: range) -> None:
    source = source_of(firmware(Dropping(kind, which)))
    source.open()
    assert indices(source) == list(range(600))


def test_a_lost_answer_to_start_costs_nothing_and_starts_nothing_twice(
    firmware: Callable[..., FirmwareThread],
) -> None:
    """At full speed the whole strip has passed before the answer is missed."""
    source = source_of(firmware(Dropping(ACK, range(2, 3))))
    source.open()
    assert indices(source) == list(range(600))
    assert source.health().faults["wire_repeated_blocks"] == 0


def test_a_silent_line_is_stated_after_the_last_attempt() -> None:
    clock = SteppedClock()
    transport = ReplayTransport(b"", lost_at_end=False, clock=clock)
    with pytest.raises(SourceLostError, match="6 attempts") as caught:
        SerialSource(transport, clock).open()
    assert caught.value.code == "front-end-silent"
    assert clock.monotonic_s() == pytest.approx(3.0)
    assert bytes(transport.written).count(0) - 1 == 6 + 1  # one delimiter in front; six attempts and a STOP


@pytest.mark.parametrize(
    "answer", [of_version(2) * 2, ScriptedFrontEnd().hello(protocol=2) + ScriptedFrontEnd(1).ack(1)]
)
def test_another_protocol_version_is_stated(answer: bytes) -> None:
    clock = SteppedClock()
    transport = ReplayTransport(b"\0" + answer, lost_at_end=False, clock=clock)
    with pytest.raises(SourceLostError, match="update its firmware or this agent") as caught:
        SerialSource(transport, clock).open()
    assert caught.value.code == "protocol-version"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (lambda f: [f.ack(1, UNSUPPORTED, "what?")], "front-end-refused"),
        (lambda f: [f.hello() + f.ack(1), f.ack(2, UNSUPPORTED)], "front-end-refused"),
        (lambda f: [f.hello() + f.ack(1), f.ack(2), f.ack(3, UNSUPPORTED)], "front-end-refused"),
        (lambda f: [f.hello(fs_millihz=1) + f.ack(1)], "front-end-invalid"),
        (lambda f: [f.hello() + f.ack(1)], "front-end-silent"),
    ],
)
def test_a_front_end_that_cannot_be_used_is_stated(
    answers: Callable[[ScriptedFrontEnd], list[bytes]], code: str
) -> None:
    clock = SteppedClock()
    source = SerialSource(AnsweringTransport(answers(ScriptedFrontEnd()), clock), clock)
    with pytest.raises(SourceLostError) as caught:
        source.open()
    assert caught.value.code == code
    with pytest.raises(SourceLostError):
        source.read(0.0)


def test_a_port_that_is_not_there_is_a_lost_front_end(tmp_path: Path) -> None:
    source = SerialSource(SerialTransport(str(tmp_path / "ttyNONE")), SystemClock())
    with pytest.raises(SourceLostError, match="no such port") as caught:
        source.open()
    assert caught.value.code == "front-end-lost"


def test_what_another_agent_left_running_is_stopped(firmware: Callable[..., FirmwareThread]) -> None:
    thread = firmware(speed_permille=4000)
    first = source_of(thread)
    first.open()
    block = first.read(2.0)
    assert block is not None
    del first  # it dies without closing
    second = source_of(thread)
    second.open()
    assert indices(second) == list(range(600))


@pytest.mark.parametrize("boot_seen", [False, True])
def test_a_device_that_restarts_is_lost(firmware: Callable[..., FirmwareThread], boot_seen: bool) -> None:
    """Also where nobody had seen the frames that it began with, so that its new ones look like late ones."""
    boot_over = threading.Event()

    def line(frame: bytes) -> bytes:
        return frame if boot_seen or boot_over.is_set() else b""

    thread = firmware(line, speed_permille=1000)
    source = source_of(thread)
    time.sleep(0.1)
    boot_over.set()
    source.open()
    assert source.read(2.0) is not None
    thread.restart()
    started = time.monotonic()
    assert lost_after(source).code == "front-end-restarted"
    assert time.monotonic() - started < 2.0
    assert lost_after(source).code == "front-end-restarted"


def test_a_source_that_fails_is_lost_with_its_reason_after_its_good_samples(
    firmware: Callable[..., FirmwareThread], tmp_path: Path
) -> None:
    thread = firmware()
    path = tmp_path / "0.counts"
    content = bytearray(path.read_bytes())
    content[-501] |= 0x80  # flags of the 101st sample from the end
    path.write_bytes(content)
    source = source_of(thread)
    source.open()
    block = source.read(2.0)
    assert block is not None
    assert block.first_index == 0
    loss = lost_after(source)
    assert (loss.code, "unknown flags" in str(loss)) == ("front-end-fault", True)


def test_samples_lost_before_the_end_do_not_hide_the_end(firmware: Callable[..., FirmwareThread]) -> None:
    source = source_of(firmware(Dropping(SAMPLES, range(20, 24))))
    source.open()
    started = time.monotonic()
    assert indices(source) == list(range(500))
    assert time.monotonic() - started < 2.0


def test_frames_that_the_end_has_overtaken_are_delivered() -> None:
    front_end, clock = ScriptedFrontEnd(), SteppedClock()
    answers = front_end.opening()
    early, late = front_end.samples(0), front_end.samples(25)
    data = early + front_end.status(ENDED, sample_index=50) + late
    source = SerialSource(AnsweringTransport(answers, clock, data, chunk_bytes=10), clock)
    source.open()
    assert indices(source) == list(range(50))


class Babble(Transport):
    """Never silent, never saying anything; each read takes a hundredth of a second."""

    def __init__(self, clock: SteppedClock) -> None:
        self._clock = clock

    def open(self) -> None: ...

    def read(self, timeout_s: float) -> bytes:
        self._clock.sleep(0.01)
        return b"\x05abc\x00"

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


def test_babble_takes_no_longer_than_the_timeout() -> None:
    clock = SteppedClock()
    front_end = ScriptedFrontEnd()
    line = AnsweringTransport(front_end.opening(), clock)
    source = SerialSource(line, clock)
    source.open()
    started = clock.monotonic_s()
    line.read = Babble(clock).read
    assert source.read(0.5) is None
    assert clock.monotonic_s() - started == pytest.approx(0.5, abs=0.011)
    with pytest.raises(SourceLostError) as caught:
        SerialSource(Babble(clock), clock).open()
    assert caught.value.code == "front-end-silent"
    assert clock.monotonic_s() - started == pytest.approx(3.5, abs=0.1)


class FailingAdc(CountsFileAdc):
    def self_test(self) -> str:
        return "noise of 80 uV with shorted inputs"


def test_a_failed_self_test_is_told_and_the_stream_goes_on(firmware: Callable[..., FirmwareThread]) -> None:
    source = source_of(firmware(adc=FailingAdc))
    source.open()
    assert source.self_test() == SelfTest(False, "noise of 80 uV with shorted inputs")
    assert indices(source) == list(range(600))


def test_a_self_test_on_a_dead_line_does_not_pass(firmware: Callable[..., FirmwareThread]) -> None:
    thread = firmware(speed_permille=1000)
    source = source_of(thread)
    source.open()
    thread.cut()
    verdict = source.self_test()
    assert not verdict.passed
    assert verdict.detail.startswith("front-end-lost")


def test_battery_and_temperature_are_passed_on() -> None:
    front_end = ScriptedFrontEnd()
    answers = front_end.opening()
    status = front_end.status(STREAMING, battery_percent=81, temperature_centi_c=-512, frames_dropped=3)
    clock = SteppedClock()
    source = SerialSource(AnsweringTransport(answers, clock, status), clock)
    assert source.health().battery_percent is None
    assert source.open().serial == "PK-7"
    assert source.read(1.0) is None
    health = source.health()
    assert (health.battery_percent, health.temperature_c) == (81, -5.12)
    assert health.faults["front_end_frames_dropped"] == 3


def test_closing_tells_the_front_end_to_stop(firmware: Callable[..., FirmwareThread]) -> None:
    said: list[bytes] = []

    def listen(frame: bytes) -> bytes:
        said.append(frame)
        return frame

    thread = firmware(listen, speed_permille=1000)
    source = source_of(thread)
    source.open()
    source.read(2.0)
    before = len(said)
    source.close()
    deadline = time.monotonic() + 2.0
    while not any(frame_type(frame) == ACK for frame in said[before:]) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.25)
    streamed_after = [frame_type(frame) for frame in said[before:]]
    assert ACK in streamed_after
    assert SAMPLES not in streamed_after[streamed_after.index(ACK) :]
