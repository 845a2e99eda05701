"""The state machine of a measurement, driven by the device's sample index alone."""

from dataclasses import dataclass

import numpy as np

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.state import FlowState


@dataclass(frozen=True)
class FlowTimes:
    """How long each station lasts, in seconds of device time.

    Attributes:
        placement_s: longest wait for two thumbs (peers' flow: 15 s).
        stabilise_s: contact that must hold before recording (peers' flow: 5 s).
        record_s: a full measurement.
        slack_s: how long a late frame is waited for after the last sample.
    """

    placement_s: float = 15.0
    stabilise_s: float = 5.0
    record_s: float = 30.0
    slack_s: float = 0.2


class MeasurementFlow:
    """IDLE, WAIT_CONTACT, STABILISING, RECORDING, ANALYSING, DONE.

    The stations follow the device's clock: a file played at fifty times real time passes them as a thumb does.

    Args:
        fs_hz: rate of the front end.
        times: durations.
    """

    def __init__(self, fs_hz: float, times: FlowTimes | None = None) -> None:
        self.times = FlowTimes() if times is None else times
        self.state = FlowState.IDLE
        self.contact = False
        self.window_start: int | None = None
        self._fs_hz = fs_hz
        self._slack = round(self.times.slack_s * fs_hz)
        self._now = 0
        self._since = 0

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._fs_hz)

    def _enter(self, state: FlowState, index: int) -> None:
        self.state, self._since = state, index

    @property
    def window_stop(self) -> int | None:
        """Device index at which a full recording ends."""
        return None if self.window_start is None else self.window_start + self._samples(self.times.record_s)

    @property
    def recorded_s(self) -> float:
        """Seconds of the recording so far."""
        if self.window_start is None or self.window_stop is None:
            return 0.0
        return max(0, min(self._now, self.window_stop) - self.window_start) / self._fs_hz

    @property
    def remaining_s(self) -> float | None:
        """Seconds left in this station, None where it has no end."""
        length_s = {
            FlowState.WAIT_CONTACT: self.times.placement_s,
            FlowState.STABILISING: self.times.stabilise_s,
            FlowState.RECORDING: self.times.record_s,
        }.get(self.state)
        return None if length_s is None else max(0.0, length_s - (self._now - self._since) / self._fs_hz)

    def start(self, index: int) -> None:
        """Begin to wait for contact at a device index.

        Raises:
            ValueError: the measurement has begun already.
        """
        if self.state is not FlowState.IDLE:
            raise ValueError(f"A measurement starts from IDLE, not from {self.state}.")
        self._now = index
        self._enter(FlowState.WAIT_CONTACT, index)

    def advance(self, block: SampleBlock) -> None:
        """Take a block into account; blocks from the past change nothing."""
        if block.stop_index <= self._now:
            return
        skip = max(0, self._now - block.first_index)
        self._follow_contact(block.lead_off[skip:], block.first_index + skip)
        self._now = block.stop_index
        self.contact = not bool(block.lead_off[-1])
        self._let_time_pass()

    def end_of_stream(self) -> None:
        """No more samples will come: analyse what there is."""
        if self.state is not FlowState.DONE:
            self._enter(FlowState.ANALYSING, self._now)

    def done(self) -> None:
        """The outcome is out."""
        self._enter(FlowState.DONE, self._now)

    def _follow_contact(self, lead_off: np.ndarray, index: int) -> None:
        """Contact begins with the first sample after the last one without, and is lost with any without."""
        off = np.flatnonzero(lead_off)
        if self.state is FlowState.STABILISING and off.size and not self._stable_before(index + int(off[0])):
            self._enter(FlowState.WAIT_CONTACT, index + int(off[0]))
        if self.state is FlowState.WAIT_CONTACT and not lead_off[-1]:
            self._enter(FlowState.STABILISING, index + (int(off[-1]) + 1 if off.size else 0))

    def _stable_before(self, index: int) -> bool:
        return index - self._since >= self._samples(self.times.stabilise_s)

    def _let_time_pass(self) -> None:
        if self.state is FlowState.WAIT_CONTACT and self._now - self._since >= self._samples(self.times.placement_s):
            self._enter(FlowState.ANALYSING, self._now)
        if self.state is FlowState.STABILISING and self._stable_before(self._now):
            self.window_start = self._since + self._samples(self.times.stabilise_s)
            self._enter(FlowState.RECORDING, self.window_start)
        stop = self.window_stop
        if self.state is FlowState.RECORDING and stop is not None and self._now >= stop + self._slack:
            self._enter(FlowState.ANALYSING, self._now)
