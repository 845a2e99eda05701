"""A handheld at the other end of a line of bytes."""

from collections.abc import Callable

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.sources.source import EndOfStream, SelfTest, Source, SourceLostError
from pocketk_agent.sources.wire_inbox import WireInbox
from pocketk_agent.transport.transport import Transport, TransportLostError
from pocketk_firmware.frame import PROTOCOL_VERSION, FrameWriter
from pocketk_firmware.messages import (
    ACK_BUSY,
    ACK_FAILED,
    ACK_OK,
    COMMAND_IDENTIFY,
    COMMAND_SELF_TEST,
    COMMAND_START,
    COMMAND_STOP,
    Ack,
    Command,
    Hello,
)
from pocketk_firmware.status import BATTERY_UNKNOWN, TEMPERATURE_UNKNOWN

# A command is sent this often, and each time this long waited for its answer: three seconds in all.
ATTEMPTS = 6
ANSWER_S = 0.5
# A block further than this from the newest sample is not believed.
FURTHEST_S = 10.0
# After the end was announced, how long to listen for frames that it has overtaken.
_LATE_FRAMES_S = 0.2
_TOKENS = 2**16
_PV_PER_MV = 1e9
# Answers other than OK that a command may have: a repeated START is busy, a self-test may fail.
_ACCEPTED = {COMMAND_START: (ACK_OK, ACK_BUSY), COMMAND_SELF_TEST: (ACK_OK, ACK_FAILED)}
_OTHER_VERSION = f"The front end does not speak wire protocol {PROTOCOL_VERSION}; update its firmware or this agent."


