"""Everything that follows the stream of one measurement: recorder, flow, live quality, provisional score."""

import contextlib
from dataclasses import replace

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, SampleBlock
from pocketk_agent.measurement.display_trace import DisplayTrace
from pocketk_agent.measurement.flow import FlowTimes, MeasurementFlow
from pocketk_agent.measurement.guidance import guidance_for
from pocketk_agent.measurement.monitor import SignalMonitor
from pocketk_agent.measurement.provisional import ProvisionalScorer
from pocketk_agent.measurement.recorder import Recorder, Recording
from pocketk_agent.measurement.scoring import enough_clips
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.measurement.strip import Strip, Verdicts
from pocketk_agent.quality.reason import QualityReason
from pocketk_agent.screen.screen import ScreenFrame
from pocketk_agent.signal.errors import SignalError

# Placement, stabilising with some restarts, and one minute of recording fit in.
CAPACITY_S = 180.0


class Capture:
    """Takes the blocks of one front end and says where the measurement stands.

    Args:
        front_end: scale and identity.
        times: durations of the flow.
        variant: preprocessing id, for the look at what was recorded.
        mains_hz: 50 or 60.
        provisional: what scores the newest seconds; None for nothing.
    """

    def __init__(
        self,
        front_end: FrontEnd,
        times: FlowTimes,
        variant: str,
        mains_hz: float,
        provisional: ProvisionalScorer | None = None,
    ) -> None:
        self.recorder = Recorder(front_end, CAPACITY_S)
        self.flow = MeasurementFlow(front_end.fs_hz, times, self._enough)
        self._front_end, self._variant, self._mains_hz = front_end, variant, mains_hz
        self._provisional = provisional
        self._monitor = SignalMonitor(self.recorder, mains_hz)
        self._trace = DisplayTrace(front_end)
        self._missing: tuple[QualityReason, ...] = ()
        self._verdicts: Verdicts = {}

    @property
    def over(self) -> bool:
        """True once no further block is of use."""
        return self.flow.state is FlowState.ANALYSING or self.recorder.full

    def add(self, block: SampleBlock) -> None:
        """File a block and let its time pass."""
        if self.flow.state is FlowState.IDLE:
            self.flow.start(block.first_index)
        self.recorder.add(block)
        self._trace.add(block)
        self.flow.advance(block)

    @property
    def window(self) -> tuple[int, int] | None:
        """Device indices of the recording so far, None before it began."""
        start, stop = self.flow.window_start, self.flow.window_stop
        if start is None:
            return None
        return start, max(start, min(self.recorder.stop_index if stop is None else stop, self.recorder.stop_index))

    def strip(self) -> Strip | None:
        """What was recorded, None before anything was."""
        window = self.window
        return None if window is None or window[0] == window[1] else self._strip(*window)

    def _strip(self, start: int, stop: int) -> Strip:
        part = self.recorder.recording().between(start, stop)
        return replace(Strip.of_recording(part, self._mains_hz, self.flow.segments), verdicts=self._verdicts)

    def _enough(self, start: int, stop: int) -> bool:
        """Whether that much is a full measurement; what cannot be judged at all is left to the final verdict."""
        try:
            enough, self._missing = enough_clips(self._strip(start, stop), self._variant)
        except SignalError:
            return True
        return enough

    def tick(self, clock: Clock) -> None:
        """Have the newest seconds scored where that is due."""
        if self._provisional is None:
            return
        if self.flow.state is not FlowState.RECORDING:
            self._provisional.pause()
        elif self._provisional.due(clock.monotonic_s()):
            self._provisional.offer(self._newest(self._provisional.window_s))
            self._look_ahead()

    def _look_ahead(self) -> None:
        """Judge what is there already, so that the look at 30 s does not hold up the stream; changes nothing else."""
        strip = None if self.flow.extended else self.strip()
        if strip is not None:
            with contextlib.suppress(SignalError):  # too early to tell
                enough_clips(strip, self._variant)

    def _newest(self, seconds: float) -> Recording:
        """A copy of the newest seconds of the running segment."""
        tail = self.recorder.tail(seconds)
        segments = self.flow.segments
        start = segments[-1].start if segments else self.recorder.stop_index
        part = tail.between(max(start, tail.first_index), self.recorder.stop_index)
        return replace(part, counts=part.counts.copy(), lead_off=part.lead_off.copy(), missing=part.missing.copy())

    def frame(self) -> ScreenFrame:
        """The picture of the moment."""
        flow, quality = self.flow, self._monitor.quality()
        return ScreenFrame(
            state=flow.state,
            contact=flow.contact,
            quality_in_words=quality.in_words,
            good=quality.good,
            remaining_s=flow.remaining_s,
            recorded_s=flow.recorded_s,
            target_s=flow.target_s,
            trace_mv=self._trace.newest_mv(),
            trace_fs_hz=self._trace.fs_hz,
            gaps=len(self.recorder.tail(CAPACITY_S).gaps),
            extended=flow.extended,
            guidance=guidance_for(flow, quality, self._missing),
        )
