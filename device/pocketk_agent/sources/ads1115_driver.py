"""An ADS1115 behind an AD8232: one edge a conversion, one read an edge. Demonstration grade.

Sources of the values: docs/hardware.md, ADS1115.
"""

from dataclasses import dataclass
from typing import Any

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.sources.ad8232_board import GAIN, RAIL_V, SUPPLY_V, LeadOffLines, LeadOffPlace
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.pi_modules import EdgeEvent, EdgeLine, GpioModule, falling_edges
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.steady_period import SteadyPeriod
from pocketk_agent.sources.source import SelfTest, SourceLostError
from pocketk_firmware.handheld import runtime_name

PROFILE = "ads1115-ad8232-demonstration"
NOMINAL_HZ = 860.0
CONVERSION, CONFIG, LO_THRESH, HI_THRESH = range(4)
# AIN0 against ground, +-4.096 V, continuous, 860 a second, the line on after every conversion.
CONFIGURATION = 0x42E0
# A high threshold below the low one turns the comparator's line into one that says "ready".
SET_UP = ((LO_THRESH, 0x0000), (HI_THRESH, 0x8000), (CONFIG, CONFIGURATION))
# Bit 15 of the configuration reads whether a conversion runs.
_KEPT = 0x7FFF
STEP_V = 4.096 / 32768
LSB_MV = STEP_V * 1e3 / GAIN
ZERO_COUNTS = round(SUPPLY_V / 2 / STEP_V)
# So many reads in a row without an answer, and the chip is gone: 9 ms (engineering choice).
_MOST_REFUSALS = 8
# Silent for longer than this, and the chip itself is asked (engineering choice).
_ASK_AFTER_NS = 50_000_000
_READS = 2


@dataclass(frozen=True)
class I2cPlace:
    """Where the chip and its line are connected.

    Attributes:
        bus: number of the I2C bus.
        address: 0x48 to 0x4B.
        gpio_chip: path of the GPIO chip.
        line: number of the line that ALERT/RDY is connected to.
    """

    bus: int = 1
    address: int = 0x48
    gpio_chip: str = "/dev/gpiochip0"
    line: int = 25


class Ads1115Driver(SampleDriver):
    """See `SampleDriver`.

    The chip holds one result, until the next: a host that comes late finds another sample than the edge told of, so
    that only a read that ends before the next edge is believed. The time between edges tells how many were lost.

    Args:
        smbus2: the module.
        gpiod: the module.
        place: where the chip is.
        lead_off: where the amplifier's lead-off lines are.
        time: the host's.
        serial: serial number to state.
    """

    def __init__(
        self, smbus2: Any, gpiod: GpioModule, place: I2cPlace, lead_off: LeadOffPlace, time: HostTime, serial: str
    ) -> None:
        self.rate = RateMeter()
        self._smbus2, self._gpiod, self._place, self._time, self._serial = smbus2, gpiod, place, time, serial
        self._lead_off = LeadOffLines(gpiod, lead_off)
        self._bus: Any = None
        self._line: EdgeLine | None = None
        # Made once, and used for every sample.
        self._message = smbus2.i2c_msg.read(place.address, _READS)
        self._period = SteadyPeriod(self.rate, NOMINAL_HZ)
        self._faults = dict.fromkeys(("lost_edges", "late_reads", "i2c_errors", "samples_lost"), 0)
        self._index = -1
        self._edge_ns: int | None = None
        self._heard_ns = 0
        self._refusals = 0

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        if self._line is None:
            self._connect()
        self._start()
        return FrontEnd(
            serial=self._serial,
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
        events = line.read_edge_events()
        for event in events:
            self._place_edge(event)
        self._heard_ns = self._time.now_ns()
        self._faults["samples_lost"] += len(events) - 1
        count = self._result()
        if count is None:
            return 0
        off = self._lead_off.off()
        if line.wait_edge_events(0.0):
            self._faults["late_reads"] += 1
            self._faults["samples_lost"] += 1
            return 0
        ring.put(self._index, count, off)
        return 1

    def self_test(self) -> SelfTest:
        """Read the set-up back: neither chip has a test signal."""
        self._check_set_up("front-end-restarted")
        self._start()
        return SelfTest(True, "ADS1115 keeps its set-up; it and the AD8232 have no test signal")

    def faults(self) -> dict[str, int]:
        """See `SampleDriver`."""
        return dict(self._faults)

    def close(self) -> None:
        """See `SampleDriver`; the chip goes back to sleep."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            self._write(CONFIG, 0x8583 & _KEPT)
        except OSError:
            pass  # gone: then there is nothing to stop
        finally:
            line.release()
            self._lead_off.close()
            self._bus.close()

    def _open_line(self) -> EdgeLine:
        if self._line is None:
            raise SourceLostError("not-open", "The ADS1115 is not open.")
        return self._line

    def _connect(self) -> None:
        place = self._place
        try:
            self._bus = self._smbus2.SMBus(place.bus)
        except OSError as error:
            raise SourceLostError("front-end-lost", f"/dev/i2c-{place.bus} cannot be opened: {error}") from error
        try:
            for register, value in SET_UP:
                self._write(register, value)
            self._check_set_up("front-end-identity")
            self._lead_off.open()
            self._line = falling_edges(self._gpiod, place.gpio_chip, place.line)
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
        line = self._open_line()
        try:
            self._write(CONFIG, CONFIGURATION)
            self._bus.i2c_rdwr(self._smbus2.i2c_msg.write(self._place.address, [CONVERSION]))
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
        while line.wait_edge_events(0.0):
            line.read_edge_events()
        self.rate.begin()
        self._index, self._edge_ns, self._refusals = -1, None, 0
        self._heard_ns = self._time.now_ns()

    def _write(self, register: int, value: int) -> None:
        self._bus.write_i2c_block_data(self._place.address, register, [value >> 8, value & 0xFF])

    def _check_set_up(self, code: str) -> None:
        """Raise where a register does not hold what was written; the chip has no identity but that."""
        for register, value in SET_UP:
            try:
                high, low = self._bus.read_i2c_block_data(self._place.address, register, 2)
            except OSError as error:
                raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
            found = high << 8 | low
            if (found ^ value) & (_KEPT if register == CONFIG else 0xFFFF):
                raise SourceLostError(
                    code,
                    f"Register {register} reads {found:04x}, not {value:04x}. Is it an ADS1115, and is its supply good?",
                )

    def _place_edge(self, event: EdgeEvent) -> None:
        """Which conversion an edge belongs to: the time since the last one tells how many came between."""
        steps = 1
        if self._edge_ns is not None:
            steps = max(1, round((event.timestamp_ns - self._edge_ns) / self._period.ns))
        self._faults["lost_edges"] += steps - 1
        self._faults["samples_lost"] += steps - 1
        self._index += steps
        self._edge_ns = event.timestamp_ns
        self.rate.add(self._index, event.timestamp_ns)
        self._period.refresh()

    def _result(self) -> int | None:
        """The conversion register, signed; None where nobody answered.

        Raises:
            SourceLostError: nobody has answered for a while.
        """
        try:
            self._bus.i2c_rdwr(self._message)
        except OSError as error:
            self._faults["i2c_errors"] += 1
            self._faults["samples_lost"] += 1
            self._refusals += 1
            if self._refusals >= _MOST_REFUSALS:
                raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
            return None
        self._refusals = 0
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
        self._check_set_up("front-end-restarted")
        # Reading the set-up has moved the pointer.
        try:
            self._bus.i2c_rdwr(self._smbus2.i2c_msg.write(self._place.address, [CONVERSION]))
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The ADS1115 does not answer: {error}") from error