class SerialSource(Source):
    """The host's end of the wire protocol, over any `Transport`.

    A corrupt or lost frame is a gap in the indices, a repeated one is dropped, and one that was overtaken is delivered
    late, with its own index. Codes of `SourceLostError`: `front-end-lost` (the line is dead), `front-end-silent` (no
    answer), `protocol-version`, `front-end-refused` (a command), `front-end-invalid` (an impossible rate),
    `front-end-restarted`, `front-end-fault`, `time-jump`, `not-open`.

    Args:
        transport: the line; opened and closed here.
        clock: for time-outs.
        answer_s: how long to wait for each answer to a command, seconds.
        attempts: how often to send a command that is not answered.
    """

    def __init__(
        self, transport: Transport, clock: Clock, *, answer_s: float = ANSWER_S, attempts: int = ATTEMPTS
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._answer_s = answer_s
        self._attempts = attempts
        self._inbox = WireInbox()
        self._writer = FrameWriter(self._write)
        # Another agent's first command must not look like this one's: the front end would drop it as a repeat.
        self._token = int(clock.monotonic_s() * 1000) % _TOKENS
        self._late_until_s: float | None = None
        self._front_end: FrontEnd | None = None
        self._begun = False

    def open(self) -> FrontEnd:
        """Identify the front end, stop whatever it streams, and start a new stream at index 0.

        Raises:
            SourceLostError: nothing there, no answer, another protocol version, or a command refused.
        """
        self._inbox = WireInbox()
        self._writer = FrameWriter(self._write)
        self._begun = False
        self._late_until_s = None
        try:
            self._transport.open()
            front_end = _front_end_of(self._identify())
            self._start(front_end)
        except TransportLostError as error:
            self.close()
            raise SourceLostError("front-end-lost", str(error)) from error
        except SourceLostError:
            self.close()
            raise
        self._front_end = front_end
        return front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; blocks come in the order in which they arrived."""
        if self._front_end is None:
            raise SourceLostError("not-open", "The handheld is not open; call open() first.")
        self._begun = True
        deadline_s = self._clock.monotonic_s() + max(0.0, timeout_s)
        while not self._inbox.blocks:
            if self._inbox.failure is not None:
                raise SourceLostError(self._inbox.failure.code, str(self._inbox.failure))
            if self._inbox.ended:
                self._listen_for_late_frames()
                continue
            left_s = deadline_s - self._clock.monotonic_s()
            if not self._receive(max(0.0, left_s)) or left_s <= 0.0:
                break
        return self._inbox.blocks.popleft() if self._inbox.blocks else None

    def self_test(self) -> SelfTest:
        """Stop the stream, have the front end test itself, and start the stream again at index 0."""
        if self._front_end is None or self._begun:
            return SelfTest(False, "A self-test runs after open() and before the first read.")
        try:
            answer = self._test(self._front_end)
        except SourceLostError as error:
            return SelfTest(False, f"{error.code}: {error}")
        return SelfTest(answer.status == ACK_OK, answer.text)

    def health(self) -> FrontEndHealth:
        """What the last STATUS said, with the fault counters of both ends."""
        status = self._inbox.status
        battery = None if status is None or status.battery_percent == BATTERY_UNKNOWN else status.battery_percent
        centi_c = TEMPERATURE_UNKNOWN if status is None else status.temperature_centi_c
        return FrontEndHealth(
            battery_percent=battery,
            temperature_c=None if centi_c == TEMPERATURE_UNKNOWN else centi_c / 100,
            faults=self._inbox.faults(),
        )

    def close(self) -> None:
        """Tell the front end to stop, if it still listens, and let go of the line."""
        self._front_end = None
        try:
            self._send(COMMAND_STOP, self._next_token())
        except SourceLostError:
            pass  # not open, or gone: then there is nothing to stop
        finally:
            self._transport.close()

    def _test(self, front_end: FrontEnd) -> Ack:
        stop_token, test_token = self._next_token(), self._next_token()
        self._inbox.forget_stream()
        self._ask(COMMAND_STOP, stop_token, lambda: stop_token in self._inbox.acks)
        self._ask(COMMAND_SELF_TEST, test_token, lambda: test_token in self._inbox.acks)
        self._start(front_end)
        return self._inbox.acks[test_token]

    def _identify(self) -> Hello:
        token = self._next_token()
        self._ask(COMMAND_IDENTIFY, token, lambda: token in self._inbox.acks and self._inbox.hello is not None)
        if self._inbox.hello is None:
            raise AssertionError("an answered IDENTIFY has brought no greeting")
        return self._inbox.hello

    def _start(self, front_end: FrontEnd) -> None:
        stop_token, start_token = self._next_token(), self._next_token()
        self._inbox.expect_stream(stop_token, start_token, round(FURTHEST_S * front_end.fs_hz))
        self._ask(COMMAND_STOP, stop_token, lambda: stop_token in self._inbox.acks)
        self._ask(COMMAND_START, start_token, lambda: self._inbox.streaming)

    def _ask(self, command: int, token: int, done: Callable[[], bool]) -> None:
        """Send a command until `done`.

        Raises:
            SourceLostError: refused, not answered, or the line is dead.
        """
        for _ in range(self._attempts):
            self._send(command, token)
            deadline_s = self._clock.monotonic_s() + self._answer_s
            left_s = self._answer_s
            while not done() and left_s > 0.0:
                if not self._receive(left_s):
                    break
                self._check_refusal(command, token)
                left_s = deadline_s - self._clock.monotonic_s()
            if done():
                return
        if self._inbox.speaks_other_version:
            raise SourceLostError("protocol-version", _OTHER_VERSION)
        raise SourceLostError(
            "front-end-silent",
            f"No answer to command {command} in {self._attempts} attempts. Is it a handheld?",
        )

    def _check_refusal(self, command: int, token: int) -> None:
        answer = self._inbox.acks.get(token)
        if answer is not None and answer.status not in _ACCEPTED.get(command, (ACK_OK,)):
            raise SourceLostError(
                "front-end-refused", f"The front end refused command {command} ({answer.status}): {answer.text}"
            )

    def _listen_for_late_frames(self) -> None:
        """After the announced end, wait a little for what it has overtaken.

        Raises:
            EndOfStream: everything is there, or nothing more comes.
        """
        now_s = self._clock.monotonic_s()
        if self._late_until_s is None:
            self._late_until_s = now_s + _LATE_FRAMES_S
        left_s = self._late_until_s - now_s
        if self._inbox.complete or left_s <= 0.0 or not self._receive(left_s):
            raise EndOfStream("The front end has no more samples.")

    def _receive(self, timeout_s: float) -> bool:
        """Take what arrives within the time-out; False where nothing did."""
        try:
            data = self._transport.read(timeout_s)
        except TransportLostError as error:
            raise SourceLostError("front-end-lost", str(error)) from error
        self._inbox.feed(data)
        return bool(data)

    def _send(self, command: int, token: int) -> None:
        try:
            self._writer.send_message(Command(command=command, argument=0, token=token))
        except TransportLostError as error:
            raise SourceLostError("front-end-lost", str(error)) from error

    def _write(self, data: memoryview) -> int:
        self._transport.write(bytes(data))
        return len(data)

    def _next_token(self) -> int:
        self._token = (self._token + 1) % _TOKENS
        return self._token


def _front_end_of(hello: Hello) -> FrontEnd:
    """The greeting as the agent's contract has it.

    Raises:
        SourceLostError: another protocol version, an impossible rate, or names that are none.
    """
    if hello.protocol != PROTOCOL_VERSION:
        raise SourceLostError("protocol-version", _OTHER_VERSION)
    try:
        fs_hz = check_rate(hello.fs_millihz / 1000)
    except RateError as error:
        raise SourceLostError("front-end-invalid", str(error)) from error
    # A record that names no lead cannot be kept, and firmware that calls itself none would pass for a file.
    if not (hello.lead and hello.profile) or hello.firmware == NO_FIRMWARE:
        raise SourceLostError(
            "front-end-invalid",
            f"The front end states lead {hello.lead!r}, profile {hello.profile!r} and firmware {hello.firmware!r}; "
            "expected names.",
        )
    return FrontEnd(
        serial=hello.serial,
        firmware=hello.firmware,
        runtime=hello.runtime,
        profile=hello.profile,
        lead=hello.lead,
        fs_hz=fs_hz,
        lsb_mv=hello.lsb_pv / _PV_PER_MV,
        zero_counts=hello.zero_counts,
        rail_low_counts=hello.rail_low_counts,
        rail_high_counts=hello.rail_high_counts,
        adc_bits=hello.adc_bits,
    )
