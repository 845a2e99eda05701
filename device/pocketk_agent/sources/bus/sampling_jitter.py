"""How regularly a host has sampled where its own clock is all there is."""

import math


class SamplingJitter:
    """How late samples were taken after their time.

    Attributes:
        n: samples.
        worst_us: the latest, microseconds.
    """

    def __init__(self) -> None:
        self.n = 0
        self.worst_us = 0.0
        self._sum, self._squares = 0.0, 0.0

    def add(self, late_us: float) -> None:
        """Take one sample."""
        self.n += 1
        self.worst_us = max(self.worst_us, late_us)
        self._sum += late_us
        self._squares += late_us * late_us

    @property
    def rms_us(self) -> float:
        """Standard deviation of the lateness, microseconds; a constant lateness is none."""
        if not self.n:
            return 0.0
        return math.sqrt(max(0.0, self._squares / self.n - (self._sum / self.n) ** 2))

    def sentence(self) -> str:
        """What health says."""
        return (
            f"sampled by the host's clock: jitter {self.rms_us:.0f} us rms, {self.worst_us:.0f} us at worst "
            f"over {self.n} samples"
        )
