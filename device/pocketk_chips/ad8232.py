"""The AD8232 as a converter sees it: gain 100 about half the supply, and two lines that say which electrode is off.

What the model takes from the data sheet, and how sure that is: docs/hardware.md, AD8232.
"""

from pocketk_chips.signal_line import SignalLine

GAIN = 100.0
# How near to ground and supply the output comes.
HEADROOM_V = 0.1


class Ad8232:
    """An amplifier between electrodes and a converter; itself what lies at the converter's input.

    Args:
        source: what lies at its own inputs, without the electrodes' offset: its high-pass keeps that from the output.
        supply_v: its supply.

    Attributes:
        lo_plus: high while the electrode at +IN is off.
        lo_minus: high while the electrode at -IN is off.
    """

    HIGH_PASS_HZ = 0.5  # of the usual board with two electrodes

    def __init__(self, source, supply_v: float = 3.3):
        self.lo_plus = SignalLine(0)
        self.lo_minus = SignalLine(0)
        self._source = source
        self._supply_v = supply_v

    def volts(self, n: int, t_ns: int) -> float:
        """Volts at the output; the two lines follow."""
        off = self._source.lead_off(n, t_ns)
        self.lo_plus.drive(off & 1)
        self.lo_minus.drive(off >> 1 & 1)
        volts = self._supply_v / 2.0 + GAIN * self._source.volts(n, t_ns)
        return min(max(volts, HEADROOM_V), self._supply_v - HEADROOM_V)
