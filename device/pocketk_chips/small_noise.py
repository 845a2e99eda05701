"""A converter's own noise, the same in both runtimes."""


class SmallNoise:
    """Nearly normal numbers of mean 0 and standard deviation 1, within +-3.5.

    Args:
        seed: the same seed gives the same numbers.
    """

    def __init__(self, seed: int = 1):
        self._state = seed & 0xFFFFFFFF

    def next(self) -> float:
        """The next number: the sum of four uniform ones."""
        total = 0
        for _ in range(4):
            # Numerical Recipes' linear congruential generator.
            self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
            total += self._state >> 8
        return (total / 16777216.0 - 2.0) * 1.7320508
