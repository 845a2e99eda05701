"""Opening a handheld: against lost answers, on silent lines, with front ends that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract.firmware_thread import FirmwareThread
from pocketk_agent.clock import SteppedClock, SystemClock
from pocketk_agent.sources.serial_source import SerialSource
from pocketk_agent.sources.source import SourceLostError
from pocketk_agent.transport.replay_transport import ReplayTransport
from pocketk_agent.transport.serial_transport import SerialTransport
from unit.sources.serial_reading import ACK, HELLO, Dropping, indices, source_of
from unit.sources.wire_script import UNSUPPORTED, AnsweringTransport, ScriptedFrontEnd, of_version


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
