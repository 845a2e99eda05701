"""The square wave that each chip makes for its own test."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TestSquare:
    """A square wave around zero; its nominal amplitude travels with each recording.

    Attributes:
        frequency_hz: periods per second.
        accuracy: half-width of the interval that its amplitude surely lies in, as a share.
        source: where the figures come from.
    """

    __test__ = False  # no test, whatever pytest thinks of the name

    frequency_hz: float
    accuracy: float
    source: str


# By front-end profile; a front end without one cannot be calibrated by itself.
TEST_SQUARES: dict[str, TestSquare] = {
    "ads1292r": TestSquare(1.0, 0.02, "docs/hardware.md, ADS1292R: 1 Hz; 2 % is UNVERIFIED"),
    "max30003": TestSquare(32_000 / 8192, 0.02, "docs/hardware.md, MAX30003: 3.9 Hz; 2 % is UNVERIFIED"),
}


def can_be_calibrated(profile: str) -> bool:
    """Whether front ends of this profile have a test signal of their own."""
    return profile in TEST_SQUARES
