"""An ADS1292R on a Raspberry Pi, both of them models, for tests."""

from dataclasses import dataclass, field

from pocketk_agent.sources.ads1292r_source import Ads1292rSource
from pocketk_agent.sources.bus.ads1292r_wiring import Ads1292rWiring
from pocketk_agent.sources.bus.bench_clock import BenchClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.bus.host_time import BenchTime
from pocketk_chips.ads1292r import Ads1292r
from pocketk_chips.bench import ChipBench
from pocketk_chips.inputs import FlatInput
from pocketk_chips.linux.pi_board import PiBoard
from pocketk_chips.spi_wire import SpiWire

# The step of the set-up that the agent uses: 2.42 V at gain 6.
STEP_V = 2.42 / (6 * (2**23 - 1))
VIRTUAL = BusSetting(threaded=False)


@dataclass
class AdsBench:
    """Chip, wire and board; `source` is the agent's, in virtual time unless a pace is given."""

    source_input: object = field(default_factory=FlatInput)
    clock_ppb: int = 0
    pace: object = None

    def __post_init__(self) -> None:
        self.bench = ChipBench(start_ns=1_000_000_000)
        self.bench.pace = self.pace
        self.chip = Ads1292r(self.bench, self.source_input, self.clock_ppb)
        self.wire = SpiWire(self.bench, self.chip)
        self.board = PiBoard(self.bench)
        self.board.connect_spi(0, 0, self.wire)
        self.board.connect_line("/dev/gpiochip0", 25, self.chip.drdy)
        self.clock = BenchClock(self.bench)
        self.time = BenchTime(self.bench)

    def source(self, setting: BusSetting = VIRTUAL, clock=None, **wiring) -> Ads1292rSource:
        """The agent's source for this chip."""
        return Ads1292rSource(
            self.board.spidev, self.board.gpiod, self.time, clock or self.clock, Ads1292rWiring(**wiring), setting
        )
