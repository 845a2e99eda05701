"""The main loop against a scripted host, a clock that only waiting moves, and sources that misbehave."""

from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from conformance.counts_recording import CountsRecording, counts_header
from pocketk_firmware import messages
from pocketk_firmware.counts_file import CountsHeader
from pocketk_firmware.frame import FrameWriter
from pocketk_firmware.handheld import runtime_name
from pocketk_firmware.messages import Ack, Command, Hello, Log
from pocketk_firmware.sample_adc import CountsFileAdc, SampleAdc
from pocketk_firmware.samples import Samples
from pocketk_firmware.status import STREAM_ENDED, STREAM_FAULT, STREAM_IDLE, STREAM_STREAMING, Status
from unit.firmware.scripted_host import Bench, ScriptedHost, start, stop


@pytest.fixture
def play(tmp_path: Path) -> Callable[[CountsRecording], CountsFileAdc]:
    return lambda recording: CountsFileAdc(str(recording.write(tmp_path / "played.counts")))


class BrokenAdc(SampleAdc):
    """A source that fails in the way it is told to, after one good block."""

    def __init__(self, failure: Exception | None = None, counts: int = 0, pauses: int = 0, end_note: str = "") -> None:
        SampleAdc.__init__(self)
        self.failure, self.value, self.pauses = failure, counts, pauses
        self.end_note = end_note
        self.opening_failure: Exception | None = None
        self.reads = 0

    def open(self) -> CountsHeader:
        if self.opening_failure:
            raise self.opening_failure
        self.reads = 0
        return counts_header()

    def read_into(self, counts: array, flags: bytearray, n: int) -> int:
        flags[:n] = bytes(n)
        self.first_index = 25 * min(self.reads, 1)
        if self.pauses:
            self.pauses -= 1
            self.first_index = 1000 * self.pauses  # means nothing without a sample
            return 0
        self.reads += 1
        if self.reads == 1:
            return n
        if self.failure:
            raise self.failure
        counts[0] = self.value
        self.ended = self.value == 0
        return int(not self.ended)

    def self_test(self) -> str:
        return "lead-off comparator stuck\n"

    def close(self) -> None:
        pass


# --- streaming ---


def test_it_greets_and_reports_every_second_while_idle(play: Callable[..., CountsFileAdc]) -> None:
    host = Bench(play(CountsRecording(9))).run(for_s=3.5)
    assert [type(message) for message in host.messages()] == [Hello, Status, Status, Status, Status, Ack]
    assert [at_us for at_us, message in host.heard if isinstance(message, Status)] == [0, 10**6, 2 * 10**6, 3 * 10**6]
    assert {status.stream for status in host.messages(Status)} == {STREAM_IDLE}
    hello = host.messages()[0]
    assert (hello.serial, hello.runtime) == ("PK-0001", runtime_name())
    assert hello.runtime.startswith("cpython 3.")


def test_every_sample_arrives_when_its_frame_is_complete(play: Callable[..., CountsFileAdc]) -> None:
    recording = CountsRecording(1234, lead_off=range(100, 410))
    host = Bench(play(recording), (0, start)).run(for_s=4)
    assert host.arrived() == recording.arriving()
    frames = [(at_us, m) for at_us, m in host.heard if isinstance(m, Samples)]
    assert [(m.first_index, len(m.counts)) for _, m in frames] == [(i, min(25, 1234 - i)) for i in range(0, 1234, 25)]
    for at_us, frame in frames:
        due_us = (frame.first_index + len(frame.counts)) * 2000
        assert due_us <= at_us < due_us + 1000


@pytest.mark.parametrize("speed_permille", [100, 3000, 100_000])
def test_speed_scales_the_time(play: Callable[..., CountsFileAdc], speed_permille: int) -> None:
    recording = CountsRecording(1000)
    host = Bench(play(recording), (0, start), speed_permille=speed_permille).run(for_s=60)
    last_us = max(at_us for at_us, message in host.heard if isinstance(message, Samples))
    due_us = 2_000_000 * 1000 // speed_permille
    assert due_us <= last_us <= due_us + 1000
    assert host.arrived() == recording.arriving()


def test_at_speed_0_it_never_waits(play: Callable[..., CountsFileAdc]) -> None:
    recording = CountsRecording(5000)
    bench = Bench(play(recording), (0, start), speed_permille=0)
    bench.handheld.greet()
    while not any(status.stream == STREAM_ENDED for status in bench.host.messages(Status)):
        bench.handheld.step()
    assert {at_us for at_us, _ in bench.host.heard} == {0}
    assert bench.host.arrived() == recording.arriving()
    indices = [s.sample_index for s in bench.host.messages(Status) if s.stream == STREAM_STREAMING]
    assert indices == list(range(0, 5000, 500))


