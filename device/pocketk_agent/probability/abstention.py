"""Where a probability is said to be undecided."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AbstentionBand:
    """Probabilities at which a split-conformal prediction set holds both answers.

    Attributes:
        low: lowest such probability of potassium > 5.5 mmol/L.
        high: highest one.
        coverage: share of positives, and of negatives, that the prediction set was made to hold.

    Raises:
        ValueError: ends out of order or outside 0 to 1, or a coverage that is not inside 0 to 1.
    """

    low: float
    high: float
    coverage: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.low <= self.high <= 1.0:
            raise ValueError(f"abstention band from {self.low} to {self.high} is out of order or outside 0 to 1")
        if not 0.0 < self.coverage < 1.0:
            raise ValueError(f"coverage {self.coverage} is not between 0 and 1")

    def holds(self, probability: float) -> bool:
        """True from `low` to `high`, both included."""
        return self.low <= probability <= self.high
