"""Where the tiers meet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OperatingPoints:
    """Thresholds on the calibrated probability of potassium > 5.5 mmol/L.

    Attributes:
        t_low: below it the outcome is LOW.
        t_high: from it on the outcome is HIGH.
    """

    t_low: float
    t_high: float