def test_status_comes_every_second_with_the_state_of_the_lead(play: Callable[..., CountsFileAdc]) -> None:
    recording = CountsRecording(2400, lead_off=range(950, 1600))
    host = Bench(play(recording), (0, start)).run(for_s=4.9)
    streaming = [(at_us, s) for at_us, s in host.heard if isinstance(s, Status) and s.stream == STREAM_STREAMING]
    assert [(at_us // 1000, s.sample_index, s.lead_off) for at_us, s in streaming] == [
        (0, 0, 0),
        (1000, 500, 0),
        (2000, 1000, 1),
        (3000, 1500, 1),
        (4000, 2000, 0),
    ]
    assert host.messages(Status)[-1].stream == STREAM_ENDED


def test_status_goes_on_through_a_long_gap(play: Callable[..., CountsFileAdc]) -> None:
    recording = CountsRecording(3000, missing=(range(600, 2900),))
    host = Bench(play(recording), (0, start)).run(for_s=7)
    at_ms = [at_us // 1000 for at_us, message in host.heard if isinstance(message, Status)]
    assert max(b - a for a, b in pairwise(at_ms)) <= 1000
    assert host.arrived() == recording.arriving()
    final = host.messages(Status)[-1]
    assert (final.adc_overruns, final.samples_dropped, final.sample_index) == (1, 2300, 3000)


def test_start_after_the_end_plays_again_from_index_0(play: Callable[..., CountsFileAdc]) -> None:
    recording = CountsRecording(100)
    host = Bench(play(recording), (0, start), (500_000, start)).run(for_s=2)
    states = [status.stream for status in host.messages(Status)]
    assert states[:5] == [STREAM_IDLE, STREAM_STREAMING, STREAM_ENDED, STREAM_STREAMING, STREAM_ENDED]
    firsts = [message.first_index for message in host.messages(Samples)]
    assert firsts == [0, 25, 50, 75] * 2


def test_stop_ends_the_samples_at_once(play: Callable[..., CountsFileAdc]) -> None:
    host = Bench(play(CountsRecording(5000)), (0, start), (1_020_000, stop)).run(for_s=3)
    assert len(host.arrived()) == 500
    assert [status.stream for status in host.messages(Status)][-2:] == [STREAM_IDLE, STREAM_IDLE]
    assert host.acks()[1] == (2, messages.ACK_OK, "")


# --- commands ---


def test_every_command_is_acknowledged_with_its_token(play: Callable[..., CountsFileAdc]) -> None:
    def ask(host: ScriptedHost) -> None:
        host.say(messages.COMMAND_SELF_TEST, 65535)
        host.say(messages.COMMAND_IDENTIFY, 3)
        host.say(77, 4)
        host.say(0, 5)
        host.say(messages.COMMAND_START, 6, argument=1)
        host.say(messages.COMMAND_STOP, 7)
        host.say(messages.COMMAND_START, 8)
        host.say(messages.COMMAND_START, 9)
        host.say(messages.COMMAND_SELF_TEST, 10)
        host.say(messages.COMMAND_IDENTIFY, 11)
        host.say(messages.COMMAND_BREAK, 12)

    host = Bench(play(CountsRecording(500)), (0, ask)).run()
    assert host.acks() == [
        (65535, messages.ACK_OK, "pass"),
        (3, messages.ACK_OK, ""),
        (4, messages.ACK_UNSUPPORTED, ""),
        (5, messages.ACK_UNSUPPORTED, ""),
        (6, messages.ACK_BAD_ARGUMENT, "takes no argument"),
        (7, messages.ACK_OK, ""),
        (8, messages.ACK_OK, ""),
        (9, messages.ACK_BUSY, "already streaming"),
        (10, messages.ACK_BUSY, "streaming"),
        (11, messages.ACK_OK, ""),
        (12, messages.ACK_OK, ""),
    ]
    assert len(host.messages(Hello)) == 3


def test_refusals_and_faults_of_the_host_are_reported(play: Callable[..., CountsFileAdc]) -> None:
    def misbehave(host: ScriptedHost) -> None:
        host.say(77)
        host.writer.send_message(Log(level=0, text="not a command"))
        host.writer.payload[:3] = b"abc"
        host.writer.send(Command.TYPE, 3)
        host.say_raw(b"\x05ab\0\x05ab\0" + b"\x01" * 600 + b"\0" + b"\x0dabcdefghijkl\0\x03ab\0")

    host = Bench(play(CountsRecording(9)), (0, misbehave)).run(for_s=1.5)
    status = host.messages(Status)[-1]
    assert status.commands_refused == 3
    assert (status.rx_bad_cobs, status.rx_bad_crc, status.rx_bad_other) == (2, 1, 2)


def test_the_host_may_connect_again(play: Callable[..., CountsFileAdc]) -> None:
    def connect(host: ScriptedHost) -> None:
        host.writer = FrameWriter(host.take)
        host.say(messages.COMMAND_IDENTIFY, 1)
        host.say(messages.COMMAND_STOP, 2)

    script = [(at_us, connect) for at_us in (0, 100_000, 200_000)]
    host = Bench(play(CountsRecording(9)), *script).run(for_s=1.5)
    assert len(host.acks()) == 7
    status = host.messages(Status)[-1]
    assert (status.rx_bad_other, status.commands_refused) == (0, 0)


def test_the_serial_number_can_be_given(play: Callable[..., CountsFileAdc]) -> None:
    host = Bench(play(CountsRecording(9)), serial="PK-0042").run(for_s=0.1)
    assert host.messages(Hello)[0].serial == "PK-0042"


# --- when things go wrong ---


def test_dropped_frames_are_counted(play: Callable[..., CountsFileAdc]) -> None:
    def stall(host: ScriptedHost) -> None:
        host.refuse = 3

    host = Bench(play(CountsRecording(500)), (0, start), (190_000, stall)).run(for_s=2)
    final = next(status for status in host.messages(Status) if status.stream == STREAM_ENDED)
    assert (final.frames_dropped, final.samples_dropped, final.adc_overruns) == (3, 75, 0)
    assert sorted(set(range(500)) - set(host.arrived())) == list(range(75, 150))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (BrokenAdc(failure=ValueError("damaged records")), "damaged records"),
        (BrokenAdc(failure=OSError("SPI\n timeout")), "SPI? timeout"),
        (BrokenAdc(counts=0x800000), "count does not fit in 24 bits: 8388608"),
    ],
)
def test_a_source_that_fails_is_a_stated_fault(source: BrokenAdc, reason: str) -> None:
    host = Bench(source, (0, start)).run(for_s=1.5)
    assert len(host.arrived()) == 25
    log, status = host.messages()[-4:-2]
    assert (log.level, log.text) == (messages.LOG_ERROR, reason)
    assert status.stream == STREAM_FAULT
    fault_us = next(at_us for at_us, message in host.heard if message is status)
    assert fault_us < 100_000


