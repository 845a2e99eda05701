"""The true sampling rate, from the times at which the kernel saw the samples come."""

_NS_PER_S = 1_000_000_000
WINDOW = 5000


class RateMeter:
    """Least squares of the time of sampling instants over their index, in whole numbers.

    The converter owns the clock and the host only looks at it: over n instants with a jitter of s the rate's relative
    error is s * sqrt(12 / n) / (n * period), for 2 s at 500 Hz and 20 us of jitter about 1 in a million. The host's
    own clock is off by some 10 in a million more (engineering choice: a usual crystal), which no instant can show.

    Args:
        window: after so many periods the instants are summed up as `window_period_ns` and the next window begins.

    Attributes:
        n: instants in the present window.
        span: sampling periods from its first instant to its last.
        window_period_ns: nanoseconds a sample over the last whole window, None before one was whole.
        windows: whole windows so far.
    """

    def __init__(self, window: int = WINDOW) -> None:
        self._window = window
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.window_period_ns: float | None = None
        self.windows = 0
        self._begin_window(0, 0)
        self.n = 0

    def add(self, index: int, at_ns: int) -> None:
        """Take one instant.

        Args:
            index: number of the sample.
            at_ns: when it was there, nanoseconds of a monotonic clock.
        """
        if not self.n:
            self._begin_window(index, at_ns)
        i, t = index - self._first_index, at_ns - self._first_ns
        self.n += 1
        self.span = i
        self._sum_i += i
        self._sum_t += t
        self._sum_ii += i * i
        self._sum_it += i * t
        if i >= self._window:
            self.window_period_ns = self.period_ns
            self.windows += 1
            self.n = 0

    def _begin_window(self, index: int, at_ns: int) -> None:
        self._first_index, self._first_ns = index, at_ns
        self.span = 0
        self._sum_i = self._sum_t = self._sum_ii = self._sum_it = 0

    @property
    def period_ns(self) -> float | None:
        """Nanoseconds from sample to sample; None before two instants with different indices."""
        spread = self.n * self._sum_ii - self._sum_i * self._sum_i
        if spread <= 0:
            return self.window_period_ns
        return (self.n * self._sum_it - self._sum_i * self._sum_t) / spread

    @property
    def fs_hz(self) -> float | None:
        """Rate rounded to 1 mHz, as headers and the wire carry it; None where it cannot be told."""
        period_ns = self.period_ns
        return None if not period_ns or period_ns <= 0.0 else round(_NS_PER_S / period_ns, 3)

    def window_ppm(self, nominal_hz: float) -> float | None:
        """How many millionths faster than `nominal_hz` the converter ran in the last whole window."""
        period_ns = self.window_period_ns
        return None if not period_ns or period_ns <= 0.0 else (_NS_PER_S / period_ns / nominal_hz - 1.0) * 1e6
