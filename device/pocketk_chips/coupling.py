"""A capacitor before an amplifier."""

import math


class AcCoupledInput:
    """An input whose direct voltage a single-pole high-pass keeps away; the first voltage is taken as its rest.

    Args:
        source: what lies before the capacitor; see `inputs`.
        corner_hz: where it takes 3 dB.
    """

    def __init__(self, source, corner_hz: float):
        self._source = source
        self._corner_hz = corner_hz
        self._level_v = 0.0
        self._at_ns = None

    def volts(self, n: int, t_ns: int) -> float:
        """What passes."""
        volts = self._source.volts(n, t_ns)
        if self._at_ns is None:
            self._level_v = volts
        else:
            keep = math.exp(-2.0 * math.pi * self._corner_hz * (t_ns - self._at_ns) * 1e-9)
            self._level_v = keep * self._level_v + (1.0 - keep) * volts
        self._at_ns = t_ns
        return volts - self._level_v

    def lead_off(self, n: int, t_ns: int) -> int:
        """As before the capacitor."""
        return self._source.lead_off(n, t_ns)
