"""Exactly one outcome of a measurement, decided in a fixed order."""

from dataclasses import dataclass
from enum import StrEnum


class OutcomeKind(StrEnum):
    """The six outcomes; the first three are three different kinds of "no result"."""

    DEVICE_ERROR = "DEVICE_ERROR"
    POOR_RECORDING = "POOR_RECORDING"
    INCONCLUSIVE = "INCONCLUSIVE"
    LOW = "LOW"
    ELEVATED = "ELEVATED"
    HIGH = "HIGH"


TIERS = frozenset({OutcomeKind.LOW, OutcomeKind.ELEVATED, OutcomeKind.HIGH})


@dataclass(frozen=True)
class Risk:
    """What a tier carries.

    Attributes:
        probability: calibrated probability of potassium > 5.5 mmol/L.
        prevalence: the prevalence that the calibration assumes.
        probability_k_ge_6_0: the same of potassium >= 6.0 mmol/L, never above `probability`; None where not calibrated.
        interval: 95 % interval of `probability` from what the fit does not know, None where it is not known.
    """

    probability: float
    prevalence: float
    probability_k_ge_6_0: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Outcome:
    """What a measurement came to.

    Attributes:
        kind: one of the six.
        reasons: codes, most important first; empty for a tier.
        explanation: one plain sentence.
        clips_used: clips that were scored, 0 where none was.
        risk: set for a tier, None for every kind of "no result".
    """

    kind: OutcomeKind
    reasons: tuple[str, ...]
    explanation: str
    clips_used: int = 0
    risk: Risk | None = None

    def __post_init__(self) -> None:
        if (self.kind in TIERS) != (self.risk is not None):
            raise ValueError(f"{self.kind} with risk {self.risk}: a risk belongs to a tier and only to a tier.")

    @property
    def is_result(self) -> bool:
        """True for LOW, ELEVATED and HIGH."""
        return self.kind in TIERS

    def __str__(self) -> str:
        if not self.reasons:
            return self.kind.value
        return f"{self.kind.value}({', '.join(self.reasons)})"
