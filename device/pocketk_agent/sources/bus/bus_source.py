"""A source whose samples a driver reads from a chip on a bus."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from pocketk_agent.clock import Clock
from pocketk_agent.front_end import FrontEnd, FrontEndHealth, SampleBlock
from pocketk_agent.signal.errors import RateError
from pocketk_agent.signal.resampling import check_rate
from pocketk_agent.sources.bus.acquisition_thread import AcquisitionThread
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.silence import SilenceWatch
from pocketk_agent.sources.source import EndOfStream, SelfTest, Source, SourceLostError

# The rate is measured over this long before it is stated; see `RateMeter` for the error that is left.
RATE_S = 2.0
# A converter further than this from its nominal rate is another one, or out of order (engineering choice).
RATE_TOLERANCE = 0.05
BLOCK_SAMPLES = 25
_RING_S = 10.0
_POLL_S = 0.02
# A window whose rate differs by more than this from the stated one is counted (engineering choice: ten times what a
# crystal drifts with temperature; over 30 s it is 3 ms).
_DRIFT_PPM = 100.0


@dataclass(frozen=True)
class BusSetting:
    """How a `BusSource` runs.

    Attributes:
        threaded: read the chip in a thread of its own; False reads it within `read`, for virtual time.
        rate_s: seconds over which the rate is measured before it is stated.
        rate_tolerance: largest share by which the measured rate may differ from the nominal one.
        seconds: length of the stream, for a bench; None for without end.
        block_samples: samples in a block; a gap cuts it short.
    """

    threaded: bool = True
    rate_s: float = RATE_S
    rate_tolerance: float = RATE_TOLERANCE
    seconds: float | None = None
    block_samples: int = BLOCK_SAMPLES


class BusSource(Source):
    """Reads a chip through its driver, in a thread of its own, and states the chip's true rate.

    `open` starts the chip, measures its rate, and starts it again at index 0. Codes of `SourceLostError`: those of the
    driver, `rate` (not the nominal one), `front-end-silent` (no sample for 1 s), `front-end-invalid`, `not-open`.

    Args:
        driver: of the chip.
        clock: for time-outs; it must show the time in which the driver's samples come.
        setting: see `BusSetting`.
    """

    def __init__(self, driver: SampleDriver, clock: Clock, setting: BusSetting | None = None) -> None:
        self._driver, self._clock = driver, clock
        self._setting = setting or BusSetting()
        self._ring = SampleRing(1)
        self._thread: AcquisitionThread | None = None
        self._watch = SilenceWatch(driver, clock.monotonic_s)
        self._real_time: bool | None = None
        self._front_end: FrontEnd | None = None
        self._failure: SourceLostError | None = None
        self._blocks: deque[SampleBlock] = deque()
        self._begun = False
        self._next_index = self._overruns = self._drifts = self._windows = 0
        self._stop_index: int | None = None

    def open(self) -> FrontEnd:
        """Start the chip, measure its rate, and start the stream at index 0.

        Raises:
            SourceLostError: see the class.
        """
        self._hush()
        self._front_end, self._failure, self._begun = None, None, False
        try:
            nominal = self._driver.open()
            self._overruns += self._ring.overruns
            self._ring = SampleRing(max(1, round(_RING_S * nominal.fs_hz)))
            fs_hz = self._measured_rate(nominal)
            self._driver.open()
        except SourceLostError:
            self.close()
            raise
        self._front_end = replace(nominal, fs_hz=fs_hz)
        seconds = self._setting.seconds
        self._stop_index = None if seconds is None else round(seconds * fs_hz)
        self._listen()
        return self._front_end

    def read(self, timeout_s: float) -> SampleBlock | None:
        """See `Source`; a block is full, or a gap or the end is beside it."""
        if self._front_end is None:
            raise SourceLostError("not-open", "The front end is not open; call open() first.")
        self._begun = True
        deadline_s = self._clock.monotonic_s() + max(0.0, timeout_s)
        while not self._fetched():
            if self._stop_index is not None and self._next_index >= self._stop_index:
                raise EndOfStream(f"The {self._setting.seconds} s asked for are over.")
            if self._lost is not None:
                raise SourceLostError(self._lost.code, str(self._lost))
            left_s = deadline_s - self._clock.monotonic_s()
            self._wait(max(0.0, left_s))
            if left_s <= 0.0 and not self._fetched():
                return None
        self._judge_rate(self._front_end.fs_hz)
        return self._blocks.popleft()

    def self_test(self) -> SelfTest:
        """Have the chip test itself, then start the stream again at index 0."""
        if self._front_end is None or self._begun:
            return SelfTest(False, "A self-test runs after open() and before the first read.")
        self._hush()
        try:
            verdict = self._driver.self_test()
        except SourceLostError as error:
            self._failure = error
            return SelfTest(False, f"{error.code}: {error}")
        self._listen()
        return verdict

    def health(self) -> FrontEndHealth:
        """Fault counters of driver and ring, and whether the reading thread has real-time priority."""
        ring = {"ring_overruns": self._overruns + self._ring.overruns, "rate_drift": self._drifts}
        real_time = self._real_time if self._thread is None else self._thread.real_time
        notes = ("The thread that reads the chip has no real-time priority.",) if real_time is False else ()
        return FrontEndHealth(
            battery_percent=None, temperature_c=None, faults={**self._driver.faults(), **ring}, notes=notes
        )

    def close(self) -> None:
        """Stop the thread and the chip."""
        self._hush()
        self._front_end = None
        self._driver.close()

    @property
    def rate_ppm(self) -> float | None:
        """How many millionths faster than stated the chip ran in the last ten seconds; None before they are over."""
        return None if self._front_end is None else self._driver.rate.window_ppm(self._front_end.fs_hz)

    @property
    def _lost(self) -> SourceLostError | None:
        return self._failure or (None if self._thread is None else self._thread.failure)

    def _hush(self) -> None:
        """No thread any more, nothing that waits."""
        if self._thread is not None:
            self._thread.stop()
            self._real_time = self._thread.real_time
            self._thread = None
        self._blocks.clear()
        self._ring.clear()

    def _listen(self) -> None:
        self._next_index = self._windows = 0
        self._watch = SilenceWatch(self._driver, self._clock.monotonic_s)
        if self._setting.threaded:
            self._thread = AcquisitionThread(self._watch, self._ring)
            self._thread.start()

    def _measured_rate(self, nominal: FrontEnd) -> float:
        """Read samples until their rate is known; they are not delivered.

        Raises:
            SourceLostError: too few come, or at another rate.
        """
        wanted, rate = round(self._setting.rate_s * nominal.fs_hz), self._driver.rate
        watch = SilenceWatch(self._driver, self._clock.monotonic_s)
        while rate.span < wanted and not rate.windows:
            watch.take(self._ring, _POLL_S)
            self._ring.clear()
        fs_hz, tolerance = rate.fs_hz, self._setting.rate_tolerance
        if fs_hz is None or abs(fs_hz / nominal.fs_hz - 1.0) > tolerance:
            raise SourceLostError(
                "rate", f"The front end samples at {fs_hz} Hz; expected {nominal.fs_hz:g} Hz within {tolerance:.0%}."
            )
        try:
            return check_rate(fs_hz)
        except RateError as error:
            raise SourceLostError("front-end-invalid", str(error)) from error

    def _wait(self, left_s: float) -> None:
        """Let samples come, at most for `left_s`."""
        wait_s = min(left_s, _POLL_S)
        if self._thread is not None:
            self._thread.arrived.wait(wait_s)
            self._thread.arrived.clear()
            return
        try:
            self._watch.take(self._ring, wait_s)
        except SourceLostError as error:
            self._failure = error

    def _fetched(self) -> bool:
        """Whether a block is there, once what waits in the ring was looked at.

        The ring is emptied when a block's worth of samples waits in it, when the stream ends, and when its first
        sample comes after a gap: whoever waits is told at once that the stream goes on. A gap within it cuts a block.
        """
        if self._blocks:
            return True
        waiting, block_samples, stop = len(self._ring), self._setting.block_samples, self._stop_index
        if not waiting:
            return False
        if waiting < block_samples and self._ring.first_index == self._next_index and self._lost is None:
            newest = self._ring.newest_index
            if stop is None or newest is None or newest < stop - 1:
                return False
        for block in self._ring.drain(block_samples):
            self._next_index = block.stop_index
            if stop is None or block.first_index < stop:
                self._blocks.append(_until(block, stop))
        return bool(self._blocks)

    def _judge_rate(self, stated_hz: float) -> None:
        """Count a window in which the rate was not the stated one."""
        rate = self._driver.rate
        if rate.windows != self._windows:
            self._windows = rate.windows
            self._drifts += abs(rate.window_ppm(stated_hz) or 0.0) > _DRIFT_PPM


def _until(block: SampleBlock, stop: int | None) -> SampleBlock:
    if stop is None or block.stop_index <= stop:
        return block
    n = stop - block.first_index
    return SampleBlock(block.first_index, np.ascontiguousarray(block.counts[:n]), block.lead_off[:n].copy())
