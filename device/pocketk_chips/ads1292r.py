"""A register-level model of the ADS1292R: commands, modes, timing, frames and DRDY."""

from pocketk_chips.ads1292r_channels import Channels
from pocketk_chips.ads1292r_registers import (
    ADDRESS,
    COMMAND_NAMES,
    CONFIG1,
    GPIO,
    LOFF_STAT,
    OFFSETCAL,
    OPERATION,
    RDATA,
    RDATAC,
    RESET,
    RREG,
    SDATAC,
    STANDBY,
    START,
    STOP,
    WAKEUP,
    WREG,
    registers,
)
from pocketk_chips.register_file import RegisterFile
from pocketk_chips.signal_line import SignalLine
from pocketk_firmware.constant import const

FRAME_BYTES = const(9)
_CLOCK_PS = const(1953125)  # one period of 512 kHz
_MOST_CLOCKS = const(4096)  # from conversion to conversion at 125 a second
_FASTEST = const(6)  # 8000 a second, the highest rate setting
_DECODE_CLOCKS = const(4)  # a command byte needs as long
_RESET_CLOCKS = const(18)
_SETTLING_CONVERSIONS = const(4)  # from START to the first DRDY
_TEST_HALF_PS = const(500000000000)  # half a period of the 1 Hz square
_SINGLE_SHOT = const(0x80)
_MOST_VIOLATIONS = const(1000)


