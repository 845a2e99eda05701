"""True sampling rate from the time stamps of the converter's edges."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end_calibration.record import Figure
from pocketk_agent.front_end_calibration.recording import CalibrationRecording
from pocketk_calibration.frontend.fit_error import FrontEndFitError
from pocketk_calibration.frontend.uncertainty import COVERAGE, standard_of_interval

# A host's crystal without a time server keeps +-100 ppm (engineering choice: twice what makers state at 25 degrees).
HOST_CLOCK_ACCURACY = 100e-6
_FEWEST_EDGES = 1000
_LOST = 2.5  # periods that two steps may last at most: 2 and the half of one that a time stamp may be late


@dataclass(frozen=True, eq=False)
class RateFit:
    """What the edges show.

    Attributes:
        rate_hz: samples in a second.
        residual_us: (n,) each edge minus its place on the straight line, microseconds.
    """

    rate_hz: Figure
    residual_us: NDArray[np.float64]


def fit_rate(recording: CalibrationRecording) -> RateFit:
    """Fit time = a + b * index by least squares; the rate is 1 / b.

    The standard error of b is s / sqrt(Sxx), with n - 2 degrees of freedom in s (ordinary least squares; Draper and
    Smith, Applied Regression Analysis, 3rd ed., 1.4); that of the rate is the same share. The host's own clock adds
    its accuracy, which a longer recording does not lessen.

    Raises:
        FrontEndFitError: too few edges, edges that do not rise, or a lost one.
    """
    edge_ns = recording.edge_ns
    n = edge_ns.size
    if n < _FEWEST_EDGES or not (np.diff(edge_ns) > 0).all():
        raise FrontEndFitError(
            f"The true rate cannot be found: {n} edges, at least {_FEWEST_EDGES} that rise are needed. Record longer."
        )
    since_s = (edge_ns - edge_ns[0]).astype(np.float64) * 1e-9
    index = np.arange(n, dtype=np.float64)
    centred = index - index.mean()
    spread_of_index = float(centred @ centred)
    period_s = float(centred @ since_s) / spread_of_index
    residual_s = since_s - since_s.mean() - period_s * centred
    _check_none_lost(since_s)
    spread_s = math.sqrt(float(residual_s @ residual_s) / (n - 2))
    of_fit = spread_s / math.sqrt(spread_of_index) / period_s
    standard = math.hypot(of_fit, standard_of_interval(HOST_CLOCK_ACCURACY))
    rate_hz = 1.0 / period_s
    return RateFit(Figure(rate_hz, COVERAGE * standard * rate_hz, n, spread_s * rate_hz), 1e6 * residual_s)


def _check_none_lost(since_s: NDArray[np.float64]) -> None:
    """A lost edge makes two neighbouring steps last three periods; after a late time stamp the next step is shorter."""
    typical_s = float(np.median(np.diff(since_s)))
    if float((since_s[2:] - since_s[:-2]).max()) > _LOST * typical_s:
        raise FrontEndFitError(
            "The true rate cannot be found: an edge was lost while the signal was recorded. Let nothing else run, and "
            "record anew."
        )
