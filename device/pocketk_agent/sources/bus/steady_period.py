"""How long a sampling period is, as well as is known at any moment."""

from pocketk_agent.sources.bus.rate_meter import RateMeter

_NS_PER_S = 1_000_000_000
# From so many periods on the present measurement is better than the one before, or than the nominal rate; jitter of
# 50 us then costs 1 in 10,000 (engineering choice).
_FEWEST_PERIODS = 500


class SteadyPeriod:
    """The newest period that was measured over long enough; kept when the measurement begins afresh.

    Args:
        rate: what measures it.
        nominal_hz: rate until it was measured.

    Attributes:
        ns: nanoseconds.
    """

    def __init__(self, rate: RateMeter, nominal_hz: float) -> None:
        self._rate = rate
        self.ns = _NS_PER_S / nominal_hz

    def refresh(self) -> None:
        """Take over what the meter has measured by now."""
        if self._rate.span >= _FEWEST_PERIODS and (period_ns := self._rate.period_ns):
            self.ns = period_ns
