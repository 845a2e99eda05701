"""An ADS1115 behind an AD8232: one edge a conversion, one read an edge. Demonstration grade.

Sources of the values: docs/hardware.md, ADS1115.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.sources.bus.ad8232_board import GAIN, RAIL_V, SUPPLY_V, LeadOffLines, WithoutSignals
from pocketk_agent.sources.bus.ads1115_wiring import Ads1115Wiring
from pocketk_agent.sources.bus.edge_numbering import EdgeNumbering
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import EdgeEvent, EdgeLine, GpioModule, falling_edges
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.source import SelfTest, SourceLostError
from pocketk_firmware.handheld import runtime_name

PROFILE = "ads1115-ad8232-demonstration"
NOMINAL_HZ = 860.0
_PERIOD_NS = 1e9 / NOMINAL_HZ
# From this many samples on, the measured period is better than the nominal one.
_MEASURED_SPAN = 250
CONVERSION, CONFIG, LO_THRESH, HI_THRESH = range(4)
# AIN0 against ground, +-4.096 V, continuous, 860 a second, the line on after every conversion.
CONFIGURATION = 0x42E0
# As after power-up: asleep.
SLEEP = 0x8583
# A high threshold below the low one turns the comparator's line into one that says "ready".
SETUP = ((LO_THRESH, 0x0000), (HI_THRESH, 0x8000), (CONFIG, CONFIGURATION))
# Bit 15 of the configuration reads whether a conversion runs.
_KEPT = 0x7FFF
STEP_V = 4.096 / 32768
LSB_MV = STEP_V * 1e3 / GAIN
ZERO_COUNTS = round(SUPPLY_V / 2 / STEP_V)
# So many reads in a row without an answer, and the chip is gone: 9 ms (engineering choice).
_MOST_REFUSALS = 8
# Silent for longer than this, and the chip itself is asked (engineering choice).
_ASK_AFTER_NS = 50_000_000
_RESULT_BYTES = 2


class Ads1115Driver(SampleDriver, WithoutSignals):
    """See `SampleDriver`.

    The chip holds one result, until the next: a host that comes late finds another sample than the edge told of, so
    that only a read that ends before the next edge is believed.

    Args:
        smbus2: the module, or its fake.
        gpiod: the module, or its fake.
        time: the host's.
        wiring: where the chips are.
    """

    def __init__(self, smbus2: Any, gpiod: GpioModule, time: HostTime, wiring: Ads1115Wiring) -> None:
        self.rate = RateMeter()
        self._smbus2, self._gpiod, self._time, self._wiring = smbus2, gpiod, time, wiring
        self._lead_off = LeadOffLines(gpiod, wiring.lead_off)
        self._bus: Any = None
        self._line: EdgeLine | None = None
        # Made once, and used for every sample.
        self._message = smbus2.i2c_msg.read(wiring.i2c_address, _RESULT_BYTES)
        self._numbering = EdgeNumbering(_PERIOD_NS)
        self._period_ns = _PERIOD_NS
        self._late = self._late_reads = self._errors = self._errors_in_row = 0
        self._heard_ns = self._begin_ns = 0

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        if self._line is None:
            self._connect()
        self._start()
        return FrontEnd(
            serial=self._wiring.serial,
            firmware=NO_FIRMWARE,
            runtime=runtime_name(),
            profile=PROFILE,
            lead="I",
            fs_hz=NOMINAL_HZ,
            lsb_mv=LSB_MV,
            zero_counts=ZERO_COUNTS,
            rail_low_counts=round(RAIL_V / STEP_V),
            rail_high_counts=round((SUPPLY_V - RAIL_V) / STEP_V),
            adc_bits=16,
        )

    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """See `SampleDriver`."""
        line = self._open_line()
        if not line.wait_edge_events(timeout_s):
            self._ask_after_silence()
            return 0
        index = self._newest(line.read_edge_events())
        self._heard_ns = self._time.now_ns()
        count = None if index is None else self._result()
        if index is None or count is None:
            return 0
        off = self._lead_off.off()
        if line.wait_edge_events(0.0):
            self._late_reads += 1
            return 0
        ring.put(index, count, off)
        return 1

    def self_test(self) -> SelfTest:
        """Read the set-up back: neither chip has a test signal."""
        self._check_setup("front-end-restarted")
        self._start()
        return SelfTest(True, "ADS1115 keeps its set-up; it and the AD8232 have no test signal")

    def faults(self) -> dict[str, int]:
        """See `SampleDriver`."""
        return {
            "edges_missed": self._numbering.missed,
            "edges_dropped": self._numbering.dropped,
            "edges_spurious": self._numbering.spurious,
            "samples_late": self._late,
            "samples_torn": self._late_reads,
            "i2c_errors": self._errors,
        }

    def close(self) -> None:
        """See `SampleDriver`; the chip goes back to sleep."""
        line, self._line = self._line, None
        if line is None:
            return
        with suppress(OSError):  # gone: then there is nothing to stop
            self._write(CONFIG, SLEEP & _KEPT)
        line.release()
        self._let_go()

    # The set-up

    def _open_line(self) -> EdgeLine:
        if self._line is None:
            raise SourceLostError("not-open", "The ADS1115 is not open; call open() first.")
        return self._line

    def _connect(self) -> None:
        wiring = self._wiring
        try:
            self._bus = self._smbus2.SMBus(wiring.i2c_bus)
        except OSError as error:
            raise SourceLostError(
                "front-end-lost",
                f"/dev/i2c-{wiring.i2c_bus} cannot be used: {error}. Is I2C switched on, and may this user use it?",
            ) from error
        try:
            for register, value in SETUP:
                self._write(register, value)
            self._check_setup("front-end-wrong-chip")
            self._lead_off.open()
            self._line = falling_edges(self._gpiod, wiring.alert_chip, wiring.alert_line)
        except (OSError, ValueError) as error:
            self._let_go()
            raise SourceLostError("front-end-lost", f"The ADS1115 or its line cannot be used: {error}") from error
        except SourceLostError:
            self._let_go()
            raise

    def _let_go(self) -> None:
        self._lead_off.close()
        self._bus.close()

    def _start(self) -> None:
        """Begin again at index 0: writing the configuration ends the running conversion."""
        self._open_line()
        try:
            self._write(CONFIG, CONFIGURATION)
            # Edges up to here are those of conversions before.
            self._begin_ns = self._heard_ns = self._time.now_ns()
            self._point_at_result()
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
        if self.rate.span >= _MEASURED_SPAN or self.rate.windows:
            self._period_ns = self.rate.period_ns or _PERIOD_NS
        self.rate.begin()
        self._numbering.begin(self._period_ns)
        self._errors_in_row = 0

    def _write(self, register: int, value: int) -> None:
        self._bus.write_i2c_block_data(self._wiring.i2c_address, register, [value >> 8, value & 0xFF])

    def _point_at_result(self) -> None:
        self._bus.i2c_rdwr(self._smbus2.i2c_msg.write(self._wiring.i2c_address, [CONVERSION]))

    def _check_setup(self, code: str) -> None:
        """Raise where a register does not hold what was written; the chip has no identity but that."""
        for register, value in SETUP:
            try:
                high, low = self._bus.read_i2c_block_data(self._wiring.i2c_address, register, 2)
            except OSError as error:
                raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
            found = high << 8 | low
            if (found ^ value) & (_KEPT if register == CONFIG else 0xFFFF):
                raise SourceLostError(
                    code, f"Register {register} reads {found:04X}, not {value:04X}. Is it an ADS1115, well supplied?"
                )

    # Samples

    def _newest(self, events: Sequence[EdgeEvent]) -> int | None:
        """Index of the newest edge, whose result is the only one that is still there; None where it is none."""
        newest, n = None, 0
        for event in events:
            if event.timestamp_ns <= self._begin_ns:
                continue
            index = self._numbering.number(event.timestamp_ns, event.line_seqno)
            if index is not None:
                self.rate.add(index, event.timestamp_ns)
                newest, n = index, n + 1
        self._late += max(0, n - 1)
        return newest

    def _result(self) -> int | None:
        """The conversion register, signed; None where nobody answered.

        Raises:
            SourceLostError: nobody has answered for a while.
        """
        try:
            self._bus.i2c_rdwr(self._message)
        except OSError as error:
            self._errors += 1
            self._errors_in_row += 1
            if self._errors_in_row >= _MOST_REFUSALS:
                raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
            return None
        self._errors_in_row = 0
        high, low = self._message
        return ((high << 8 | low) ^ 0x8000) - 0x8000

    def _ask_after_silence(self) -> None:
        """No edge: a chip that is gone, or one that has forgotten its set-up.

        Raises:
            SourceLostError: it is.
        """
        if self._time.now_ns() - self._heard_ns < _ASK_AFTER_NS:
            return
        self._heard_ns = self._time.now_ns()
        self._check_setup("front-end-restarted")
        with suppress(OSError):  # the next read will say so
            self._point_at_result()
