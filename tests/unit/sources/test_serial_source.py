"""The host's end of the wire: the ways of losing a front end, the end of a stream, self-test and health."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.firmware_thread import FirmwareThread
from pocketk_agent.clock import SteppedClock
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import SelfTest, SourceLostError
from pocketk_agent.transport.transport import Transport
from pocketk_firmware.sample_adc import CountsFileAdc
from unit.sources.serial_reading import ACK, SAMPLES, Dropping, frame_type, indices, lost_after, source_of
from unit.sources.wire_script import ENDED, STREAMING, AnsweringTransport, ScriptedFrontEnd


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


class DamagedFileAdc(CountsFileAdc):
    """Plays a file in which the flags of the 101st sample from the end are none."""

    def __init__(self, path: str) -> None:
        content = bytearray(Path(path).read_bytes())
        content[-501] |= 0x80
        Path(path).write_bytes(content)
        super().__init__(path)


def test_a_source_that_fails_is_lost_with_its_reason_after_its_good_samples(
    firmware: Callable[..., FirmwareThread],
) -> None:
    source = source_of(firmware(adc=DamagedFileAdc))
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
