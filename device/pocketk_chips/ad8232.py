"""The AD8232 as a converter sees it: gain 100 about half the supply, and two lines that say which electrode is off.

What the model takes from the data sheet, and how sure that is: docs/hardware.md, AD8232.
"""

from pocketk_chips.signal_line import SignalLine

GAIN = 100.0
# How near to ground and supply the output comes.
HEADROOM_V = 0.05


class Ad8232:
    """An amplifier between electrodes and a converter.

    Args:
        source: called once for every conversion with its time in ns: volts between the electrodes.
        lead_off: called before that with the same time: whether an electrode is off; None for never.
        supply_v: its supply.

    Attributes:
        lo_plus: high while the electrode at +IN is off.
        lo_minus: high while the electrode at -IN is off.
        offset_v: of the electrodes; its high-pass keeps all of it from the output.
    """

    def __init__(self, source, lead_off=None, supply_v: float = 3.3):
        self.lo_plus = SignalLine(0)
        self.lo_minus = SignalLine(0)
        self.offset_v = 0.0
        self._source = source
        self._lead_off = lead_off
        self._supply_v = supply_v

    def output_v(self, now_ns: int) -> float:
        """Volts at the output."""
        off = self._lead_off is not None and self._lead_off(now_ns)
        self.lo_plus.drive(1 if off else 0)
        self.lo_minus.drive(1 if off else 0)
        volts = self._supply_v / 2.0 + GAIN * self._source(now_ns)
        return min(max(volts, HEADROOM_V), self._supply_v - HEADROOM_V)
