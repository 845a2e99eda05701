"""The state machine of a measurement, driven by the device's sample index alone."""

from collections.abc import Callable
from dataclasses import dataclass

from pocketk_agent.front_end import SampleBlock
from pocketk_agent.measurement.contact import ContactChange, ContactDebounce
from pocketk_agent.measurement.state import FlowState
from pocketk_agent.signal.segments import SEARCH_S, Span


@dataclass(frozen=True)
class FlowTimes:
    """How long each station lasts, in seconds of device time.

    Attributes:
        debounce_s: contact and its loss must last this long to count (common in consumer recorders).
        placement_s: longest wait for two thumbs (common in consumer recorders: 15 s).
        stabilise_s: contact that must hold before recording (common in consumer recorders: 5 s).
        record_s: a full measurement.
        longest_s: from the first recorded sample to the last one at most; clips come from the first 60 s.
        recheck_s: how often an extended recording is looked at again (engineering choice).
        slack_s: how long a late frame is waited for after the last sample (engineering choice).

    Raises:
        ValueError: a duration that is negative, or a longest recording shorter than a full one.
    """

    debounce_s: float = 0.5
    placement_s: float = 15.0
    stabilise_s: float = 5.0
    record_s: float = 30.0
    longest_s: float = SEARCH_S
    recheck_s: float = 1.0
    slack_s: float = 0.2

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 0.0 or self.recheck_s == 0.0:
            raise ValueError(f"{self}: expected durations of 0 s or more, and of more than 0 s between two looks.")
        if self.longest_s < self.record_s:
            raise ValueError(f"The longest recording is {self.longest_s} s; expected {self.record_s} s or more.")


def _whatever_was_recorded(_start: int, _stop: int) -> bool:
    return True


