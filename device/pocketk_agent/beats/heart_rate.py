"""Heart rate and short-term RR variability."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.beats.alignment import Alignment
from pocketk_agent.beats.measured import Measured, Unmeasured
from pocketk_agent.beats.view import GRID_HZ, BeatView

Float64 = NDArray[np.float64]

SLOWEST_BPM, FASTEST_BPM = 20.0, 300.0
# SDNN and RMSSD of fewer intervals say nothing; of 30 s they are ultra-short values that agree only in part with
# the 5 min standard (Task Force of the ESC and NASPE, Circulation 1996; Munoz et al., PLoS ONE 2015).
FEWEST_NORMAL = 10


@dataclass(frozen=True)
class HeartRate:
    """Rate and variability of one strip.

    Attributes:
        rate_bpm: 60 over the mean RR interval.
        sdnn_ms: sample standard deviation of the normal-to-normal intervals of this strip, short-term.
        rmssd_ms: root mean square of the differences of successive ones, short-term.
        mean_rr_ms: mean RR interval, None without a rate.
    """

    rate_bpm: Measured
    sdnn_ms: Measured
    rmssd_ms: Measured
    mean_rr_ms: float | None


def heart_rate(view: BeatView, alignment: Alignment) -> HeartRate:
    """Heart rate from all intervals, variability from those between beats of the commonest shape.

    An interval that spans missing or bad samples counts for nothing, since a beat may lie in it. A
    premature beat of the usual shape cannot be told apart here and does count.

    Args:
        view: strip on the 500 Hz grid.
        alignment: its beats.
    """
    found = alignment.found
    if found.size < 2:
        reasons = [Measured.missing(Unmeasured.TOO_FEW_BEATS, int(found.size))] * 3
        return HeartRate(*reasons, mean_rr_ms=None)
    rr_ms = np.diff(alignment.at) * 1000.0 / GRID_HZ
    lost = np.concatenate([[0], np.cumsum(view.bad)])
    whole = (lost[found[1:]] == lost[found[:-1]]) & (rr_ms > 0.0)
    if not whole.any():
        reasons = [Measured.missing(Unmeasured.TOO_FEW_BEATS, int(found.size))] * 3
        return HeartRate(*reasons, mean_rr_ms=None)
    rate = _rate(rr_ms[whole])
    sdnn, rmssd = _variability(rr_ms, whole & alignment.same[1:] & alignment.same[:-1])
    return HeartRate(rate, sdnn, rmssd, float(rr_ms[whole].mean()) if rate.value is not None else None)


def _rate(rr_ms: Float64) -> Measured:
    value = 60_000.0 / float(rr_ms.mean())
    if not SLOWEST_BPM <= value <= FASTEST_BPM:
        return Measured.missing(Unmeasured.RATE_OUT_OF_RANGE, rr_ms.size + 1)
    return Measured.of(value, list(60_000.0 / rr_ms), rr_ms.size + 1)


def _variability(rr_ms: Float64, normal: NDArray[np.bool_]) -> tuple[Measured, Measured]:
    in_a_row = normal[1:] & normal[:-1]
    n, n_steps = int(np.count_nonzero(normal)), int(np.count_nonzero(in_a_row))
    if n < FEWEST_NORMAL or n_steps < FEWEST_NORMAL - 1:
        missing = Measured.missing(Unmeasured.TOO_FEW_INTERVALS, n)
        return missing, missing
    steps = np.diff(rr_ms)[in_a_row]
    sdnn = Measured(float(np.std(rr_ms[normal], ddof=1)), None, n)
    return sdnn, Measured(float(np.sqrt(np.mean(steps**2))), None, n_steps)
