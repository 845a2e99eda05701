"""MicroPython's `machine` for chip models: `sys.modules["machine"] = Machine(board)` before a driver imports it.

Only the names and parameters that a driver here uses. Waiting moves the bench: `machine.idle()` to the next event,
`machine.lightsleep(ms)` by that long.
"""

from pocketk_chips.spi_wire import SpiWire

_ADC_FULL_V = 3.3  # what `ADC.read_u16` reads as 65535 on a Pico


class Board:
    """What is connected to which pin.

    Args:
        bench: the time.
    """

    def __init__(self, bench):
        self.bench = bench
        self.lines = {}
        self.outputs = {}
        self.selects = {}
        self.spi_wires = {}
        self.i2c_wires = {}
        self.voltages = {}

    def connect_line(self, pin: int, line) -> None:
        """Connect an input pin to a chip's output, a `SignalLine`."""
        self.lines[pin] = line

    def connect_spi(self, bus: int, select_pin: int, chip) -> SpiWire:
        """Connect a chip to a SPI bus; it is selected while the pin is low."""
        wire = SpiWire(self.bench, chip)
        self.selects[select_pin] = chip
        self.spi_wires.setdefault(bus, []).append((select_pin, wire))
        return wire

    def connect_i2c(self, bus: int, wire) -> None:
        """Connect an `I2cWire`."""
        self.i2c_wires[bus] = wire

    def sleep_us(self, microseconds: int) -> None:
        """Let that much time pass, as `time.sleep_us` does on a chip; a driver takes it as an argument."""
        self.bench.advance(microseconds * 1000)

    def connect_voltage(self, pin: int, voltage) -> None:
        """Connect an analogue pin; `voltage(t_ns)` gives volts."""
        self.voltages[pin] = voltage


class Machine:
    """Stands for the module `machine`.

    Args:
        board: what is connected.
    """

    def __init__(self, board):
        self._board = board
        self.Pin = type("Pin", (Pin,), {"board": board})
        self.SPI = type("SPI", (SPI,), {"board": board})
        self.I2C = type("I2C", (I2C,), {"board": board})
        self.ADC = type("ADC", (ADC,), {"board": board})
        self.Timer = type("Timer", (Timer,), {"board": board})

    def idle(self) -> None:
        """Let the chips do what is next, if there is anything."""
        next_ns = self._board.bench.next_event_ns()
        if next_ns is not None:
            self._board.bench.advance_to(next_ns)

    def lightsleep(self, milliseconds: int) -> None:
        """Let that much time pass."""
        self._board.bench.advance(milliseconds * 1000000)

    def unique_id(self) -> bytes:
        """Eight bytes, as on a Pico."""
        return b"pk-chips"


class Pin:
    """As `machine.Pin`: an output that selects a chip or goes nowhere, or an input from a chip's line."""

    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_FALLING, IRQ_RISING = 4, 8
    board: Board

    def __init__(self, id, mode=-1, pull=-1, value=None):
        self._id = id
        self._level = 1
        self._handler = None
        self._trigger = 0
        line = self.board.lines.get(id)
        self._line = line
        if line is not None:
            line.listen(self._on_change)
        if value is not None:
            self.value(value)

    def value(self, level=None):
        """The level, or set it."""
        if level is None:
            return self._level if self._line is None else self._line.level
        chip = self.board.selects.get(self._id)
        if chip is not None and bool(level) != bool(self._level):
            if level:
                chip.deselect()
            else:
                chip.select()
        self._level = 1 if level else 0
        self.board.outputs[self._id] = self
        return None

    def __call__(self, level=None):
        """As `value`."""
        return self.value(level)

    def on(self) -> None:
        """Set it high."""
        self.value(1)

    def off(self) -> None:
        """Set it low."""
        self.value(0)

    def irq(self, handler=None, trigger=12, hard=False):
        """Have `handler(pin)` called at an edge; None for nobody."""
        self._handler = handler
        self._trigger = trigger
        return self

    def _on_change(self, level):
        wanted = self.IRQ_RISING if level else self.IRQ_FALLING
        if self._handler is not None and self._trigger & wanted:
            self._handler(self)


