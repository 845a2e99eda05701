"""The handheld's main loop: obey commands, send samples when their time has come, report the status."""

import sys
from array import array

from pocketk_firmware import VERSION
from pocketk_firmware.constant import const
from pocketk_firmware.frame import PROTOCOL_VERSION, FrameReader, FrameWriter
from pocketk_firmware.messages import (
    ACK_BAD_ARGUMENT,
    ACK_BUSY,
    ACK_FAILED,
    ACK_OK,
    ACK_UNSUPPORTED,
    COMMAND_BREAK,
    COMMAND_IDENTIFY,
    COMMAND_SELF_TEST,
    COMMAND_START,
    COMMAND_STOP,
    LOG_ERROR,
    LOG_WARNING,
    Ack,
    Command,
    Hello,
    Log,
)
from pocketk_firmware.payload import printable
from pocketk_firmware.samples import FLAG_LEAD_OFF, Samples, pack_samples_into
from pocketk_firmware.status import STREAM_ENDED, STREAM_FAULT, STREAM_IDLE, STREAM_STREAMING, Status
from pocketk_firmware.ticks import Stopwatch

SAMPLES_PER_FRAME = const(25)
STATUS_PERIOD_US = const(1000000)
REAL_TIME_PERMILLE = const(1000)

_INBOX_BYTES = const(64)
_SOURCE_POLL_MS = const(1)  # how soon to look again at a source that has nothing yet


def runtime_name() -> str:
    """Return the interpreter and its version, for example "cpython 3.11.7"."""
    return "%s %d.%d.%d" % ((sys.implementation.name,) + tuple(sys.implementation.version[:3]))


