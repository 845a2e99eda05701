"""The ADS1115 as a host sees it: four registers over I2C and a line that says that a conversion is ready.

What the model takes from the data sheet, and how sure that is: docs/hardware.md, ADS1115.
"""

from pocketk_chips.signal_line import SignalLine
from pocketk_firmware.constant import const

CONVERSION = const(0)
CONFIG = const(1)
LO_THRESH = const(2)
HI_THRESH = const(3)
CONFIG_RESET = const(0x8583)
LO_RESET = const(0x8000)
HI_RESET = const(0x7FFF)

OS = const(0x8000)  # written: begin one conversion; read: none is running
MUX_SHIFT = const(12)
MUX_AIN0 = const(4)  # AIN0 against ground
PGA_SHIFT = const(9)
SINGLE_SHOT = const(0x0100)
DR_SHIFT = const(5)
COMP_POL = const(0x0008)  # the line is high when it says something
COMP_QUE_OFF = const(0x0003)  # the comparator and its line are off

FULL_SCALE_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)
RATES_HZ = (8, 16, 32, 64, 128, 250, 475, 860)
HALF_SCALE = const(32768)
ADDRESSES = (0x48, 0x49, 0x4A, 0x4B)  # as its ADDR pin is wired
READY_PULSE_NS = const(8000)
# The oscillator's tolerance, per cent.
OSCILLATOR_PERCENT = const(10)
HIGHEST_I2C_HZ = const(400000)


class Ads1115:
    """A chip on a bench and on an `I2cWire`.

    Args:
        bench: its clock, a `ChipBench`.
        source: what lies at AIN0, with `volts(n, t_ns)`; n counts conversions since the configuration was written.

    Attributes:
        alert: the line ALERT/RDY, a `SignalLine` that a resistor pulls up.
        violations: what the host did that the data sheet forbids; empty after a correct measurement.
        ppm: how far off its oscillator is; within +-100000 on a sound chip.
        lost_edges: as many ready pulses as nobody will see.
        stopped: True while its oscillator stands still.
        conversions: how many were taken since the last change of the configuration.
    """

    highest_hertz = HIGHEST_I2C_HZ

    def __init__(self, bench, source):
        self.violations = []
        self.alert = SignalLine(1)
        self.ppm = 0.0
        self.lost_edges = 0
        self.stopped = False
        self.conversions = 0
        self._bench = bench
        self._source = source
        self._pointer = CONVERSION
        self._values = [0, CONFIG_RESET, LO_RESET, HI_RESET]
        self._epoch = 0
        self._busy = False

    def i2c_write(self, data) -> None:
        """What a host sends after the address: the pointer, and where two more bytes follow, a value."""
        if len(data) not in (1, 3):
            self.violations.append("%d bytes written; a pointer and perhaps two bytes are meant" % len(data))
            return
        if data[0] > HI_THRESH:
            self.violations.append("register %02x does not exist" % data[0])
            return
        self._pointer = data[0]
        if len(data) == 3:
            self._put(data[0], data[1] << 8 | data[2])

    def i2c_read(self, n: int) -> bytes:
        """What a host reads: the register that the pointer names, high byte first."""
        if n != 2:
            self.violations.append("%d bytes read; a register has 2" % n)
        value = self._values[self._pointer]
        if self._pointer == CONFIG:
            value = value & ~OS | (0 if self._busy else OS)
        return bytes((value >> 8 if i % 2 == 0 else value & 0xFF) for i in range(n))

    def general_call(self, command: int) -> None:
        """The reset that goes to every chip on the bus."""
        if command == 0x06:
            self._epoch += 1
            self._busy = False
            self._pointer = CONVERSION
            self._values = [0, CONFIG_RESET, LO_RESET, HI_RESET]

    @property
    def rate_hz(self) -> float:
        """Conversions a second that its own oscillator makes now."""
        return RATES_HZ[(self._values[CONFIG] >> DR_SHIFT) & 7] * (1.0 + self.ppm * 1e-6)

    def _put(self, register: int, value: int) -> None:
        if register == CONVERSION:
            self.violations.append("write to the conversion register, which is read-only")
            return
        self._values[register] = value
        if register == CONFIG:
            self._begin(value)

    def _begin(self, config: int) -> None:
        self._values[CONFIG] = config & ~OS
        self._busy = False
        self._epoch += 1
        self.conversions = 0
        self._due_ns = float(self._bench.now_ns)
        if not config & SINGLE_SHOT or config & OS:
            self._busy = True
            self._schedule()

    def _schedule(self) -> None:
        self._due_ns += 1e9 / self.rate_hz
        epoch = self._epoch
        self._bench.schedule(round(self._due_ns), lambda: self._convert(epoch))

    def _convert(self, epoch: int) -> None:
        if epoch != self._epoch:
            return
        if self.stopped:
            self._schedule()
            return
        config = self._values[CONFIG]
        full = FULL_SCALE_V[(config >> PGA_SHIFT) & 7]
        code = round(self._source.volts(self.conversions, self._bench.now_ns) / full * HALF_SCALE)
        self._values[CONVERSION] = min(max(code, -HALF_SCALE), HALF_SCALE - 1) & 0xFFFF
        self.conversions += 1
        single = bool(config & SINGLE_SHOT)
        self._tell_ready(config, single)
        if single:
            self._busy = False
        else:
            self._schedule()

    def _tell_ready(self, config: int, single: bool) -> None:
        """In continuous mode a pulse, in single-shot mode a level until the next conversion."""
        ready = self._values[HI_THRESH] & 0x8000 and not self._values[LO_THRESH] & 0x8000
        if not ready or config & COMP_QUE_OFF == COMP_QUE_OFF:
            return
        says = 1 if config & COMP_POL else 0
        lost = self.lost_edges > 0
        self.lost_edges -= lost
        self.alert.connected = not lost
        if single:
            self.alert.drive(1 - says)
        self.alert.drive(says)
        if not single:
            self._bench.schedule(self._bench.now_ns + READY_PULSE_NS, lambda: self._end_pulse(1 - says))

    def _end_pulse(self, level: int) -> None:
        self.alert.drive(level)
        self.alert.connected = True