class MeasurementFlow:
    """IDLE, WAIT_CONTACT, STABILISING, RECORDING, ANALYSING, DONE.

    The stations follow the device's clock: a file played at fifty times real time passes them as a thumb does.
    Contact lost while recording leads back to WAIT_CONTACT and STABILISING; what was recorded is kept, and the
    recording goes on. After a full measurement, and then every second, `enough` says whether it may end.

    Args:
        fs_hz: rate of the front end.
        times: durations.
        enough: whether the samples from the first to before the second device index make a full measurement.

    Attributes:
        state: the present station.
        extended: True once a full measurement was not enough.
        window_start: device index of the first recorded sample, None before.
        window_stop: device index after the last one, None before the recording has ended.
    """

    def __init__(
        self,
        fs_hz: float,
        times: FlowTimes | None = None,
        enough: Callable[[int, int], bool] = _whatever_was_recorded,
    ) -> None:
        self.times = FlowTimes() if times is None else times
        self.state = FlowState.IDLE
        self.extended = False
        self.window_start: int | None = None
        self.window_stop: int | None = None
        self._fs_hz = fs_hz
        self._enough = enough
        self._debounce = ContactDebounce(self._samples(self.times.debounce_s))
        self._now = 0
        self._since = 0
        self._segments: list[Span] = []
        self._next_look = self._samples(self.times.record_s)

    def _samples(self, seconds: float) -> int:
        return round(seconds * self._fs_hz)

    def _enter(self, state: FlowState, index: int) -> None:
        self.state, self._since = state, index

    @property
    def contact(self) -> bool:
        """True while both thumbs are on, flickers left out."""
        return self._debounce.contact

    @property
    def segments(self) -> tuple[Span, ...]:
        """What was recorded with settled contact, as device indices; the last one may still grow."""
        stop = self._last_index()
        running = self.state is FlowState.RECORDING and stop > self._since
        return (*self._segments, Span(self._since, stop)) if running else tuple(self._segments)

    @property
    def _recorded(self) -> int:
        return sum(span.length for span in self.segments)

    @property
    def recorded_s(self) -> float:
        """Seconds recorded with settled contact so far; never becomes less."""
        # Samples that come while a late frame is waited for belong to the recording only if it goes on.
        return min(self._recorded, self._next_look) / self._fs_hz

    @property
    def target_s(self) -> float:
        """Seconds of a full measurement, or at most of an extended one."""
        return self.times.longest_s if self.extended else self.times.record_s

    @property
    def complete(self) -> bool:
        """True where as much was recorded as a full measurement has."""
        return self._recorded >= self._samples(self.times.record_s)

    @property
    def _limit(self) -> int | None:
        return None if self.window_start is None else self.window_start + self._samples(self.times.longest_s)

    @property
    def remaining_s(self) -> float | None:
        """Seconds left in this station (at most, once extended), None where it has no end."""
        if self.state is FlowState.RECORDING and not self.extended:
            return self.times.record_s - self.recorded_s
        stop = self._station_stop()
        return None if stop is None else max(0.0, (stop - self._now) / self._fs_hz)

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
        if block.stop_index <= self._now or self.state in (FlowState.IDLE, FlowState.ANALYSING, FlowState.DONE):
            return
        skip = max(0, self._now - block.first_index)
        for change in self._debounce.follow(block.lead_off[skip:], block.first_index + skip):
            # Contact that is lost in the very moment in which it would have settled has not settled.
            tie = self.state is FlowState.STABILISING and not change.contact
            self._let_time_pass(change.at - 1 if tie else change.at)
            self._follow_contact(change)
        self._let_time_pass(block.stop_index)

    def end_of_stream(self) -> None:
        """No more samples will come: analyse what there is."""
        look = self._look_index()
        if look is not None and look <= self._last_index() and self._enough(self._window_start(), look):
            self._finish(look)
        elif self.state not in (FlowState.ANALYSING, FlowState.DONE):
            self._finish(self._last_index())

    def done(self) -> None:
        """The outcome is out."""
        self._enter(FlowState.DONE, self._now)

    def _last_index(self) -> int:
        return self._now if self._limit is None else min(self._now, self._limit)

    def _window_start(self) -> int:
        return self._now if self.window_start is None else self.window_start

    def _finish(self, stop: int) -> None:
        """End the recording before a device index."""
        if self.state is FlowState.RECORDING:
            self._segments.append(Span(self._since, stop))
        if self.window_start is not None:
            self.window_stop = max(self.window_start, stop)
        self._enter(FlowState.ANALYSING, self._now)

    def _follow_contact(self, change: ContactChange) -> None:
        if change.contact and self.state is FlowState.WAIT_CONTACT:
            self._enter(FlowState.STABILISING, change.since)
        elif not change.contact and self.state in (FlowState.STABILISING, FlowState.RECORDING):
            if self.state is FlowState.RECORDING:
                self._segments.append(Span(self._since, change.at))
            self._enter(FlowState.WAIT_CONTACT, change.at)

    def _station_stop(self) -> int | None:
        """Device index at which this station ends by itself."""
        length_s = {FlowState.WAIT_CONTACT: self.times.placement_s, FlowState.STABILISING: self.times.stabilise_s}
        stops = [self._since + self._samples(length_s[self.state])] if self.state in length_s else []
        if self._limit is not None and self.state in (*length_s, FlowState.RECORDING):
            stops.append(self._limit)
        return min(stops, default=None)

    def _look_index(self) -> int | None:
        """Device index up to which the recording is looked at next, None while nothing is recorded."""
        if self.state is not FlowState.RECORDING:
            return None
        before = sum(span.length for span in self._segments)
        return self._since + max(0, self._next_look - before)

    def _next_event(self) -> tuple[int, Callable[[int], None]] | None:
        events: list[tuple[int, Callable[[int], None]]] = []
        stop, look, slack = self._station_stop(), self._look_index(), self._samples(self.times.slack_s)
        if stop is not None:
            # The last sample of a recording may be late; in the other stations nothing is waited for.
            events.append((stop + (slack if self.state is FlowState.RECORDING else 0), self._expire))
        if look is not None and (self._limit is None or look < self._limit):
            events.append((look + slack, self._look))
        return min(events, key=lambda event: event[0], default=None)

    def _let_time_pass(self, until: int) -> None:
        while (event := self._next_event()) is not None and event[0] <= until:
            self._now = max(self._now, event[0])
            event[1](self._now)
        self._now = max(self._now, until)

    def _expire(self, index: int) -> None:
        limit = self._limit
        if limit is not None and index >= limit:
            self._finish(limit)
        elif self.state is FlowState.STABILISING:
            self.window_start = index if self.window_start is None else self.window_start
            self._enter(FlowState.RECORDING, index)
        else:
            self._finish(index)

    def _look(self, _index: int) -> None:
        look = self._look_index()
        if look is None:
            return
        if self._enough(self._window_start(), look):
            self._finish(look)
            return
        self.extended = True
        self._next_look += self._samples(self.times.recheck_s)