class Handheld:
    """A front end on a link.

    Args:
        adc: the `SampleAdc` to stream from; it is opened here once, to learn what HELLO says.
        link: has `read_into(buffer) -> n` (0: nothing there), `write(buffer) -> n` and `wait(timeout_ms)`
            (returns early when there is something to read); `read_into` and `write` raise EOFError once
            the host has gone.
        serial: serial number; the source's own if empty.
        speed_permille: simulated time over real time while streaming, in thousandths; 0 is as fast as the
            link takes the frames.
        stopwatch: the clock.

    Raises:
        OSError, ValueError: the source cannot be read.
    """

    def __init__(self, adc, link, serial: str = "", speed_permille: int = REAL_TIME_PERMILLE, stopwatch=None):
        self._adc = adc
        self._link = link
        self._speed_permille = speed_permille
        self._pace_permille = REAL_TIME_PERMILLE
        self._stopwatch = stopwatch or Stopwatch()
        self._reader = FrameReader(self._on_frame)
        self._writer = FrameWriter(link.write)
        self._inbox = bytearray(_INBOX_BYTES)
        self._counts = array("i", bytes(4 * SAMPLES_PER_FRAME))
        self._flags = bytearray(SAMPLES_PER_FRAME)
        self._held = 0  # samples read that wait for their time
        self._next_index = 0
        self._status_due_us = STATUS_PERIOD_US
        self._status = Status.blank()
        self._running = True
        self._header = adc.open()
        self._serial = serial or self._header.serial
        self._commands = {
            COMMAND_IDENTIFY: self._identify,
            COMMAND_START: self._start,
            COMMAND_STOP: self._stop,
            COMMAND_SELF_TEST: self._self_test,
            COMMAND_BREAK: self._break,
        }

    def run(self) -> None:
        """Serve the link until a BREAK command comes or the host goes away."""
        try:
            self.greet()
            while self._running:
                self.step()
        except EOFError:
            self._running = False  # the host has gone: there is nobody left to tell
        finally:
            self._adc.close()

    def greet(self) -> None:
        """Send HELLO and STATUS."""
        self._send(self._hello())
        self._send_status()

    def step(self) -> None:
        """Do what is due next, or wait until something is due or a byte comes in.

        Raises:
            EOFError: the host has gone.
        """
        self._reader.feed(self._inbox, self._link.read_into(self._inbox))
        if not self._running:
            return
        streaming = self._status.stream == STREAM_STREAMING
        if streaming and not self._held:
            self._fetch()
        samples_due_us = self._samples_due_us()
        samples_first = bool(self._held) and samples_due_us <= self._status_due_us
        wait_us = self._remaining_us(samples_due_us if samples_first else self._status_due_us)
        if wait_us > 0:
            wait_ms = (wait_us + 999) // 1000
            starved = self._status.stream == STREAM_STREAMING and not self._held
            self._link.wait(min(wait_ms, _SOURCE_POLL_MS) if starved else wait_ms)
        elif samples_first:
            self._send_samples()
        else:
            self._send_status()
            self._status_due_us += STATUS_PERIOD_US

    # Time: simulated microseconds since the stream, or the loop, changed its state.

    def _restart_clock(self, pace_permille):
        self._pace_permille = pace_permille
        self._status_due_us = STATUS_PERIOD_US
        self._stopwatch.restart()

    def _remaining_us(self, event_us):
        """Return the real microseconds until the simulated time `event_us`; 0 or less if it is due."""
        if not self._pace_permille:
            return 0
        return event_us * 1000 // self._pace_permille - self._stopwatch.elapsed_us()

    def _samples_due_us(self):
        """Return the simulated time at which the last of the held samples has been taken."""
        return (self._adc.first_index + self._held) * 1000000000 // self._header.fs_millihz

    # Streaming

    def _fetch(self):
        """Read the next block, or end the stream where there is none."""
        try:
            self._held = self._adc.read_into(self._counts, self._flags, SAMPLES_PER_FRAME)
        except (OSError, ValueError) as error:
            self._end_stream(STREAM_FAULT, LOG_ERROR, str(error))
            return
        lost = self._adc.first_index - self._next_index
        if lost and (self._held or self._adc.ended):
            self._status.adc_overruns += 1
            self._status.samples_dropped += lost
            self._next_index = self._adc.first_index
        if self._adc.ended and not self._held:
            self._end_stream(STREAM_ENDED, LOG_WARNING, self._adc.end_note)

    def _send_samples(self):
        n = self._held
        try:
            length = pack_samples_into(self._writer.payload, self._adc.first_index, self._counts, self._flags, n)
        except ValueError as error:
            self._end_stream(STREAM_FAULT, LOG_ERROR, str(error))
            return
        self._held = 0
        self._next_index = self._adc.first_index + n
        self._status.lead_off = self._flags[n - 1] & FLAG_LEAD_OFF
        if not self._writer.send(Samples.TYPE, length):
            self._status.frames_dropped += 1
            self._status.samples_dropped += n

    def _end_stream(self, state, level, reason):
        self._held = 0
        self._adc.close()
        self._status.stream = state
        self._restart_clock(REAL_TIME_PERMILLE)
        if reason:
            self._send(Log(level=level, text=printable(reason)))
        self._send_status()

    # Messages

    def _send(self, message):
        if not self._writer.send_message(message):
            self._status.frames_dropped += 1

    def _send_status(self):
        status, faults = self._status, self._reader.faults
        status.sample_index = self._next_index
        status.rx_bad_crc = faults.bad_crc
        status.rx_bad_cobs = faults.bad_cobs
        status.rx_bad_other = faults.total() - faults.bad_crc - faults.bad_cobs
        self._send(status)

    def _hello(self):
        header = self._header
        return Hello(
            protocol=PROTOCOL_VERSION,
            serial=self._serial,
            firmware=VERSION,
            profile=header.profile,
            fs_millihz=header.fs_millihz,
            lsb_pv=header.lsb_pv,
            zero_counts=header.zero_counts,
            rail_low_counts=header.rail_low_counts,
            rail_high_counts=header.rail_high_counts,
            adc_bits=header.adc_bits,
            lead=header.lead,
            runtime=runtime_name(),
        )

    # Commands

    def _on_frame(self, frame_type, sequence, payload, auth):  # noqa: ARG002  the tag is not checked yet
        try:
            if frame_type != Command.TYPE:
                raise ValueError("not a command")
            command = Command.unpack(payload)
        except ValueError:
            self._status.commands_refused += 1
            return
        obey = self._commands.get(command.command)
        if obey is None:
            self._acknowledge(command.token, ACK_UNSUPPORTED)
        elif command.argument:
            self._acknowledge(command.token, ACK_BAD_ARGUMENT, "takes no argument")
        else:
            obey(command.token)

    def _acknowledge(self, token, status, text=""):
        if status != ACK_OK:
            self._status.commands_refused += 1
        self._send(Ack(token=token, status=status, text=printable(text)))

    def _identify(self, token):
        self._acknowledge(token, ACK_OK)
        self._send(self._hello())

    def _start(self, token):
        if self._status.stream == STREAM_STREAMING:
            self._acknowledge(token, ACK_BUSY, "already streaming")
            return
        try:
            self._header = self._adc.open()
        except (OSError, ValueError) as error:
            self._acknowledge(token, ACK_FAILED, str(error))
            return
        self._acknowledge(token, ACK_OK)
        self._next_index = 0
        self._held = 0
        self._status.stream = STREAM_STREAMING
        self._restart_clock(self._speed_permille)
        self._send_status()

    def _stop(self, token):
        self._acknowledge(token, ACK_OK)
        self._end_stream(STREAM_IDLE, LOG_WARNING, "")

    def _self_test(self, token):
        if self._status.stream == STREAM_STREAMING:
            self._acknowledge(token, ACK_BUSY, "streaming")
            return
        problem = self._adc.self_test()
        self._acknowledge(token, ACK_FAILED if problem else ACK_OK, problem or "pass")

    def _break(self, token):
        self._acknowledge(token, ACK_OK)
        self._running = False
