"""Why a recording cannot carry a potassium change, in words that a flow diagram can count."""

from enum import StrEnum


class MorphRejection(StrEnum):
    """One reason; a recording gets the first that applies, in this order."""

    PACED = "paced"
    BUNDLE_BRANCH_BLOCK = "bundle branch block or other wide QRS"
    TOO_SHORT = "too short"
    NOT_FINITE = "missing or infinite samples"
    NOT_MILLIVOLTS = "values no electrode gives"
    FLAT = "flat"
    TOO_FEW_BEATS = "too few beats"
    TOO_FAST = "heart rate above 115 per minute"
    UNLIKE_BEATS = "fewer than 60 % of the beats alike"
    NO_T_WAVE = "T wave not detectable"


class MorphRejectedError(ValueError):
    """A recording cannot be morphed.

    Attributes:
        reason: the reason to count.
    """

    def __init__(self, reason: MorphRejection, detail: str) -> None:
        super().__init__(f"Recording rejected ({reason}): {detail}")
        self.reason = reason
