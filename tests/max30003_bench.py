"""A MAX30003 on a Raspberry Pi, both of them models, for tests."""

from pocketk_agent.sources.bus.bench_clock import BenchClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.bus.host_time import BenchTime
from pocketk_agent.sources.bus.max30003_driver import Max30003Driver
from pocketk_agent.sources.bus.max30003_wiring import Max30003Wiring
from pocketk_agent.sources.max30003_source import Max30003Source
from pocketk_chips.bench import ChipBench
from pocketk_chips.inputs import FlatInput
from pocketk_chips.linux.pi_board import PiBoard
from pocketk_chips.max30003 import Max30003
from pocketk_chips.spi_wire import SpiWire

# The step of the set-up that the agent uses: 1 V at gain 20.
STEP_V = 1.0 / (2**17 * 20)
VIRTUAL = BusSetting(threaded=False)


class Max30003Bench:
    """Chip, wire and board; `source` is the agent's, in virtual time unless a pace is given."""

    def __init__(self, source_input=None, ppm: float = 0.0, pace=None) -> None:
        self.bench = ChipBench(start_ns=1_000_000_000, pace=pace)
        self.chip = Max30003(self.bench, source_input or FlatInput())
        self.chip.ppm = ppm
        self.wire = SpiWire(self.bench, self.chip)
        self.board = PiBoard(self.bench)
        self.board.connect_spi(0, 0, self.wire)
        self.board.connect_line("/dev/gpiochip0", 25, self.chip.intb)
        self.clock = BenchClock(self.bench)
        self.time = BenchTime(self.bench)

    def driver(self, **wiring) -> Max30003Driver:
        """The agent's driver for this chip."""
        return Max30003Driver(self.board.spidev, self.board.gpiod, self.time, Max30003Wiring(**wiring))

    def source(self, setting: BusSetting = VIRTUAL, clock=None, **wiring) -> Max30003Source:
        """The agent's source for this chip."""
        return Max30003Source(
            self.board.spidev, self.board.gpiod, self.time, clock or self.clock, Max30003Wiring(**wiring), setting
        )
