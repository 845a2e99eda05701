"""A stretch of a recording of which it is known whether it is fit to be scored."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

# One half of the records (of the subjects, where they are known) chose the thresholds, the other is measured on.
_KEY = "pocketk-gate"


def held_out(data_set: str, subject: str) -> bool:
    """Whether a subject's clips are only measured on: a fixed half, by the parity of an MD5 of the name.

    Args:
        data_set: name.
        subject: who was recorded; the record's name where that is not published.
    """
    digest = hashlib.md5(f"{_KEY}:{data_set}:{subject}".encode(), usedforsecurity=False).digest()
    return bool(digest[0] & 1)


@dataclass(frozen=True)
class GradedClip:
    """A stretch and its grade.

    Attributes:
        data_set: name.
        group: what is told apart within the data set: an electrode, a label, a made fault.
        subject: who was recorded; the record's name where that is not published.
        name: record and place.
        good: whether it is fit to be scored.
        ecg_mv: (n,) millivolts.
        fs_hz: rate.
        mains_hz: 50 or 60.
        lead_off: (n,) bool from the front end, None where it cannot tell.
        saturated: (n,) bool from the front end, None where it cannot tell.
        half: of the clip that it was made from, None where it was recorded as it is.
    """

    data_set: str
    group: str
    subject: str
    name: str
    good: bool
    ecg_mv: NDArray[np.float64] = field(repr=False)
    fs_hz: float
    mains_hz: float = 50.0
    lead_off: NDArray[np.bool_] | None = field(default=None, repr=False)
    saturated: NDArray[np.bool_] | None = field(default=None, repr=False)
    half: bool | None = None

    @property
    def held_out(self) -> bool:
        """Whether it is only measured on."""
        return held_out(self.data_set, self.subject) if self.half is None else self.half