class Ads1292r:
    """The chip on a bench; a `SpiWire` carries its bytes.

    After power-up it is in RDATAC mode with the reset values and does not convert.

    Args:
        bench: the time.
        source: at channel 1, see `inputs`.
        clock_ppb: how much faster than 512 kHz its oscillator runs, parts in 10**9; may be changed while it runs.

    Attributes:
        drdy: the data-ready line, low while there is a frame that nobody began to read.
        violations: what a host did that the chip does not allow, and what the model does not know.
        channels: the analogue half, with its faults.
        edges_to_lose: so many of the next falling edges of DRDY do not come.
        dead: True stops every conversion, as a lost supply does.
        n: number of the next conversion since START.
        converted: None, or a list to which every conversion of the inputs adds (number, code, lead-off bits).
    """

    spi_mode = 1

    def __init__(self, bench, source, clock_ppb: int = 0):
        self.bench = bench
        self.drdy = SignalLine(1)
        self.violations = []
        self.clock_ppb = clock_ppb
        self.registers = RegisterFile(registers(), self.violations)
        self.channels = Channels(self.registers, source, self.violations)
        self.edges_to_lose = 0
        self.dead = False
        self.converted = None  # type: list | None
        self.n = 0
        self._event = None
        self._frame = bytearray(FRAME_BYTES)
        self._frame_at = 0
        self._selected = False
        self._last_byte_ns = self._ready_ns = bench.now_ns
        self._end_transfer()
        self._reset()

    # The bus

    def select(self) -> None:
        """CS goes low."""
        self._selected = True
        self._end_transfer()

    def deselect(self) -> None:
        """CS goes high."""
        self._selected = False
        if self._commanded and self._since_ns(self._last_byte_ns) < self._clocks_ns(_DECODE_CLOCKS):
            self._note("CS released %d ns after a command; 4 tCLK are needed", self._since_ns(self._last_byte_ns))
        if self._opcode or (self._left and self._opcode_done):
            self._note("CS released within a register access, %d bytes missing", self._left)
        self._end_transfer()

    def exchange(self, sent: int, byte_ns: int) -> int:
        """Take one byte and return the one that went out at the same time."""
        answer = self._exchange(sent)
        self._last_byte_ns = self.bench.now_ns
        return answer

    def _exchange(self, sent):
        if self._continuous or self._shifting:
            answer = self._shift_out()
            if sent and self._continuous:
                self._hear_in_continuous(sent)
            return answer
        self._check_pace()
        self._commanded = True
        if self._left:
            return self._register_byte(sent)
        if self._opcode:
            self._left, self._opcode_done = (sent & 0x1F) + 1, self._opcode
            self._opcode = 0
            return 0
        self._obey(sent)
        return 0

    def _end_transfer(self):
        self._frame_at = 0
        self._commanded = self._shifting = False
        self._opcode = self._opcode_done = self._address = self._left = 0

    def _shift_out(self):
        if self._frame_at == 0:
            self._unread = False
            self.drdy.drive(1)
        answer = self._frame[self._frame_at % FRAME_BYTES]
        self._frame_at += 1
        return answer

    def _hear_in_continuous(self, sent):
        if sent == SDATAC:
            self._continuous = False
            self._commanded = True
        else:
            self._note("%s in RDATAC mode", command_name(sent))

    def _check_pace(self):
        if self._commanded and self._since_ns(self._last_byte_ns) < self._clocks_ns(_DECODE_CLOCKS):
            self._note("a command byte after %d ns; 4 tCLK are needed", self._since_ns(self._last_byte_ns))

    def _register_byte(self, sent):
        address = self._address
        self._address += 1
        self._left -= 1
        if self._opcode_done == RREG:
            return self.registers.get(address)
        self.registers.put(address, sent)
        return 0

    # Commands

    def _obey(self, sent):
        if self.bench.now_ns < self._ready_ns:
            self._note("%s within 18 tCLK of a RESET", command_name(sent))
        if self._standby and sent not in (WAKEUP, RESET):
            self._note("%s in standby", command_name(sent))
            return
        operation = sent & OPERATION
        if operation in (RREG, WREG):
            self._opcode, self._address = operation, sent & ADDRESS
        elif sent == RESET:
            self._reset()
            self._ready_ns = self.bench.now_ns + self._clocks_ns(_RESET_CLOCKS)
        elif sent == START:
            self._start()
        elif sent in (STOP, STANDBY):
            self._standby = sent == STANDBY
            self._stop()
        elif sent == WAKEUP:
            self._standby = False
        elif sent == RDATAC:
            self._continuous, self._unread = True, False
        elif sent == RDATA:
            self._shifting, self._frame_at, self._commanded = True, 0, False
        elif sent not in (SDATAC, OFFSETCAL):
            self._note("unknown command 0x%02X", sent)

    def _reset(self):
        self._stop()
        self.registers.reset()
        self._continuous, self._standby, self._unread = True, False, False
        self.drdy.drive(1)

    # Conversions

    def _start(self):
        self._stop()
        self.n = 0
        if self.registers.get(CONFIG1) & _SINGLE_SHOT:
            self._note("single-shot mode (0x%02X) is not modelled", self.registers.get(CONFIG1))
        self._next_ps = self.bench.now_ns * 1000 + _SETTLING_CONVERSIONS * self._period_ps()
        self._event = self.bench.schedule(self._next_ps // 1000, self._convert)

    def _stop(self):
        if self._event is not None:
            self.bench.cancel(self._event)
            self._event = None

    def _period_ps(self):
        rate = self.registers.get(CONFIG1) & 7
        if rate > _FASTEST:
            self._note("rate setting %d does not exist", rate)
        return self._scaled(_CLOCK_PS * (_MOST_CLOCKS >> min(rate, _FASTEST)))

    def _scaled(self, picoseconds):
        return picoseconds * 1000000000 // (1000000000 + self.clock_ppb)

    def _convert(self):
        self._next_ps += self._period_ps()
        self._event = self.bench.schedule(self._next_ps // 1000, self._convert)
        if self.dead:
            return
        if self._continuous and self._unread:
            self._note("DRDY over-run: frame %d was never read", self.n - 1)
        if self._selected and self._continuous and 0 < self._frame_at < FRAME_BYTES:
            self._note("frame %d came while the one before was being read", self.n)
        self._fill_frame()
        self.n += 1
        self._unread = True
        self.drdy.drive(1)
        if self.edges_to_lose:
            self.edges_to_lose -= 1
        else:
            self.drdy.drive(0)

    def _fill_frame(self):
        n, now_ns = self.n, self.bench.now_ns
        test_high = not (now_ns * 1000 // self._scaled(_TEST_HALF_PS)) & 1
        off = self.channels.lead_off(n, now_ns)
        code = self.channels.code(1, n, now_ns, test_high)
        self.registers.force(LOFF_STAT, (self.registers.get(LOFF_STAT) & 0x40) | off)
        status = 0xC00000 | (off << 15) | ((self.registers.get(GPIO) & 3) << 13)
        self._put24(0, status)
        self._put24(3, code)
        self._put24(6, self.channels.code(2, n, now_ns, test_high))
        if self.converted is not None:
            self.converted.append((n, code, off))

    def _put24(self, at, value):
        self._frame[at] = (value >> 16) & 0xFF
        self._frame[at + 1] = (value >> 8) & 0xFF
        self._frame[at + 2] = value & 0xFF

    # Notes

    def _clocks_ns(self, n):
        return self._scaled(n * _CLOCK_PS) // 1000

    def _since_ns(self, then_ns):
        return self.bench.now_ns - then_ns

    def _note(self, what, number):
        if len(self.violations) < _MOST_VIOLATIONS:  # a driver that is wrong is wrong five hundred times a second
            self.violations.append(what % number)


def command_name(code: int) -> str:
    """Return a command as the data sheet names it."""
    operation = {RREG: "RREG", WREG: "WREG"}.get(code & OPERATION)
    return operation or COMMAND_NAMES.get(code, "0x%02X" % code)
