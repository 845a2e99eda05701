"""What lies at a converter's inputs, as functions of the sample's number and of time.

An input has `volts(n, t_ns)`, between the electrodes, and `lead_off(n, t_ns)`: bit 0 is set while the positive
electrode has no contact, bit 1 for the negative one. `n` counts conversions since the converter was started.
"""


class FlatInput:
    """A constant voltage, both electrodes in contact.

    Args:
        level_v: volts.
    """

    def __init__(self, level_v: float = 0.0):
        self.level_v = level_v

    def volts(self, n: int, t_ns: int) -> float:
        """The level."""
        return self.level_v

    def lead_off(self, n: int, t_ns: int) -> int:
        """In contact."""
        return 0


class CodesInput:
    """Plays codes sample by sample, each at the middle of its step, so that the converter gives exactly these back.

    After the last one it stays there.

    Args:
        codes: signed codes to play.
        step_v: volts a code, that of the converter in its set-up.
        lead_off: for each code the bits of the electrodes without contact; None for never.
    """

    def __init__(self, codes, step_v: float, lead_off=None):
        self._codes = codes
        self._step_v = step_v
        self._lead_off = lead_off

    def volts(self, n: int, t_ns: int) -> float:
        """The voltage of code number `n`."""
        return int(self._codes[min(n, len(self._codes) - 1)]) * self._step_v

    def lead_off(self, n: int, t_ns: int) -> int:
        """The bits of code number `n`."""
        return 0 if self._lead_off is None else int(self._lead_off[min(n, len(self._lead_off) - 1)])


class FunctionInput:
    """A voltage as a function of time, both electrodes in contact.

    Args:
        function: `function(t_ns)` gives volts.
    """

    def __init__(self, function):
        self._function = function

    def volts(self, n: int, t_ns: int) -> float:
        """The voltage at `t_ns`."""
        return self._function(t_ns)

    def lead_off(self, n: int, t_ns: int) -> int:
        """In contact."""
        return 0
