"""Samples of an ADS1292R: one falling edge of DRDY, one frame over SPI, one sample."""

import sys
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.sources.bus.ads1292r_frame import count_of, is_frame, lead_off_of
from pocketk_agent.sources.bus.ads1292r_link import Ads1292rLink
from pocketk_agent.sources.bus.ads1292r_self_test import judge_noise, judge_square
from pocketk_agent.sources.bus.ads1292r_setup import (
    CH1_SHORTED,
    CH1_TEST,
    CH1SET,
    CODE_MAX,
    CONFIG2,
    CONFIG2_TEST,
    CONFIG2_TEST_LEVEL,
    LSB_MV,
    NOMINAL_FS_HZ,
    SETUP,
    TEST_MV,
)
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_agent.sources.bus.calibration_signals import (
    CalibrationRecording,
    CalibrationSignal,
    CalibrationSignalError,
    CalibrationSignals,
)
from pocketk_agent.sources.bus.edge_numbering import EdgeNumbering
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import EdgeEvent, EdgeLine, GpioModule, SpiModule, falling_edges
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.silence import SilenceWatch
from pocketk_agent.sources.source import SelfTest, SourceLostError

_PERIOD_NS = 1e9 / NOMINAL_FS_HZ
# From this many samples on, the measured period is better than the nominal one.
_MEASURED_SPAN = 250
# So many frames in a row that are none: 50 ms of a dead bus.
_MOST_REFUSED = 25
_TEST_SQUARE_S, _TEST_SHORTED_S = 1.1, 0.5
_SETTLED = 5
_POLL_S = 0.02
_SIGNALS: dict[str, dict[int, int]] = {
    "inputs": {},
    "shorted": {CH1SET: CH1_SHORTED},
    "test-square": {CONFIG2: CONFIG2_TEST, CH1SET: CH1_TEST},
    "test-level": {CONFIG2: CONFIG2_TEST_LEVEL, CH1SET: CH1_TEST},
}


