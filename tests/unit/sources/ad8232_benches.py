"""ADS1115 and MCP3008 models behind an AD8232, each with its driver and source around it."""

from dataclasses import replace

from pocketk_agent.sources import ads1115_driver, mcp3008_driver
from pocketk_agent.sources.bus.ad8232_board import LeadOffPlace
from pocketk_agent.sources.ads1115_ad8232_source import SETTING, Ads1115Ad8232Source
from pocketk_agent.sources.bus.bench_clock import BenchClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.bus.host_time import BenchTime
from pocketk_agent.sources.bus.spi_place import SpiPlace
from pocketk_agent.sources.mcp3008_ad8232_source import Mcp3008Ad8232Source
from pocketk_chips.ad8232 import Ad8232
from pocketk_chips.ads1115 import Ads1115
from pocketk_chips.bench import ChipBench
from pocketk_chips.i2c_wire import I2cWire
from pocketk_chips.inputs import CodesInput, FlatInput
from pocketk_chips.linux.fake_gpiod import FakeGpiodModule
from pocketk_chips.linux.fake_smbus2 import FakeSmbus2Module
from pocketk_chips.linux.fake_spidev import FakeSpidevModule
from pocketk_chips.mcp3008 import Mcp3008
from pocketk_chips.spi_wire import SpiWire

LEAD_OFF = LeadOffPlace()


def amplifier(codes, off, zero: int, step_v: float) -> Ad8232:
    """An AD8232 whose output plays converter codes: the voltage at its inputs is 1 / gain of it about its middle."""
    source = FlatInput() if codes is None else CodesInput(codes - zero, step_v / 100.0, off)
    return Ad8232(source)


class Ads1115Bench:
    """Everything of a front end but the thumbs.

    Args:
        codes: what the chip is to give, from index 0 on; None for the middle.
        off: for each code the bits of the electrodes without contact.
        changes: of `BusSetting`.
    """

    def __init__(self, codes=None, off=None, pace=None, **changes) -> None:
        self.bench = ChipBench(pace=pace)
        self.amplifier = amplifier(codes, off, ads1115_driver.ZERO_COUNTS, ads1115_driver.STEP_V)
        self.chip = Ads1115(self.bench, self.amplifier)
        self.wire = I2cWire(self.bench, {0x48: self.chip}, 400_000)
        place = ads1115_driver.I2cPlace()
        lines = {
            (place.gpio_chip, place.line): self.chip.alert,
            (LEAD_OFF.gpio_chip, LEAD_OFF.plus): self.amplifier.lo_plus,
            (LEAD_OFF.gpio_chip, LEAD_OFF.minus): self.amplifier.lo_minus,
        }
        self.driver = ads1115_driver.Ads1115Driver(
            FakeSmbus2Module({1: self.wire}),
            FakeGpiodModule(self.bench, lines),
            place,
            LEAD_OFF,
            BenchTime(self.bench),
            "PI-7",
        )
        self.clock = BenchClock(self.bench)
        setting = replace(SETTING, **{"threaded": False, **changes})
        self.source = Ads1115Ad8232Source(self.driver, self.clock, setting)


class Mcp3008Bench:
    """The same with an MCP3008; its codes begin anew whenever the driver does."""

    def __init__(self, codes=None, off=None, pace=None, **changes) -> None:
        self.bench = ChipBench(pace=pace)
        self.amplifier = amplifier(codes, off, mcp3008_driver.STEPS // 2, mcp3008_driver.STEP_V)
        self.chip = Mcp3008(self.bench, [self.amplifier, *[None] * 7])
        self.wire = SpiWire(self.bench, self.chip)
        lines = {
            (LEAD_OFF.gpio_chip, LEAD_OFF.plus): self.amplifier.lo_plus,
            (LEAD_OFF.gpio_chip, LEAD_OFF.minus): self.amplifier.lo_minus,
        }
        chip = self.chip

        class RewindingDriver(mcp3008_driver.Mcp3008Driver):
            def _start(self) -> None:
                super()._start()
                chip.conversions = 0

        self.driver = RewindingDriver(
            FakeSpidevModule({(0, 0): self.wire}),
            FakeGpiodModule(self.bench, lines),
            SpiPlace(),
            LEAD_OFF,
            BenchTime(self.bench),
            "PI-7",
        )
        self.clock = BenchClock(self.bench)
        self.source = Mcp3008Ad8232Source(self.driver, self.clock, BusSetting(**{"threaded": False, **changes}))
