"""A Raspberry Pi's header on a bench: what is connected, and the modules through which a driver sees it."""

from pocketk_chips.bench import ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.linux.fake_gpiod import FakeGpiodModule
from pocketk_chips.linux.fake_smbus2 import FakeSmbus2Module
from pocketk_chips.linux.fake_spidev import FakeSpidevModule
from pocketk_chips.signal_line import SignalLine
from pocketk_chips.spi_wire import SpiWire


class PiBoard:
    """Chips on the buses and lines of one computer.

    Args:
        bench: the time.

    Attributes:
        bench: as given.
        spidev: stands for the module of that name.
        gpiod: likewise.
        smbus2: likewise.
    """

    def __init__(self, bench: ChipBench) -> None:
        self.bench = bench
        self._wires: dict[tuple[int, int], SpiWire] = {}
        self._lines: dict[tuple[str, int], SignalLine] = {}
        self.spidev = FakeSpidevModule(self._wires)
        self._buses: dict[int, I2cWire] = {}
        self.smbus2 = FakeSmbus2Module(self._buses)
        self.gpiod = FakeGpiodModule(bench, self._lines)

    def connect_spi(self, bus: int, device: int, wire: SpiWire) -> None:
        """Connect a chip's wire to a SPI bus and chip-select line."""
        self._wires[bus, device] = wire

    def connect_i2c(self, bus: int, wire: I2cWire) -> None:
        """Connect an I2C bus with what is on it."""
        self._buses[bus] = wire

    def connect_line(self, path: str, number: int, line: SignalLine) -> None:
        """Connect a chip's output to a GPIO line."""
        self._lines[path, number] = line