class SPI:
    """As `machine.SPI`; the chip that is selected answers, else the bus reads 0xFF."""

    MSB, LSB = 0, 1
    board: Board

    def __init__(self, id, baudrate=1000000, polarity=0, phase=0, **pins):
        self._id = id
        self._hertz = baudrate
        self._mode = 2 * polarity + phase

    def deinit(self) -> None:
        """Nothing to give back."""

    def write(self, sent) -> None:
        """Send."""
        self._exchange(sent, None)

    def read(self, n, write=0) -> bytes:
        """Receive while `write` is sent again and again."""
        received = bytearray(n)
        self._exchange(bytes([write] * n), received)
        return bytes(received)

    def readinto(self, received, write=0) -> None:
        """As `read`, into a buffer."""
        self._exchange(bytes([write] * len(received)), received)

    def write_readinto(self, sent, received) -> None:
        """Send and receive at once; both buffers have one length."""
        self._exchange(sent, received)

    def _exchange(self, sent, received):
        for select_pin, wire in self.board.spi_wires.get(self._id, ()):
            pin = self.board.outputs.get(select_pin)
            if pin is not None and not pin.value():
                wire.exchange(sent, received, self._hertz, self._mode)
                return
        if received is not None:
            for i in range(len(received)):
                received[i] = 0xFF


class I2C:
    """As `machine.I2C`."""

    board: Board

    def __init__(self, id, scl=None, sda=None, freq=400000):
        self._wire = self.board.i2c_wires[id]
        self._wire.hertz = freq

    def scan(self):
        """Addresses that answer."""
        return sorted(self._wire.chips)

    def writeto(self, address, data) -> int:
        """Send."""
        self._wire.write(address, data)
        return len(data)

    def readfrom(self, address, n) -> bytes:
        """Receive."""
        return self._wire.read(address, n)

    def writeto_mem(self, address, register, data) -> None:
        """Send to a register."""
        self._wire.write(address, bytes([register]) + bytes(data))

    def readfrom_mem(self, address, register, n) -> bytes:
        """Receive from a register."""
        self._wire.write(address, bytes([register]))
        return self._wire.read(address, n)


class ADC:
    """As `machine.ADC`: 16 bits of 3.3 V."""

    board: Board

    def __init__(self, pin):
        number = pin if isinstance(pin, int) else pin._id
        self._voltage = self.board.voltages[number]

    def read_u16(self) -> int:
        """0 to 65535."""
        volts = self._voltage(self.board.bench.now_ns)
        return min(65535, max(0, int(volts / _ADC_FULL_V * 65535 + 0.5)))


class Timer:
    """As `machine.Timer`, virtual ones."""

    ONE_SHOT, PERIODIC = 0, 1
    board: Board

    def __init__(self, id=-1, **settings):
        self._event = None
        if settings:
            self.init(**settings)

    def init(self, mode=PERIODIC, freq=-1, period=-1, callback=None) -> None:
        """Start: `freq` in hertz or `period` in milliseconds."""
        self.deinit()
        self._callback = callback
        self._again = mode == self.PERIODIC
        self._period_ns = 1000000000 // freq if freq > 0 else period * 1000000
        self._due_ns = self.board.bench.now_ns + self._period_ns
        self._event = self.board.bench.schedule(self._due_ns, self._fire)

    def deinit(self) -> None:
        """Stop."""
        if self._event is not None:
            self.board.bench.cancel(self._event)
            self._event = None

    def _fire(self):
        self._event = None
        if self._again:
            self._due_ns += self._period_ns
            self._event = self.board.bench.schedule(self._due_ns, self._fire)
        if self._callback is not None:
            self._callback(self)
