"""The MAX30003 read through its FIFO: one interrupt for eight samples, none lost while the host is a little late."""

from pocketk_agent.front_end import NO_FIRMWARE, FrontEnd
from pocketk_agent.sources.bus import max30003_port as chip
from pocketk_agent.sources.bus.calibration_signals import CalibrationRecording, CalibrationSignal, CalibrationSignals
from pocketk_agent.sources.bus.host_time import HostTime
from pocketk_agent.sources.bus.max30003_signals import Max30003Signals
from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring
from pocketk_agent.sources.bus.pi_modules import EdgeLine, GpioModule, SpiModule, falling_edges
from pocketk_agent.sources.bus.rate_meter import RateMeter
from pocketk_agent.sources.bus.sample_driver import SampleDriver
from pocketk_agent.sources.bus.sample_ring import SampleRing
from pocketk_agent.sources.bus.steady_period import SteadyPeriod
from pocketk_agent.sources.source import SelfTest, SourceLostError
from pocketk_firmware.handheld import runtime_name

PROFILE = "max30003"
# The clock needs a few milliseconds to lock; after so many looks of 5 ms it will not (engineering choice).
_LOCK_LOOKS, _LOOK_S = 40, 0.005
_NS_PER_S = 1_000_000_000
# Longer than this without an interrupt, and the chip itself is asked (engineering choice: half a batch late).
_ASK_AFTER_NS = round(1.5 * chip.BATCH / chip.NOMINAL_HZ * _NS_PER_S)
_RESTARTED = "The MAX30003 has lost its set-up: its supply failed. Check the wiring and start again."


