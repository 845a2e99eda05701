"""The MAX30003 as a host sees it: registers over SPI, a FIFO of 32 samples and one interrupt line.

What the model takes from the data sheet, and how sure that is: docs/hardware.md, MAX30003.
"""

import math

from pocketk_chips import max30003_registers as reg
from pocketk_chips.max30003_fifo import EcgFifo
from pocketk_chips.max30003_test_source import calibration_v
from pocketk_chips.signal_line import SignalLine
from pocketk_firmware.constant import const

# Eight clocks at 12 MHz.
SHORTEST_BYTE_NS = const(666)
# Corner of the capacitor of 10 uF between CAPP and CAPN.
HIGH_PASS_HZ = 0.05
PLL_LOCK_NS = const(10000000)
# A contact must be lost for this long before the chip says so.
LEAD_OFF_DELAY_NS = const(128000000)
_WRITES = (reg.SW_RST, reg.SYNCH, reg.FIFO_RST)
_READS = (reg.STATUS, reg.INFO, reg.RTOR, reg.ECG_FIFO, reg.ECG_FIFO_BURST)
_COMMAND_DATA = const(0x000000)
_REGISTER_BYTES = const(4)


class Max30003:
    """A chip on a bench and on a `SpiWire`.

    Args:
        bench: its clock, a `ChipBench`.
        source: what lies at its inputs, without the electrodes' offset; see `inputs`.

    Attributes:
        intb: the interrupt line, a `SignalLine`.
        violations: what the host did that the data sheet forbids; empty after a correct measurement.
        ppm: how far off its oscillator is.
        info: what INFO reads; another value is another chip.
        lost_edges: as many falls of the interrupt line as nobody will see.
        conversions: how many samples were taken since SYNCH.
        own_noise: None, or gives volts that are added to each sample of what is not its inputs.
    """

    spi_mode = 0
    HIGH_PASS_HZ = HIGH_PASS_HZ

    def __init__(self, bench, source):
        self.violations = []
        self.intb = SignalLine(1)
        self.ppm = 0.0
        self.info = reg.INFO_VALUE
        self.lost_edges = 0
        self._bench = bench
        self._source = source
        self._fifo = EcgFifo()
        self._epoch = 0
        self._selected = False
        self._offset_v = 0.0
        self._residual_v = 0.0
        self._residual_ns = 0
        self.own_noise = None
        self._reset()

    def _reset(self) -> None:
        self._registers = dict(reg.RESETS)
        self._fifo.clear()
        self._epoch += 1  # conversions that are scheduled already belong to the life before
        self.conversions = 0
        self._synchronised = False
        self._pll_ns = None
        self._off_since_ns = None
        self._off_latched = 0
        self._update_line()

    # --- the electrodes ---

    def set_offset_v(self, volts: float) -> None:
        """Change the electrode offset; the capacitor passes the step and lets it decay."""
        now = self._bench.now_ns
        self._residual_v = self._residual_at(now) + volts - self._offset_v
        self._residual_ns = now
        self._offset_v = volts

    def settle_offset_v(self, volts: float) -> None:
        """An electrode offset that has been there for ever."""
        self._offset_v = volts
        self._residual_v = 0.0

    def _residual_at(self, now_ns: int) -> float:
        if self._residual_v == 0.0:
            return 0.0
        return self._residual_v * math.exp(-2.0 * math.pi * HIGH_PASS_HZ * (now_ns - self._residual_ns) * 1e-9)

    # --- SPI ---

    def select(self) -> None:
        """CSB falls."""
        if self._selected:
            self.violations.append("CSB fell while it was low")
        self._selected = True
        self._count = 0
        self._word = 0
        self._address = reg.NO_OP
        self._reads = False

    def exchange(self, sent: int, byte_ns: int) -> int:
        """One byte each way, which took `byte_ns`."""
        if not self._selected:
            self.violations.append("clocked while CSB was high")
            return 0xFF
        if byte_ns < SHORTEST_BYTE_NS:
            self.violations.append("a byte in %d ns, at least %d" % (byte_ns, SHORTEST_BYTE_NS))
        place = self._count
        self._count += 1
        if place:
            return self._data_byte(place, sent)
        self._begin(sent)
        return 0xFF

    def deselect(self) -> None:
        """CSB rises."""
        self._selected = False
        if self._count == 0:
            return
        burst = self._reads and self._address == reg.ECG_FIFO_BURST
        whole = self._count >= _REGISTER_BYTES and self._count % 3 == 1 if burst else self._count == _REGISTER_BYTES
        if not whole:
            self.violations.append("register %02x: %d clocks" % (self._address, 8 * self._count))

    def _begin(self, command: int) -> None:
        self._address = command >> 1
        self._reads = bool(command & 1)
        known = self._address in reg.MASKS or self._address in (reg.NO_OP, reg.NO_OP_TOP)
        if not (known or self._address in (_READS if self._reads else _WRITES)):
            self.violations.append("%s register %02x" % ("read" if self._reads else "wrote", self._address))
        if self._reads:
            self._word = self._read(self._address)

    def _data_byte(self, place: int, value: int) -> int:
        at = (place - 1) % 3
        if self._reads:
            if at == 0 and place > 3 and self._address == reg.ECG_FIFO_BURST:
                self._word = self._read(self._address)
            return (self._word >> (16 - 8 * at)) & 0xFF
        self._word = (self._word << 8 | value) & 0xFFFFFF
        if place == 3:
            self._write(self._address, self._word)
        return 0xFF

    # --- registers ---

    def _read(self, address: int) -> int:
        if address == reg.STATUS:
            return self._take_status()
        if address == reg.INFO:
            return self.info
        if address in (reg.ECG_FIFO, reg.ECG_FIFO_BURST):
            return self._take_sample()
        return self._registers.get(address, 0)

    def _take_status(self) -> int:
        status = self._status()
        self._off_latched = 0
        self._update_line()
        return status

    def _take_sample(self) -> int:
        if not self._synchronised:
            self.violations.append("FIFO read without SYNCH")
        if self._fifo.empty and not self._fifo.overflowed:
            self.violations.append("FIFO read while empty")
        word = self._fifo.take()
        self._update_line()
        return word

    def _write(self, address: int, value: int) -> None:
        if address in reg.MASKS:
            self._set(address, value)
        elif address in _WRITES:
            if value != _COMMAND_DATA:
                self.violations.append("command %02x with data %06x" % (address, value))
            self._command(address)
        self._update_line()

    def _set(self, address: int, value: int) -> None:
        mask = reg.MASKS[address]
        if value & ~mask:
            self.violations.append("register %02x: reserved bits in %06x" % (address, value))
        before = self._registers[address]
        self._registers[address] = value & mask
        if address in reg.TIMING and value & mask != before:
            self._synchronised = False
            self._epoch += 1
        if address == reg.CNFG_GEN and value & reg.EN_ECG and not before & reg.EN_ECG:
            self._pll_ns = self._bench.now_ns + PLL_LOCK_NS

    def _command(self, address: int) -> None:
        if address == reg.SW_RST:
            self._reset()
        elif address == reg.FIFO_RST:
            self._fifo.clear()
        else:
            self._synch()

    def _synch(self) -> None:
        self._fifo.clear()
        if not self._locked():
            self.violations.append("SYNCH before the clock was locked")
            return
        rate = reg.rate_hz(self._registers[reg.CNFG_GEN], self._registers[reg.CNFG_ECG])
        if rate == 0.0:
            self.violations.append("SYNCH with a rate that there is not")
            return
        self._synchronised = True
        self._epoch += 1
        self.conversions = 0
        self._start_ns = self._bench.now_ns
        self._period_ns = 1e9 / rate
        self._due_ns = float(self._start_ns)
        self._schedule()

    def _locked(self) -> bool:
        return self._pll_ns is not None and self._bench.now_ns >= self._pll_ns

    def _status(self) -> int:
        status = self._off_latched
        if self._fifo.length > self._registers[reg.MNGR_INT] >> 19:
            status |= reg.EINT
        if self._fifo.overflowed:
            status |= reg.EOVF
        if self._registers[reg.CNFG_GEN] & reg.EN_ECG and not self._locked():
            status |= reg.PLLINT
        return status

    def _update_line(self) -> None:
        """INTB is low while an enabled cause stands."""
        enabled = self._registers[reg.EN_INT]
        level = 0 if enabled & reg.INTB_TYPE and self._status() & enabled & ~reg.INTB_TYPE else 1
        if level == self.intb.level:
            return
        lost = level == 0 and self.lost_edges > 0
        self.lost_edges -= lost
        self.intb.connected = not lost
        self.intb.drive(level)
        self.intb.connected = True

    # --- conversion ---

    def _schedule(self) -> None:
        # The period is added sample by sample, so that an oscillator that drifts does not jump.
        self._due_ns += self._period_ns / (1.0 + self.ppm * 1e-6)
        epoch = self._epoch
        self._bench.schedule(round(self._due_ns), lambda: self._convert(epoch))

    def _convert(self, epoch: int) -> None:
        if epoch != self._epoch:
            return
        now = self._bench.now_ns
        self._watch_contact(now)
        full = reg.HALF_SCALE * reg.gain(self._registers[reg.CNFG_ECG])
        code = round(self._input_v(now) / reg.REFERENCE_V * full)
        self._fifo.put(min(max(code, -reg.HALF_SCALE), reg.HALF_SCALE - 1))
        self.conversions += 1
        self._update_line()
        self._schedule()

    def _input_v(self, now_ns: int) -> float:
        mux = self._registers[reg.CNFG_EMUX]
        positive, negative = (mux >> reg.CALP_SHIFT) & 3, (mux >> reg.CALN_SHIFT) & 3
        volts = self._calibration_v(positive, now_ns) - self._calibration_v(negative, now_ns)
        if not mux & (reg.OPENP | reg.OPENN) and not positive and not negative:
            return self._source.volts(self.conversions, now_ns) + self._residual_at(now_ns)
        return volts if self.own_noise is None else volts + self.own_noise()

    def _calibration_v(self, selected: int, now_ns: int) -> float:
        """Volts that a choice of CNFG_EMUX puts at one side."""
        if selected not in (reg.CAL_VCALP, reg.CAL_VCALN):
            return 0.0
        master_hz = reg.master_hz(self._registers[reg.CNFG_GEN]) * (1.0 + self.ppm * 1e-6)
        volts = calibration_v(self._registers[reg.CNFG_CAL], master_hz, (now_ns - self._start_ns) * 1e-9)
        return volts if selected == reg.CAL_VCALP else -volts

    def _watch_contact(self, now_ns: int) -> None:
        general = self._registers[reg.CNFG_GEN]
        detects = (general >> reg.EN_DCLOFF_SHIFT) & 3 == 1 and (general >> reg.DCLOFF_IMAG_SHIFT) & 7
        off = self._source.lead_off(self.conversions, now_ns) if detects else 0
        if not off:
            self._off_since_ns = None
            return
        if self._off_since_ns is None:
            self._off_since_ns = now_ns
        if now_ns - self._off_since_ns >= LEAD_OFF_DELAY_NS:
            # P above the window, N below it.
            self._off_latched = reg.DCLOFFINT | (0x000008 if off & 1 else 0) | (0x000001 if off & 2 else 0)