def test_a_source_that_cannot_be_opened_again_fails_the_start() -> None:
    source = BrokenAdc()
    bench = Bench(source, (0, start))
    source.opening_failure = OSError("gone")
    host = bench.run(for_s=0.5)
    assert host.acks()[0] == (1, messages.ACK_FAILED, "gone")
    assert host.messages(Status)[-1].stream == STREAM_IDLE


def test_a_source_that_is_slow_is_asked_again() -> None:
    host = Bench(BrokenAdc(pauses=30, end_note="that was all"), (0, start)).run(for_s=1.5)
    assert len(host.arrived()) == 25
    assert [log.text for log in host.messages(Log)] == ["that was all"]
    final = host.messages(Status)[-1]
    assert (final.stream, final.adc_overruns, final.samples_dropped) == (STREAM_ENDED, 0, 0)


def test_a_failed_self_test_says_why() -> None:
    host = Bench(BrokenAdc(), (0, lambda host: host.say(messages.COMMAND_SELF_TEST, 5))).run(for_s=0.5)
    assert host.acks()[0] == (5, messages.ACK_FAILED, "lead-off comparator stuck?")


def test_it_ends_when_the_host_has_gone(play: Callable[..., CountsFileAdc]) -> None:
    def leave(_host: ScriptedHost) -> None:
        raise EOFError

    bench = Bench(play(CountsRecording(5000)), (0, start), (700_000, leave))
    bench.handheld.run()
    assert bench.clock.now_us == 700_000
    assert bench.host.arrived()


def test_a_source_that_cannot_be_opened_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Bench(CountsFileAdc(str(tmp_path / "absent.counts")))