class Max30003Driver(SampleDriver, CalibrationSignals):
    """See `SampleDriver`.

    Every sample is told apart by the chip's own count; only an overflow, which loses the count, makes the time of the
    next interrupt tell which sample it is. STATUS is read once a batch, so lead-off holds for whole batches of 16 ms;
    the chip itself says it only after some 128 ms without contact.

    Args:
        spidev: the module.
        gpiod: the module.
        time: the host's.
        wiring: where the chip is.
    """

    def __init__(self, spidev: SpiModule, gpiod: GpioModule, time: HostTime, wiring: Max30003Wiring) -> None:
        self.rate = RateMeter()
        self.port = chip.Max30003Port(spidev, wiring)
        self._gpiod, self._time, self._wiring = gpiod, time, wiring
        self._signals = Max30003Signals(self, time)
        self._line: EdgeLine | None = None
        self._period = SteadyPeriod(self.rate, chip.NOMINAL_HZ)
        self._faults: dict[str, int] = {
            "interrupts_missed": 0,
            "interrupts_spurious": 0,
            "fifo_overflows": 0,
            "samples_lost": 0,
            "samples_fast": 0,
        }
        self._next_index = 0
        self._served_ns = 0
        self._off = False
        # Index and time of the newest sample whose time is known.
        self._anchor: tuple[int, int] | None = None
        self._count_is_lost = False

    def open(self) -> FrontEnd:
        """See `SampleDriver`."""
        if self._line is None:
            self._connect()
        self.start()
        return FrontEnd(
            serial=self._wiring.serial,
            firmware=NO_FIRMWARE,
            runtime=runtime_name(),
            profile=PROFILE,
            lead="I",
            fs_hz=chip.NOMINAL_HZ,
            lsb_mv=chip.LSB_MV,
            zero_counts=0,
            rail_low_counts=-chip.HALF_SCALE,
            rail_high_counts=chip.HALF_SCALE - 1,
            adc_bits=18,
        )

    def start(self) -> None:
        """Begin again at index 0, with whatever the inputs are connected to."""
        self._open_line()
        # Once it is empty no edge comes for a batch's time: those up to here are all of the stream before.
        self.port.write(chip.FIFO_RST, 0)
        self.port.write(chip.EN_INT, chip.LINE_ON)
        self.port.status()  # what was latched belongs to before as well
        self._served_ns = self._time.now_ns()
        self.port.write(chip.SYNCH, 0)
        self.rate.begin()
        self._next_index, self._anchor = 0, None
        self._off = self._count_is_lost = False

    def take(self, ring: SampleRing, timeout_s: float) -> int:
        """See `SampleDriver`."""
        line = self._open_line()
        edge_ns = self._newest_edge(line, timeout_s)
        if edge_ns is None and self._time.now_ns() - self._served_ns < _ASK_AFTER_NS:
            return 0
        status = self._checked_status()
        self._off = self._off or bool(status & chip.DCLOFFINT)
        if not status & chip.EINT:
            self._explain_silence(edge_ns)
            return 0
        if edge_ns is None:
            # Perhaps it came while the chip was asked.
            edge_ns = self._newest_edge(line, 0.0)
            self._faults["interrupts_missed"] += edge_ns is None
        off, self._off = self._off, False
        taken = self._drain(ring, edge_ns, off)
        self._served_ns = self._time.now_ns()
        return taken

    def self_test(self) -> SelfTest:
        """See `SampleDriver`."""
        return self._signals.self_test()

    def record(self, signal: CalibrationSignal, seconds: float) -> CalibrationRecording:
        """See `CalibrationSignals`."""
        return self._signals.record(signal, seconds)

    def faults(self) -> dict[str, int]:
        """See `SampleDriver`."""
        return dict(self._faults)

    def close(self) -> None:
        """See `SampleDriver`."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            self.port.write(chip.SW_RST, 0)
        except SourceLostError:
            pass  # gone: then there is nothing to stop
        finally:
            self.port.close()
            line.release()

    @property
    def serial(self) -> str:
        """Serial number."""
        return self._wiring.serial

    @property
    def newest_instant(self) -> tuple[int, int] | None:
        """Index and time in ns of the newest sample whose time is known."""
        return self._anchor

    def _open_line(self) -> EdgeLine:
        if self._line is None:
            raise SourceLostError("not-open", "The MAX30003 is not open.")
        return self._line

    def _newest_edge(self, line: EdgeLine, timeout_s: float) -> int | None:
        """Time of the newest edge whose samples nobody has read; None where there is none.

        While the FIFO is being read it may fill up again to where the line falls: that edge's samples are read as
        well, and it means nothing any more.
        """
        if not line.wait_edge_events(timeout_s):
            return None
        edge_ns = line.read_edge_events()[-1].timestamp_ns
        return edge_ns if edge_ns > self._served_ns else None

    def _connect(self) -> None:
        self.port.open()
        try:
            self._identify()
            self._set_up()
            self._line = falling_edges(self._gpiod, self._wiring.intb_chip, self._wiring.intb_line)
        except (OSError, ValueError) as error:
            self.port.close()
            where = f"Line {self._wiring.intb_line} of {self._wiring.intb_chip}"
            raise SourceLostError("front-end-lost", f"{where} cannot be used for INTB: {error}") from error
        except SourceLostError:
            self.port.close()
            raise

    def _identify(self) -> None:
        info = self.port.read(chip.INFO)
        if info & chip.FAMILY_MASK == chip.FAMILY:
            return
        if info in (0x000000, 0xFFFFFF):
            raise SourceLostError(
                "front-end-lost", f"No MAX30003 answers: INFO reads {info:06X}. Check power and wiring."
            )
        raise SourceLostError("front-end-wrong-chip", f"INFO reads {info:06X}; that of a MAX30003 begins with 5.")

    def _set_up(self) -> None:
        self.port.write(chip.SW_RST, 0)
        for register, value in chip.SETUP:
            self.port.write(register, value)
        for register, value in chip.SETUP:
            if (found := self.port.read(register)) != value:
                raise SourceLostError(
                    "front-end-setup",
                    f"Register 0x{register:02X} was set to {value:06X} and reads {found:06X}. Is the wiring sound?",
                )
        for _ in range(_LOCK_LOOKS):
            if not self.port.status() & chip.PLLINT:
                return
            self._time.sleep(_LOOK_S)
        raise SourceLostError("front-end-setup", "The MAX30003's clock does not lock. Is its 32.768 kHz clock there?")

    def _checked_status(self) -> int:
        status = self.port.status()
        if status & chip.STATUS_NEVER:
            self._identify()
        return status

    def _explain_silence(self, edge_ns: int | None) -> None:
        """No samples wait: an edge that meant nothing, a chip that is not there any more, or one that began anew.

        Raises:
            SourceLostError: the chip is gone or has lost its set-up.
        """
        self._faults["interrupts_spurious"] += edge_ns is not None
        self._served_ns = self._time.now_ns()
        self._identify()
        if self.port.read(chip.CNFG_GEN) != chip.GENERAL:
            raise SourceLostError("front-end-restarted", _RESTARTED)

    def _drain(self, ring: SampleRing, edge_ns: int | None, off: bool) -> int:
        """Read until the FIFO is empty; its first `BATCH` words are there for certain."""
        if edge_ns is not None:
            self._place_batch(edge_ns)
        elif self._count_is_lost:
            self._begin_count_again()
            return 0
        answer, taken, fifo_word = self.port.batch(), 0, 0
        for at in range(1, len(answer), 3):
            fifo_word = chip.word(answer, at)
            if not self._put(ring, fifo_word, off):
                return taken
            taken += 1
        while chip.tag(fifo_word) not in (chip.TAG_LAST, chip.TAG_FAST_LAST) and taken < chip.FIFO_DEPTH:
            fifo_word = chip.word(self.port.one(), 1)
            if not self._put(ring, fifo_word, off):
                break
            taken += 1
        return taken

    def _place_batch(self, edge_ns: int) -> None:
        """When the edge came, exactly `BATCH` samples waited; the newest of them was taken then."""
        newest = self._next_index + chip.BATCH - 1
        if self._count_is_lost:
            newest = self._index_at(edge_ns, newest)
            self._faults["samples_lost"] += newest - chip.BATCH + 1 - self._next_index
            self._next_index = newest - chip.BATCH + 1
            self._count_is_lost = False
        self.rate.add(newest, edge_ns)
        self._period.refresh()
        self._anchor = newest, edge_ns

    def _index_at(self, edge_ns: int, least: int) -> int:
        if self._anchor is None:
            return least
        index, at_ns = self._anchor
        return max(least, index + round((edge_ns - at_ns) / self._period.ns))

    def _put(self, ring: SampleRing, fifo_word: int, off: bool) -> bool:
        """File one word; False where it is no sample."""
        what = chip.tag(fifo_word)
        if what == chip.TAG_OVERFLOW:
            self._faults["fifo_overflows"] += 1
            self._begin_count_again()
            return False
        if what == chip.TAG_EMPTY:
            return False
        if what & 1:
            self._faults["samples_fast"] += 1
        ring.put(self._next_index, chip.code(fifo_word), off)
        self._next_index += 1
        return True

    def _begin_count_again(self) -> None:
        """Empty the FIFO: `BATCH` samples later there is an edge whose time tells which samples they are."""
        self.port.write(chip.FIFO_RST, 0)
        self._count_is_lost = True
