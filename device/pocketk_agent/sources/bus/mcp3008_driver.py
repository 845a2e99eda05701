"""An MCP3008 behind an AD8232: the chip has no clock, so the host's is all there is. Demonstration grade.

Sources of the values: docs/hardware.md, MCP3008.
"""

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.sources.bus.ad8232_board import GAIN, RAIL_V, SUPPLY_V, LeadOffLines, WithoutSignals
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.mcp3008_wiring import Mcp3008Wiring
from pocketk_agent.sources.bus.pi_modules import GpioModule, SpiDevice, SpiModule
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.sampling_jitter import SamplingJitter
from pocketk_agent.sources.bus.spi_bus import open_spi
from pocketk_agent.sources.source import SelfTest, SourceLostError
from pocketk_firmware.handheld import runtime_name

PROFILE = "mcp3008-ad8232-demonstration"
RATE_HZ = 500.0
PERIOD_NS = 2_000_000
STEPS = 1024
STEP_V = SUPPLY_V / STEPS
LSB_MV = round(STEP_V / GAIN * 1e12) / 1e9
# Start bit; channel 0 against ground; the result is in the last ten bits.
_COMMAND = [0x01, 0x80, 0x00]
_NULL_BIT = 0x04
_SPI_MODE = 0
# A line that is stuck high shows in the null bit at once. One that is stuck low gives zeros, which the amplifier,
# never nearer to ground than 0.1 V, does not: 0.1 s of them are believed to be a lost chip (engineering choices).
_MOST_ONES, _MOST_ZEROS = 3, 50
_FIRST_S = 0.002


class Mcp3008Driver(SampleDriver, WithoutSignals):
    """See `SampleDriver`.

    Sample number n is due n periods after the start. One that is taken more than half a period late is not put at the
    place of another: its index is skipped. What is less late is put where it was due, and its lateness is in `jitter`.

    Args:
        spidev: the module.
        gpiod: the module.
        time: the host's.
        wiring: where the chips are.

    Attributes:
        jitter: since the last `open`.
    """

    def __init__(self, spidev: SpiModule, gpiod: GpioModule, time: HostTime, wiring: Mcp3008Wiring) -> None:
        self.rate = RateMeter()
        self.jitter = SamplingJitter()
        self._spidev, self._time, self._wiring = spidev, time, wiring
        self._lead_off = LeadOffLines(gpiod, wiring.lead_off)
        self._spi: SpiDevice | None = None
        self._faults: dict[str, int] = {"samples_late": 0, "samples_lost": 0, "bad_answers": 0}
        self._start_ns = 0
        self._index = 0
        self._ones = self._zeros = 0

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        if self._spi is None:
            self._connect()
        self.begin()
        return FrontEnd(
            serial=self._wiring.serial,
            firmware=NO_FIRMWARE,
            runtime=runtime_name(),
            profile=PROFILE,
            lead="I",
            fs_hz=RATE_HZ,
            lsb_mv=LSB_MV,
            zero_counts=STEPS // 2,
            rail_low_counts=round(RAIL_V / STEP_V),
            rail_high_counts=round((SUPPLY_V - RAIL_V) / STEP_V),
            adc_bits=10,
        )

    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """See `SampleDriver`; at most one sample a call."""
        due_ns = self._start_ns + self._index * PERIOD_NS
        wait_s = (due_ns - self._time.now_ns()) / 1e9
        if wait_s > timeout_s:
            self._time.sleep(max(0.0, timeout_s))
            return 0
        if wait_s > 0.0:
            self._time.sleep(wait_s)
        before_ns = self._time.now_ns()
        count = self._convert()
        late_ns = before_ns - due_ns
        index, self._index = self._index, self._index + 1
        if 2 * late_ns > PERIOD_NS:
            self._skip_to(before_ns)
            return 0
        if count is None:
            self._faults["samples_lost"] += 1
            return 0
        self.jitter.add(late_ns / 1e3)
        self.rate.add(index, before_ns)
        ring.put(index, count, self._lead_off.off())
        return 1

    def self_test(self) -> SelfTest:
        """Convert a few times: neither chip has a test signal."""
        answers = [self._convert() for _ in range(_MOST_ONES - 1)]
        self.begin()
        if None in answers:
            return SelfTest(False, "the MCP3008 does not answer as one; check the wiring")
        return SelfTest(True, "MCP3008 answers; it and the AD8232 have no test signal")

    def faults(self) -> dict[str, int]:
        """See `SampleDriver`."""
        return dict(self._faults)

    def close(self) -> None:
        """See `SampleDriver`."""
        spi, self._spi = self._spi, None
        if spi is not None:
            spi.close()
        self._lead_off.close()

    def _connect(self) -> None:
        wiring = self._wiring
        place = (wiring.spi_bus, wiring.spi_device)
        self._spi = open_spi(self._spidev, place, _SPI_MODE, wiring.spi_hz)
        try:
            self._lead_off.open()
            if self._convert() is None:
                raise SourceLostError(
                    "front-end-lost", "The bit before the result is not 0: no MCP3008 answers. Check the wiring."
                )
        except SourceLostError:
            self.close()
            raise

    def begin(self) -> None:
        """Number the samples from 0 again; the first is due in a moment."""
        self.rate.begin()
        self.jitter = SamplingJitter()
        self._index = self._ones = self._zeros = 0
        self._start_ns = self._time.now_ns() + round(_FIRST_S * 1e9)

    def _skip_to(self, now_ns: int) -> None:
        """Go on with the first sample that is not due yet."""
        following = max(self._index, (now_ns - self._start_ns) // PERIOD_NS + 1)
        self._faults["samples_late"] += 1
        self._faults["samples_lost"] += 1 + following - self._index
        self._index = following

    def _convert(self) -> int | None:
        """One conversion; None where the answer is not one.

        Raises:
            SourceLostError: the chip is gone.
        """
        if self._spi is None:
            raise SourceLostError("not-open", "The MCP3008 is not open.")
        try:
            answer = self._spi.xfer2(_COMMAND)
        except OSError as error:
            raise SourceLostError("front-end-lost", f"The SPI bus failed: {error}") from error
        count = (answer[1] & 3) << 8 | answer[2]
        bad = bool(answer[1] & _NULL_BIT)
        self._ones = self._ones + 1 if bad else 0
        self._zeros = self._zeros + 1 if count == 0 else 0
        self._faults["bad_answers"] += bad
        if self._ones >= _MOST_ONES or self._zeros >= _MOST_ZEROS:
            raise SourceLostError("front-end-lost", "The MCP3008 does not answer any more.")
        return None if bad else count
