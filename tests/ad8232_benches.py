"""An ADS1115 and an MCP3008, each behind an AD8232 on a Raspberry Pi, all of them models, for tests."""

from dataclasses import replace

from pocketk_agent.sources.ads1115_ad8232_source import SETTING, Ads1115Ad8232Source
from pocketk_agent.sources.bus.ad8232_board import GAIN, LeadOffPlace
from pocketk_agent.sources.bus.ads1115_driver import STEP_V as ADS1115_STEP_V
from pocketk_agent.sources.bus.ads1115_driver import ZERO_COUNTS as ADS1115_ZERO
from pocketk_agent.sources.bus.ads1115_driver import Ads1115Driver
from pocketk_agent.sources.bus.ads1115_wiring import Ads1115Wiring
from pocketk_agent.sources.bus.bench_clock import BenchClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.bus.host_time import BenchTime
from pocketk_agent.sources.bus.mcp3008_driver import STEP_V as MCP3008_STEP_V
from pocketk_agent.sources.bus.mcp3008_driver import Mcp3008Driver
from pocketk_agent.sources.bus.mcp3008_wiring import Mcp3008Wiring
from pocketk_agent.sources.mcp3008_ad8232_source import Mcp3008Ad8232Source
from pocketk_chips.ad8232 import Ad8232
from pocketk_chips.ads1115 import Ads1115
from pocketk_chips.bench import ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import CodesInput, FlatInput
from pocketk_chips.linux.pi_board import PiBoard
from pocketk_chips.mcp3008 import Mcp3008
from pocketk_chips.spi_wire import SpiWire

MCP3008_ZERO = 512
_PLACE = LeadOffPlace()
VIRTUAL = BusSetting(threaded=False)


def electrodes(codes, zero: int, step_v: float, lead_off=None) -> CodesInput:
    """Codes of a converter as volts at the amplifier's inputs."""
    return CodesInput(codes - zero, step_v / GAIN, lead_off)


class _Ad8232Bench:
    def __init__(self, source_input, pace) -> None:
        self.bench = ChipBench(start_ns=1_000_000_000, pace=pace)
        self.amplifier = Ad8232(source_input or FlatInput())
        self.board = PiBoard(self.bench)
        self.board.connect_line(_PLACE.gpio_chip, _PLACE.plus, self.amplifier.lo_plus)
        self.board.connect_line(_PLACE.gpio_chip, _PLACE.minus, self.amplifier.lo_minus)
        self.clock = BenchClock(self.bench)
        self.time = BenchTime(self.bench)


class Ads1115Bench(_Ad8232Bench):
    """Chips, wire and board; `source` is the agent's, in virtual time unless a pace is given."""

    def __init__(self, source_input=None, ppm: float = 0.0, pace=None) -> None:
        super().__init__(source_input, pace)
        self.chip = Ads1115(self.bench, self.amplifier)
        self.chip.ppm = ppm
        self.wire = I2cWire(self.bench, {0x48: self.chip}, 400_000)
        self.board.connect_i2c(1, self.wire)
        self.board.connect_line("/dev/gpiochip0", 25, self.chip.alert)

    @staticmethod
    def electrodes(codes, lead_off=None) -> CodesInput:
        """What makes the converter give these codes."""
        return electrodes(codes, ADS1115_ZERO, ADS1115_STEP_V, lead_off)

    def driver(self, **wiring) -> Ads1115Driver:
        """The agent's driver for these chips."""
        return Ads1115Driver(self.board.smbus2, self.board.gpiod, self.time, Ads1115Wiring(**wiring))

    def source(self, setting: BusSetting = VIRTUAL, clock=None, **wiring) -> Ads1115Ad8232Source:
        """The agent's source for these chips, which bears the oscillator's tolerance."""
        borne = replace(setting, rate_tolerance=SETTING.rate_tolerance)
        return Ads1115Ad8232Source(
            self.board.smbus2, self.board.gpiod, self.time, clock or self.clock, Ads1115Wiring(**wiring), borne
        )


class Mcp3008Bench(_Ad8232Bench):
    """The same with an MCP3008, whose samples are numbered from its driver's last start on."""

    def __init__(self, source_input=None, pace=None) -> None:
        super().__init__(source_input, pace)
        self.chip = Mcp3008(self.bench, [self.amplifier, *[None] * 7])
        self.wire = SpiWire(self.bench, self.chip)
        self.board.connect_spi(0, 0, self.wire)

    @staticmethod
    def electrodes(codes, lead_off=None) -> CodesInput:
        """What makes the converter give these codes."""
        return electrodes(codes, MCP3008_ZERO, MCP3008_STEP_V, lead_off)

    def driver(self, **wiring) -> Mcp3008Driver:
        """The agent's driver for these chips."""
        return self._rewinding(Mcp3008Driver(self.board.spidev, self.board.gpiod, self.time, Mcp3008Wiring(**wiring)))

    def source(self, setting: BusSetting = VIRTUAL, clock=None, **wiring) -> Mcp3008Ad8232Source:
        """The agent's source for these chips."""
        source = Mcp3008Ad8232Source(
            self.board.spidev, self.board.gpiod, self.time, clock or self.clock, Mcp3008Wiring(**wiring), setting
        )
        self._rewinding(source.driver)
        return source

    def _rewinding(self, driver: Mcp3008Driver) -> Mcp3008Driver:
        """The chip knows no beginning, so that the bench must be told when the driver begins."""
        begin = driver.begin

        def begin_and_rewind() -> None:
            begin()
            self.chip.conversions = 0

        driver.begin = begin_and_rewind
        return driver
