"""Gain from the chip's own test square, polarity from its upper level held."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end_calibration.record import Figure
from pocketk_agent.front_end_calibration.recording import CalibrationRecording
from pocketk_agent.front_end_calibration.test_square import TestSquare
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_calibration.frontend.uncertainty import repeated, standard_of_interval

# Left out at the beginning of each plateau: a third-order sinc filter settles within 4 conversions (8 ms at 500 Hz),
# an analogue filter of 40 Hz to 1 in 10^5 within 46 ms (engineering choice). As much is left out at the end: what is
# left lies around the plateau's middle, where the droop of a high-pass (0.05 Hz, 4 Hz square) takes 2 in 10^4 only.
SETTLING_S = 0.05
FEWEST_PAIRS = 4
_SMALLEST_SHARE = 0.5  # of the nominal amplitude: below that it is no test square (engineering choice)
_SMALLEST_LEVEL = 0.1  # of the nominal level, which only tells the polarity
_FREQUENCY_TOLERANCE = 0.1
_HYSTERESIS = 0.25  # of the half amplitude, so that noise at an edge makes no further edges


@dataclass(frozen=True, eq=False)
class SquareFit:
    """What a test square shows.

    Attributes:
        gain: half the step between neighbouring plateaus over its nominal size; a square does not tell its polarity.
        starts: (m,) first sample of each whole plateau, settling left out.
        stops: (m,) sample after its last that counts.
        levels: (m,) median of each, counts.
        is_high: (m,) bool.
    """

    gain: Figure
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]
    levels: NDArray[np.float64]
    is_high: NDArray[np.bool_]


def fit_square(recording: CalibrationRecording, test_mv: float, square: TestSquare) -> SquareFit:
    """Measure the step of the test square.

    Each plateau is its median, so that a spike moves nothing; each pair of neighbouring plateaus gives one
    determination, half their difference. To the spread of these comes the accuracy of the test source itself
    (JCGM 100:2008, 4.3.7), which repetition does not lessen.

    Args:
        recording: of the test square.
        test_mv: its nominal amplitude above and below zero, millivolts.
        square: what it should be.

    Raises:
        FrontEndFitError: no test square in it.
    """
    high = _levels(recording.counts, test_mv / recording.lsb_mv)
    edges = np.flatnonzero(high[1:] != high[:-1]) + 1
    _check_frequency(edges, recording, square)
    settling = max(1, round(SETTLING_S * recording.nominal_fs_hz))
    starts = edges[:-1] + settling
    stops = edges[1:] - settling
    if not (starts < stops).all():
        raise FrontEndFitError("No test square: its plateaus are shorter than the filters take to settle.")
    levels = np.array([np.median(recording.counts[a:b]) for a, b in zip(starts, stops, strict=True)])
    is_high = high[starts]
    n_pairs = levels.size // 2
    if n_pairs < FEWEST_PAIRS:
        raise FrontEndFitError(
            f"The test square was recorded for {recording.seconds:.0f} s, which holds {n_pairs} whole periods; "
            f"{FEWEST_PAIRS} are needed. Record longer."
        )
    first, second = levels[0 : 2 * n_pairs : 2], levels[1 : 2 * n_pairs : 2]
    steps = (first - second) * (1 if is_high[0] else -1) / 2.0
    gains = steps * recording.lsb_mv / test_mv
    return SquareFit(repeated(gains, standard_of_interval(square.accuracy)), starts, stops, levels, is_high)


def fit_polarity(level: CalibrationRecording | None, zero_counts: float) -> int:
    """1 where the held test level lies above zero, -1 where below, 0 where there is none.

    Args:
        level: the test square's upper level, held.
        zero_counts: true count at 0 mV.

    Raises:
        FrontEndFitError: no test level in it.
    """
    if level is None or level.test_mv is None:
        return 0
    found_mv = (float(np.median(level.counts)) - zero_counts) * level.lsb_mv
    if not abs(found_mv) >= _SMALLEST_LEVEL * level.test_mv:
        raise FrontEndFitError(f"No test level: {found_mv:+.3f} mV, {level.test_mv:g} mV are expected.")
    return 1 if found_mv > 0.0 else -1


def _levels(counts: NDArray[np.int32], half_counts: float) -> NDArray[np.bool_]:
    """(n,) True where the square is up; half of its samples lie at each level, so quartiles lie on them."""
    low, up = np.percentile(counts, (25.0, 75.0))
    if not (up - low) / 2.0 >= _SMALLEST_SHARE * half_counts:
        raise FrontEndFitError(
            f"No test square: the signal moves by +-{(up - low) / 2.0:.0f} counts, the square by +-{half_counts:.0f}. "
            "Check that the chip is the one that is configured, and its gain."
        )
    middle, margin = (low + up) / 2.0, _HYSTERESIS * (up - low) / 2.0
    sure = np.where(counts > middle + margin, 1, np.where(counts < middle - margin, -1, 0))
    sure[0] = sure[0] or (1 if counts[0] > middle else -1)
    last_sure = np.maximum.accumulate(np.where(sure != 0, np.arange(counts.size), 0))
    return sure[last_sure] > 0


def _check_frequency(edges: NDArray[np.intp], recording: CalibrationRecording, square: TestSquare) -> None:
    """Plateaus as long as they should be: something else that moves is no test square."""
    if edges.size < 2:
        raise FrontEndFitError("No test square: the signal does not change sides.")
    halves_s = np.diff(edges) / recording.nominal_fs_hz
    expected_s = 0.5 / square.frequency_hz
    if not (np.abs(halves_s / expected_s - 1.0) <= _FREQUENCY_TOLERANCE).all():
        raise FrontEndFitError(
            f"No test square: its half-periods last {halves_s.min():.3f} to {halves_s.max():.3f} s, "
            f"{expected_s:.3f} s are expected. Check that nothing else is connected to the converter."
        )
