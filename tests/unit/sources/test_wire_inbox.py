"""What the host makes of each message, frame by frame."""

import pytest

from conformance import reference_wire
from pocketk_agent.sources.wire_inbox import WireInbox
from unit.sources.wire_script import BUSY, ENDED, FAILED, FAULT, IDLE, STREAMING, ScriptedFrontEnd

STOP, START = 70, 71


@pytest.fixture
def inbox() -> WireInbox:
    """An inbox that waits for a stream at 500 Hz."""
    made = WireInbox()
    made.feed(b"\0")
    made.expect_stream(STOP, START, 5000)
    return made


@pytest.fixture
def front_end() -> ScriptedFrontEnd:
    """In the middle of its sequence, so that nothing is late by chance."""
    return ScriptedFrontEnd(1000)


@pytest.fixture
def streaming(inbox: WireInbox, front_end: ScriptedFrontEnd) -> WireInbox:
    inbox.feed(front_end.ack(STOP) + front_end.ack(START) + front_end.status(STREAMING))
    assert inbox.streaming
    return inbox


def firsts(inbox: WireInbox) -> list[int]:
    return [block.first_index for block in inbox.blocks]


def code_of(inbox: WireInbox) -> str:
    assert inbox.failure is not None
    return inbox.failure.code


def test_samples_count_from_the_answer_to_stop_on(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    late = front_end.samples(975)
    inbox.feed(front_end.samples(900) + front_end.ack(STOP) + late)
    assert not inbox.streaming
    inbox.feed(front_end.ack(START) + front_end.samples(0) + front_end.samples(25))
    assert inbox.streaming
    assert firsts(inbox) == [0, 25]
    assert [block.counts.tolist() for block in inbox.blocks] == [list(range(25)), list(range(25, 50))]


def test_the_first_sample_stands_in_for_a_lost_answer(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    inbox.feed(front_end.ack(STOP) + front_end.samples(0))
    assert inbox.streaming


def test_busy_answers_a_repeated_start(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    inbox.feed(front_end.ack(STOP) + front_end.ack(START, BUSY))
    assert inbox.streaming


def test_a_refused_start_is_no_stream(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    inbox.feed(front_end.ack(STOP) + front_end.ack(START, FAILED, "no such file"))
    assert not inbox.streaming
    assert inbox.acks[START].text == "no such file"


def test_a_greeting_in_the_middle_is_a_restart(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.samples(0) + front_end.hello() + front_end.samples(25))
    assert code_of(streaming) == "front-end-restarted"
    assert firsts(streaming) == [0], "what came before the restart is delivered, what came after is not"


def test_a_front_end_that_begins_its_numbers_again_is_a_restart(
    streaming: WireInbox, front_end: ScriptedFrontEnd
) -> None:
    """The greeting itself was lost on the way."""
    again = ScriptedFrontEnd()
    again.hello(first=True)
    streaming.feed(again.status(IDLE))
    assert code_of(streaming) == "front-end-restarted"


def test_a_restart_within_the_first_frames_is_noticed(inbox: WireInbox) -> None:
    """Sequence numbers from 0 again look like late frames; the mark of a first frame tells them apart."""
    first = ScriptedFrontEnd()
    inbox.feed(first.hello(first=True) + first.ack(STOP) + first.ack(START) + first.samples(0))
    assert inbox.failure is None
    inbox.feed(ScriptedFrontEnd().hello(first=True))
    assert code_of(inbox) == "front-end-restarted"


def test_a_restart_whose_beginning_nobody_had_seen_is_noticed(inbox: WireInbox) -> None:
    """The greeting and the status look like late frames of the first count, but it has none that are so old."""
    old = ScriptedFrontEnd(2)
    inbox.feed(old.ack(STOP) + old.ack(START) + old.status(STREAMING) + old.samples(0))
    again = ScriptedFrontEnd()
    inbox.feed(again.hello())
    assert inbox.failure is None
    inbox.feed(again.status(IDLE))
    assert code_of(inbox) == "front-end-restarted"


def test_numbers_that_come_again_with_another_content_are_a_restart(inbox: WireInbox) -> None:
    old = ScriptedFrontEnd(2)
    inbox.feed(old.ack(STOP) + old.ack(START) + b"".join(old.samples(25 * k) for k in range(20)))
    again = ScriptedFrontEnd(3)
    inbox.feed(again.status(STREAMING) + again.status(STREAMING, sample_index=1))
    assert code_of(inbox) == "front-end-restarted"


def test_late_copies_of_frames_are_no_restart(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    frames = [front_end.samples(25 * k) for k in range(300)]
    late = [b"".join(frames[k : k + 1] + frames[k - 20 : k - 19]) for k in range(20, 300)]
    streaming.feed(b"".join(frames[:20] + late))
    assert streaming.failure is None
    assert firsts(streaming) == [25 * k for k in range(300)]


def test_a_greeting_that_was_overtaken_is_none(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    late = front_end.hello()
    inbox.feed(front_end.ack(STOP) + front_end.ack(START) + late + front_end.samples(0))
    assert inbox.failure is None
    assert inbox.hello is not None


def test_one_idle_status_is_chance_two_are_a_restart(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.status(IDLE) + front_end.status(STREAMING) + front_end.status(IDLE))
    assert streaming.failure is None
    streaming.feed(front_end.status(IDLE))
    assert code_of(streaming) == "front-end-restarted"


def test_an_idle_status_from_before_the_start_is_ignored(inbox: WireInbox, front_end: ScriptedFrontEnd) -> None:
    first, late = front_end.hello(), front_end.status(IDLE) + front_end.status(IDLE)
    inbox.feed(first + front_end.ack(STOP) + front_end.ack(START) + late)
    assert inbox.failure is None


def test_a_fault_is_given_with_its_reason(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.log("just a note", level=1) + front_end.log("converter stuck") + front_end.status(FAULT))
    assert code_of(streaming) == "front-end-fault"
    assert "converter stuck" in str(streaming.failure)


def test_the_end_is_complete_when_its_last_sample_is_there(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    last = front_end.samples(25)
    streaming.feed(front_end.samples(0) + front_end.status(ENDED, sample_index=50))
    assert (streaming.ended, streaming.complete) == (True, False)
    streaming.feed(last)
    assert streaming.complete
    assert firsts(streaming) == [0, 25]


def test_idle_after_the_end_is_no_restart(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.status(ENDED) + front_end.status(IDLE) + front_end.status(IDLE))
    assert streaming.failure is None


def test_a_block_that_comes_again_much_later_is_dropped(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    frames = [front_end.samples(25 * k) for k in range(40)]
    streaming.feed(b"".join(frames) + frames[3])
    assert firsts(streaming) == [25 * k for k in range(40)]
    assert streaming.faults()["wire_repeated_blocks"] == 1


def test_one_jump_in_time_is_counted_two_are_a_loss(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.samples(0) + front_end.samples(10_000) + front_end.samples(25))
    assert firsts(streaming) == [0, 25]
    assert streaming.failure is None
    assert streaming.faults()["wire_time_jumps"] == 1
    streaming.feed(front_end.samples(20_000) + front_end.samples(20_025))
    assert code_of(streaming) == "time-jump"


def test_counters_of_both_ends_by_name(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    damaged = bytearray(front_end.samples(7_654_321))
    damaged[20] ^= 0x01
    assert reference_wire.verdict(bytes(damaged[:-1])) == "bad_crc"
    malformed = front_end.frame("Log", {"level": 9, "text": ""})
    streaming.feed(bytes(damaged) + malformed + front_end.status(STREAMING, adc_overruns=4, rx_bad_crc=2))
    faults = {name: count for name, count in streaming.faults().items() if count}
    expected = {"wire_bad_crc": 1, "wire_missing": 1, "wire_malformed": 1}
    assert faults == expected | {"front_end_adc_overruns": 4, "front_end_rx_bad_crc": 2}


def test_a_stream_may_be_expected_again(streaming: WireInbox, front_end: ScriptedFrontEnd) -> None:
    streaming.feed(front_end.samples(0) + front_end.status(ENDED))
    streaming.expect_stream(STOP + 2, START + 2, 5000)
    assert (streaming.ended, streaming.streaming, firsts(streaming)) == (False, False, [])
    streaming.feed(front_end.ack(STOP + 2) + front_end.ack(START + 2) + front_end.samples(0))
    assert firsts(streaming) == [0]
