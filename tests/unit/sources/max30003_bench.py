"""A MAX30003 model with its driver and source around it."""

from pocketk_agent.sources.bus.bench_clock import BenchClock
from pocketk_agent.sources.bus.bus_source import BusSetting
from pocketk_agent.sources.bus.host_time import BenchTime
from pocketk_agent.sources.bus.spi_place import SpiPlace
from pocketk_agent.sources.bus.max30003_driver import Max30003Driver
from pocketk_agent.sources.max30003_source import Max30003Source
from pocketk_chips.bench import ChipBench
from pocketk_chips.inputs import CodesInput, FlatInput
from pocketk_chips.linux.fake_gpiod import FakeGpiodModule
from pocketk_chips.linux.fake_spidev import FakeSpidevModule
from pocketk_chips.max30003 import Max30003
from pocketk_chips.spi_wire import SpiWire

STEP_V = 1.0 / (2**17 * 20)


class Max30003Bench:
    """Everything of a front end but the thumbs.

    Args:
        codes: what the chip is to give, from index 0 on; None for nothing but zeros.
        off: for each code the bits of the electrodes without contact.
        changes: of `BusSetting`.
    """

    def __init__(self, codes=None, off=None, pace=None, **changes) -> None:
        self.bench = ChipBench(pace=pace)
        source = FlatInput() if codes is None else CodesInput(codes, STEP_V, off)
        self.chip = Max30003(self.bench, source)
        self.wire = SpiWire(self.bench, self.chip)
        place = SpiPlace()
        self.driver = Max30003Driver(
            FakeSpidevModule({(0, 0): self.wire}),
            FakeGpiodModule(self.bench, {(place.gpio_chip, place.line): self.chip.intb}),
            place,
            BenchTime(self.bench),
            "PI-7",
        )
        self.clock = BenchClock(self.bench)
        self.source = Max30003Source(self.driver, self.clock, BusSetting(**{"threaded": False, **changes}))
