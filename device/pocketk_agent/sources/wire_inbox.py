"""What has come over the wire, sorted: the host's end of the protocol, without any waiting."""

from collections import deque

import numpy as np

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.sources.index_tracker import IndexTracker, TimeJumpError
from pocketk_agent.sources.sequence_barrier import SequenceBarrier
from pocketk_agent.sources.sequence_history import SequenceHistory
from pocketk_agent.sources.source import SourceLostError
from pocketk_firmware.frame import FrameReader
from pocketk_firmware.messages import ACK_BUSY, ACK_OK, LOG_ERROR, Ack, Hello, Log, unpack_message
from pocketk_firmware.samples import Samples
from pocketk_firmware.status import STREAM_ENDED, STREAM_FAULT, STREAM_IDLE, Status

# One idle status may be from before the start; after two in a row, nobody streams.
_IDLE_STATUSES = 2
# One sequence number out of place may be a greeting that was long on its way; two are another count.
_CONTRADICTIONS = 2


class WireInbox:
    """Takes bytes, keeps what they said.

    A stream begins in two steps, after `expect_stream`: the answer to STOP, before which samples are left-overs that
    nobody wants, then the answer to START or, should that be lost, the first sample. From then on, a greeting means
    that the front end has started again, which makes it lost.

    Attributes:
        blocks: sample blocks that wait to be read, in order of arrival.
        acks: answers by the token of their command.
        hello: the last greeting, None before the first.
        status: the last status, None before the first.
        failure: why the front end is lost, None while it is not.
        ended: the front end has said that there will be no more samples.
        malformed: frames that arrived whole and made no sense.
    """

    def __init__(self) -> None:
        self.blocks: deque[SampleBlock] = deque()
        self.acks: dict[int, Ack] = {}
        self.hello: Hello | None = None
        self.status: Status | None = None
        self.failure: SourceLostError | None = None
        self.ended = False
        self.malformed = 0
        self._reader = FrameReader(self._on_frame)
        self._history = SequenceHistory()
        self._index = IndexTracker(0)
        self._stop_token = self._start_token = -1
        self._stopped: SequenceBarrier | None = None
        self._started: SequenceBarrier | None = None
        self._restarts_before = self._contradictions_before = 0
        self._idle_statuses = 0
        self._end_index = 0
        self._last_error = "no reason given"

    def feed(self, data: bytes) -> None:
        """Take what has arrived; any bytes whatever are fine."""
        self._reader.feed(data)

    def expect_stream(self, stop_token: int, start_token: int, furthest_samples: int) -> None:
        """A STOP and a START with these tokens are about to be sent.

        Args:
            stop_token: of the STOP.
            start_token: of the START.
            furthest_samples: a block further than this from the newest sample is not believed.
        """
        self.forget_stream()
        self._stop_token, self._start_token = stop_token, start_token
        self._index = IndexTracker(furthest_samples)

    def forget_stream(self) -> None:
        """Nobody wants samples any more, until `expect_stream`."""
        self.blocks.clear()
        self.ended = False
        self._stop_token = self._start_token = -1
        self._stopped = self._started = None
        self._idle_statuses = 0

    @property
    def streaming(self) -> bool:
        """True from the moment at which the expected stream has begun."""
        return self._started is not None

    @property
    def complete(self) -> bool:
        """Everything up to the end that the front end announced has arrived."""
        return self.ended and self._index.newest_stop >= self._end_index

    @property
    def speaks_other_version(self) -> bool:
        """True where the other end sends frames of a protocol version that this agent does not know."""
        return self._reader.faults.bad_version > 0

    def faults(self) -> dict[str, int]:
        """Every fault counter of both ends by name: `front_end_...` as last reported, `wire_...` as counted here."""
        counters = {f"wire_{name}": getattr(self._reader.faults, name) for name in self._reader.faults.NAMES}
        counters["wire_malformed"] = self.malformed
        counters["wire_repeated_blocks"] = self._index.repeated
        counters["wire_time_jumps"] = self._index.implausible
        if self.status is not None:
            counters.update({f"front_end_{name}": getattr(self.status, name) for name in Status.COUNTERS})
        return counters

    def _on_frame(self, frame_type: int, sequence: int, payload: memoryview, auth: memoryview) -> None:
        """Called by the frame reader; must not raise."""
        del auth  # carried since version 1; nothing checks it yet
        try:
            message = unpack_message(frame_type, payload)
        except ValueError:
            self.malformed += 1
            return
        self._history.record(sequence, frame_type, payload)
        before_stop = self._stopped is None or self._stopped.is_late(sequence)
        before_start = self._started is None or self._started.is_late(sequence)
        self._notice_restart(message, before_start)
        if isinstance(message, Samples):
            self._on_samples(message, sequence, before_stop)
        elif isinstance(message, Status):
            self._on_status(message, before_start)
        elif isinstance(message, Ack):
            self._on_ack(message, sequence)
        elif isinstance(message, Hello):
            self.hello = message
        elif isinstance(message, Log) and message.level == LOG_ERROR:
            self._last_error = message.text

    def _notice_restart(self, message: object, before_start: bool) -> None:
        if self._started is None:
            return
        counted = self._reader.faults.restarts > self._restarts_before
        counted |= self._history.contradictions - self._contradictions_before >= _CONTRADICTIONS
        if counted or (isinstance(message, Hello) and not before_start):
            self._fail("front-end-restarted", "The front end started again in the middle of the recording.")

    def _on_ack(self, ack: Ack, sequence: int) -> None:
        self.acks[ack.token] = ack
        if ack.token == self._stop_token and ack.status == ACK_OK and self._stopped is None:
            self._stopped = SequenceBarrier(sequence)
        # Busy: the first START was obeyed and its answer lost; this answers the repetition.
        if ack.token == self._start_token and ack.status in (ACK_OK, ACK_BUSY):
            self._begin(sequence)

    def _begin(self, sequence: int) -> None:
        if self._started is None:
            self._started = SequenceBarrier(sequence)
            self._restarts_before = self._reader.faults.restarts
            self._contradictions_before = self._history.contradictions

    def _on_samples(self, samples: Samples, sequence: int, before_stop: bool) -> None:
        if before_stop or self.failure is not None:
            return
        self._begin(sequence)
        try:
            first = self._index.place(samples.first_index, len(samples.counts))
        except TimeJumpError as error:
            self._fail("time-jump", str(error))
            return
        if first is not None:
            counts = np.array(samples.counts, dtype=np.int32)
            self.blocks.append(SampleBlock(first, counts, np.array(samples.lead_off, dtype=np.bool_)))

    def _on_status(self, status: Status, before_start: bool) -> None:
        self.status = status
        if before_start or self.ended:
            return
        self._idle_statuses = self._idle_statuses + 1 if status.stream == STREAM_IDLE else 0
        if status.stream == STREAM_ENDED:
            self.ended = True
            self._end_index = status.sample_index
        elif status.stream == STREAM_FAULT:
            self._fail("front-end-fault", f"The front end reports a fault: {self._last_error}.")
        elif self._idle_statuses >= _IDLE_STATUSES:
            self._fail("front-end-restarted", "The front end no longer streams: it was restarted or stopped.")

    def _fail(self, code: str, message: str) -> None:
        if self.failure is None:
            self.failure = SourceLostError(code, message)