class Ads1292rDriver(SampleDriver, CalibrationSignals):
    """Reads the chip as fast as it converts.

    The chip keeps one frame. A frame is believed once the next edge shows that none came while it was read; one that
    may be torn, or whose status word is none, is an index that is skipped.

    Args:
        spidev: the module, or its fake.
        gpiod: the module, or its fake.
        time: the host's.
        wiring: where the chip is.
    """

    def __init__(self, spidev: SpiModule, gpiod: GpioModule, time: HostTime, wiring: Ads1292rWiring) -> None:
        self.rate = RateMeter()
        self._gpiod, self._time, self._wiring = gpiod, time, wiring
        self._link = Ads1292rLink(spidev, wiring.spi_bus, wiring.spi_device, wiring.spi_hz, time)
        self._line: EdgeLine | None = None
        self._numbering = EdgeNumbering(_PERIOD_NS)
        self._torn = self._late = self._refused = self._refused_in_row = 0
        self._period_ns = _PERIOD_NS
        self._edges: array | None = None
        self._forget()

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        if self._line is None:
            self._link.open()
            self._line = self._ask_for_line()
        else:
            self._link.stop()
        self._start()
        return self._front_end()

    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """See `SampleDriver`.

        Raises:
            SourceLostError: `front-end-lost`, the bus is dead.
        """
        line = self._line
        if line is None:
            raise SourceLostError("not-open", "The chip is not open; call open() first.")
        if not line.wait_edge_events(timeout_s):
            return 0
        return self._take(line.read_edge_events(), ring)

    def self_test(self) -> SelfTest:
        """Registers, the test square and the noise with shorted inputs; then the electrodes again, from index 0."""
        verdicts = [
            judge_square(self._recorded("test-square", _TEST_SQUARE_S).counts),
            judge_noise(self._recorded("shorted", _TEST_SHORTED_S).counts),
        ]
        self._restart_on_inputs()
        failed = [verdict.detail for verdict in verdicts if not verdict.passed]
        return SelfTest(not failed, "; ".join(failed or [verdict.detail for verdict in verdicts]))

    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """See `CalibrationSignals`."""
        if signal not in _SIGNALS or not seconds > 0.0:
            raise CalibrationSignalError(
                f"An ADS1292R records {', '.join(_SIGNALS)} for more than 0 s, not {signal!r} for {seconds} s."
            )
        try:
            return self._recorded(signal, seconds)
        finally:
            self._restart_on_inputs()

    def faults(self) -> dict[str, int]:
        """See `SampleDriver`."""
        return {
            "drdy_edges_missed": self._numbering.missed,
            "drdy_edges_dropped": self._numbering.dropped,
            "drdy_edges_spurious": self._numbering.spurious,
            "samples_late": self._late,
            "samples_torn": self._torn,
            "frames_refused": self._refused,
        }

    def close(self) -> None:
        """See `SampleDriver`."""
        if self._line is not None:
            with suppress(SourceLostError):
                self._link.stop()
            self._line.release()
            self._line = None
        self._link.close()

    # The set-up

    def _ask_for_line(self) -> EdgeLine:
        try:
            return falling_edges(self._gpiod, self._wiring.drdy_chip, self._wiring.drdy_line)
        except (OSError, ValueError) as error:
            self._link.close()
            raise SourceLostError(
                "front-end-lost",
                f"Line {self._wiring.drdy_line} of {self._wiring.drdy_chip} cannot be used for DRDY: {error}",
            ) from error

    def _front_end(self) -> FrontEnd:
        version = ".".join(map(str, sys.version_info[:3]))
        return FrontEnd(
            serial=self._wiring.serial,
            firmware=NO_FIRMWARE,
            runtime=f"cpython {version}",
            profile="ads1292r",
            lead="I",
            fs_hz=NOMINAL_FS_HZ,
            lsb_mv=LSB_MV,
            zero_counts=0,
            rail_low_counts=-CODE_MAX - 1,
            rail_high_counts=CODE_MAX,
            adc_bits=24,
        )

    def _start(self) -> None:
        """Start converting at index 0; what came before is forgotten."""
        line = self._line
        while line is not None and line.wait_edge_events(0.0):
            line.read_edge_events()
        if self.rate.span >= _MEASURED_SPAN or self.rate.windows:
            self._period_ns = self.rate.period_ns or _PERIOD_NS
        self.rate.begin()
        self._numbering.begin(self._period_ns)
        self._refused_in_row = 0
        self._forget()
        self._link.start()

    # Samples

    def _forget(self) -> None:
        self._held = False
        self._held_index = self._held_count = self._held_edge_ns = self._read_ns = self._read_until_ns = 0
        self._held_off = False

    def _take(self, events: Sequence[EdgeEvent], ring: SampleRing) -> int:
        put, unread, edge_ns, newest = 0, False, 0, 0
        for event in events:
            at_ns = event.timestamp_ns
            index = self._numbering.number(at_ns, event.line_seqno)
            if index is None:
                continue
            self._late += unread
            unread, edge_ns, newest = True, at_ns, index
            if not self._held:
                continue
            if at_ns < self._read_ns:  # this edge's frame was there already when the one before was to be read
                self._late += 1
                self._held_index, self._held_edge_ns, unread = index, at_ns, False
            else:
                put += self._release(ring, torn=at_ns <= self._read_until_ns)
        if unread:
            self._hold(newest, edge_ns)
        return put

    def _release(self, ring: SampleRing, *, torn: bool) -> int:
        """Hand over the frame that waited for the next edge."""
        self._held = False
        self._torn += torn
        if torn:
            return 0
        self.rate.add(self._held_index, self._held_edge_ns)
        if self._edges is not None:
            self._edges.append(self._held_edge_ns)
        ring.put(self._held_index, self._held_count, self._held_off)
        return 1

    def _hold(self, index: int, edge_ns: int) -> None:
        """Read the frame of an edge.

        Raises:
            SourceLostError: too many frames in a row were none.
        """
        self._read_ns = self._time.now_ns()
        frame = self._link.frame()
        self._read_until_ns = self._time.now_ns()
        if not is_frame(frame):
            self._refuse(frame)
            return
        self._refused_in_row = 0
        self._held_count, self._held_off = count_of(frame), lead_off_of(frame)
        self._held_index, self._held_edge_ns, self._held = index, edge_ns, True

    def _refuse(self, frame: Sequence[int]) -> None:
        self._refused += 1
        self._refused_in_row += 1
        if self._refused_in_row >= _MOST_REFUSED:
            words = " ".join(f"{byte:02X}" for byte in frame)
            raise SourceLostError(
                "front-end-lost", f"{_MOST_REFUSED} frames in a row are none, the last one {words}. Check the wiring."
            )

    # The chip's own signals

    def _recorded(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        changes = _SIGNALS[signal]
        self._link.stop()
        for setting in SETUP:
            if setting.address in (CONFIG2, CH1SET):
                self._link.write(replace(setting, value=changes.get(setting.address, setting.value)))
        n = _SETTLED + round(seconds * NOMINAL_FS_HZ)
        ring, watch = SampleRing(n), SilenceWatch(self, lambda: self._time.now_ns() / 1e9)
        self._edges = array("q")
        self._start()
        while len(ring) < n:
            watch.take(ring, _POLL_S)
        edges, self._edges = np.frombuffer(self._edges, np.int64)[_SETTLED:n], None
        blocks = ring.drain()
        if len(blocks) != 1:
            raise SourceLostError("samples-lost", f"Samples were lost while {signal} was recorded.")
        return CalibrationRecording(
            signal,
            blocks[0].counts[_SETTLED:],
            blocks[0].lead_off[_SETTLED:],
            edges.copy(),
            NOMINAL_FS_HZ,
            LSB_MV,
            TEST_MV if signal.startswith("test-") else None,
            self._wiring.serial,
        )

    def _restart_on_inputs(self) -> None:
        self._edges = None
        self._link.stop()
        for setting in SETUP:
            self._link.write(setting)
        self._start()
