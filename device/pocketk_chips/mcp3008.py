"""The MCP3008 as a host sees it: ten bits for 17 clocks, and no clock of its own.

What the model takes from the data sheet, and how sure that is: docs/hardware.md, MCP3008.
"""

from pocketk_firmware.constant import const

# Supply in volts and the highest clock there; between the two the data sheet gives no figure.
SUPPLY_LOW_V, HIGHEST_LOW_HZ = 2.7, 1350000
SUPPLY_HIGH_V, HIGHEST_HIGH_HZ = 5.0, 3600000
STEPS = const(1024)
# Clocks from the start bit to the end of the sampling, and to the first bit of the result.
_COMMAND_BITS = const(5)
_RESULT_BITS = const(10)
# The hold capacitor leaks: from the end of the sampling to the last bit no more time may pass.
LONGEST_CONVERSION_NS = const(1200000)
SINGLE_ENDED = const(8)
# A host that sends whole bytes puts the start bit last in the first, so that the result ends with the third.
LEADING_ZEROS = const(7)


class Mcp3008:
    """A chip on a bench and on a `SpiWire`.

    Args:
        bench: its clock, a `ChipBench`.
        sources: what lies at the eight inputs, each with `volts(n, t_ns)`; None for one that is not connected.
        supply_v: its supply and reference.

    Attributes:
        violations: what the host did that the data sheet forbids; empty after a correct measurement.
        conversions: how many were taken; may be set back, since the chip knows no beginning.
    """

    spi_mode = 0

    def __init__(self, bench, sources, supply_v: float = 3.3):
        self.violations = []
        self.conversions = 0
        self._bench = bench
        self._sources = sources
        self._supply_v = supply_v
        self._selected = False

    @property
    def highest_hertz(self) -> int:
        """Highest clock that the data sheet promises at this supply: the lower figure short of 5 V."""
        return HIGHEST_HIGH_HZ if self._supply_v >= SUPPLY_HIGH_V else HIGHEST_LOW_HZ

    def select(self) -> None:
        """CS falls."""
        if self._selected:
            self.violations.append("CS was not raised between two conversions")
        self._selected = True
        self._clocks = -1  # before the start bit
        self._leading = 0
        self._command = 0
        self._code = 0
        self._sampled_ns = 0

    def exchange(self, sent: int, byte_ns: int) -> int:
        """Eight clocks, which took `byte_ns`."""
        # A little more than the figure, since whole nanoseconds are rounded down.
        if byte_ns < 8 * 1000000000 // self.highest_hertz:
            self.violations.append("a clock of %d Hz, at most %d" % (8000000000 // byte_ns, self.highest_hertz))
        out = 0
        for bit in range(7, -1, -1):
            out = out << 1 | self._clock(sent >> bit & 1, self._bench.now_ns - bit * byte_ns // 8)
        return out

    def deselect(self) -> None:
        """CS rises."""
        self._selected = False
        if self._clocks < 0:
            self.violations.append("CS rose before a start bit came")
        elif self._clocks < _COMMAND_BITS + 2 + _RESULT_BITS - 1:
            self.violations.append("CS rose %d clocks after the start bit" % self._clocks)

    def _clock(self, data: int, now_ns: int) -> int:
        """One clock; a bit out."""
        if self._clocks < 0:
            if data:
                self._clocks = 0
                if self._leading != LEADING_ZEROS:
                    self.violations.append(
                        "the start bit came after %d clocks, not %d" % (self._leading, LEADING_ZEROS)
                    )
            else:
                self._leading += 1
            return 1
        self._clocks += 1
        place = self._clocks
        if place < _COMMAND_BITS:
            self._command = self._command << 1 | data
            if place == _COMMAND_BITS - 1:
                self._sampled_ns = now_ns
            return 1
        if place == _COMMAND_BITS:
            self._sample(now_ns)
            return 1
        return self._result_bit(place - _COMMAND_BITS - 1, now_ns)

    def _result_bit(self, place: int, now_ns: int) -> int:
        """A zero, then the result from its highest bit on."""
        if place == 0 or place > _RESULT_BITS:
            return 0
        if place == _RESULT_BITS and now_ns - self._sampled_ns > LONGEST_CONVERSION_NS:
            self.violations.append("a conversion of %d ns, at most %d" % (now_ns - self._sampled_ns, 1200000))
        return self._code >> (_RESULT_BITS - place) & 1

    def _sample(self, now_ns: int) -> None:
        channel = self._command & 7
        source = self._sources[channel] if self._command & SINGLE_ENDED else None
        if source is None:
            self.violations.append("a conversion of command %x, where nothing is connected" % self._command)
            return
        code = int(source.volts(self.conversions, now_ns) / self._supply_v * STEPS + 0.5)
        self._code = min(max(code, 0), STEPS - 1)
        self.conversions += 1
