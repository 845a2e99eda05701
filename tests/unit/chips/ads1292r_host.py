"""A host on a SPI bus that tells an ADS1292R's model what to do, a command at a time."""

from pocketk_chips.ads1292r import Ads1292r
from pocketk_chips.bench import ChipBench
from pocketk_chips.inputs import FlatInput
from pocketk_chips.spi_wire import SpiWire

MHZ = 1_000_000
CODE_MAX, CODE_MIN = 2**23 - 1, -(2**23)
START, STOP, RDATAC, SDATAC, RDATA, RESET = 0x08, 0x0A, 0x10, 0x11, 0x12, 0x06
WAKEUP, STANDBY, OFFSETCAL = 0x02, 0x04, 0x1A


class Host:
    """The host; `edges` are the times of the falling edges of DRDY."""

    def __init__(self, source=None, ppb: int = 0) -> None:
        self.bench = ChipBench()
        self.chip = Ads1292r(self.bench, source or FlatInput(), ppb)
        self.wire = SpiWire(self.bench, self.chip)
        self.edges: list[int] = []
        self.chip.drdy.listen(lambda level: None if level else self.edges.append(self.bench.now_ns))

    def send(self, *sent: int, hertz: int = MHZ, mode: int = 1, hold_ns: int = 8000) -> bytes:
        received = bytearray(len(sent))
        self.wire.transfer(bytes(sent), received, hertz, mode, hold_ns)
        return bytes(received)

    def read(self, address: int, n: int = 1) -> bytes:
        return self.send(0x20 | address, n - 1, *bytes(n))[2:]

    def write(self, address: int, *values: int) -> None:
        self.send(0x40 | address, len(values) - 1, *values)

    def set_up(self, channel_1: int = 0x00, config_2: int = 0xE0) -> "Host":
        self.send(SDATAC)
        self.write(0x02, config_2)
        self.write(0x04, channel_1, 0x81)
        self.write(0x07, 0x03)
        self.send(START)
        self.send(RDATAC)
        return self

    def frame(self) -> bytes:
        seen = len(self.edges)
        assert self.bench.run_until(lambda: len(self.edges) > seen, self.bench.now_ns + 10**9)
        return self.send(*bytes(9), hold_ns=0)

    def code(self) -> int:
        return int.from_bytes(self.frame()[3:6], "big", signed=True)
