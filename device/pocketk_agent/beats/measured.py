"""One measurement with what it rests on, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Unmeasured(StrEnum):
    """Why a measurement is not given."""

    TOO_FEW_BEATS = "too few whole beats"
    NO_COMMON_SHAPE = "no three beats of one shape"
    NO_QRS = "the QRS complex has no clear onset and end"
    NO_P = "no P wave is there beat after beat"
    NO_T = "no T wave is there beat after beat"
    T_NOT_ABOVE_LEVEL = "the T wave does not cross half of its height on both sides"
    RATE_OUT_OF_RANGE = "heart rate outside 20 to 300 per minute"
    NOT_PLAUSIBLE = "the value found lies outside the plausible range"
    TOO_FEW_INTERVALS = "too few normal RR intervals in a row"


@dataclass(frozen=True)
class Measured:
    """A number in the unit its field is named for.

    Attributes:
        value: None where it cannot be measured.
        spread: standard deviation over the single beats (sample, n - 1), None with fewer than two.
        n_beats: beats, or intervals, that the value rests on.
        reason: why there is no value; None where there is one.
    """

    value: float | None
    spread: float | None = None
    n_beats: int = 0
    reason: Unmeasured | None = None

    @classmethod
    def missing(cls, reason: Unmeasured, n_beats: int = 0) -> "Measured":
        """No value, and why."""
        return cls(None, None, n_beats, reason)

    @classmethod
    def of(cls, value: float, singles: Sequence[float | None], n_beats: int) -> "Measured":
        """A value and the values of single beats, None among which do not count."""
        known = [one for one in singles if one is not None and np.isfinite(one)]
        spread = float(np.std(known, ddof=1)) if len(known) > 1 else None
        return cls(float(value), spread, n_beats)

    def within(self, low: float, high: float) -> "Measured":
        """Itself, or no value where it lies outside a plausible range."""
        if self.value is None or low <= self.value <= high:
            return self
        return Measured.missing(Unmeasured.NOT_PLAUSIBLE, self.n_beats)
