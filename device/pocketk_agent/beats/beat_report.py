"""Everything that is measured of a strip's beats, for information."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pocketk_agent.beats.boundaries import Boundaries
from pocketk_agent.beats.heart_rate import HeartRate, heart_rate
from pocketk_agent.beats.intervals import Intervals, intervals, no_intervals
from pocketk_agent.beats.measured import Measured, Unmeasured
from pocketk_agent.beats.median_beat import MedianBeat
from pocketk_agent.beats.strip_delineation import StripDelineation, delineate_strip
from pocketk_agent.beats.t_shape import t_shape
from pocketk_agent.beats.view import GRID_HZ

# Shown wherever these numbers are shown.
LABEL = "Single lead (Lead I), for information only"
VARIABILITY_LABEL = "short-term, from this strip alone"


@dataclass(frozen=True)
class TMeasurements:
    """The T wave of the median beat in raw millivolts.

    Attributes:
        amplitude_mv: above the level before QRS, negative where inverted.
        width_ms: full width at half height.
        rise_mv_per_s: steepest slope before the peak.
        fall_mv_per_s: steepest slope after it.
    """

    amplitude_mv: Measured
    width_ms: Measured
    rise_mv_per_s: Measured
    fall_mv_per_s: Measured


@dataclass(frozen=True)
class BeatReport:
    """Beat measurements of one strip.

    Attributes:
        seconds: length of the strip.
        n_found: QRS complexes found.
        n_same: of them, those of the commonest shape.
        heart: rate and variability.
        intervals: PR, QRS, QT and QTc.
        t: height, width and slopes of T.
        qt_tangent_ms: QT with T's end by the tangent method, a second opinion on `intervals.qt_ms`.
        median: the median beat, None without one.
        marks: its boundaries in samples of its window (500 Hz), all None without one.
    """

    seconds: float
    n_found: int
    n_same: int
    heart: HeartRate
    intervals: Intervals
    t: TMeasurements
    qt_tangent_ms: Measured
    median: MedianBeat | None
    marks: Boundaries


def measure_beats(
    ecg_mv: ArrayLike, fs_hz: float, mains_hz: float = 50.0, bad: NDArray[np.bool_] | None = None
) -> BeatReport:
    """Measure the beats of a strip. What the samples are never raises; a measurement that fails says why.

    Args:
        ecg_mv: Lead I in millivolts; NaN marks missing samples.
        fs_hz: its rate, 100 to 20,000 Hz.
        mains_hz: 50 or 60.
        bad: (T,) bool, samples that are not the heart's (rail, lead-off).

    Raises:
        SignalError: rate, mains frequency or layout.
    """
    return report_of(delineate_strip(ecg_mv, fs_hz, mains_hz, bad))


def report_of(strip: StripDelineation) -> BeatReport:
    """The measurements of a strip that is already delineated."""
    heart, alignment = heart_rate(strip.view, strip.alignment), strip.alignment
    n_same = int(np.count_nonzero(alignment.same))
    if strip.median is None or strip.median_beat is None:
        few = alignment.found.size < 3
        reason = Unmeasured.TOO_FEW_BEATS if few else Unmeasured.NO_COMMON_SHAPE if n_same < 3 else Unmeasured.NO_QRS
        missing = Measured.missing(reason)
        t, spans, tangent, marks = TMeasurements(*[missing] * 4), no_intervals(reason), missing, Boundaries()
    else:
        marks, median = strip.median_beat.boundaries, strip.median
        singles = [one for one, same in zip(strip.single, alignment.same, strict=True) if same and one is not None]
        spans = intervals(marks, singles, median.n_beats, heart.mean_rr_ms)
        t, tangent = _t_measurements(median, marks), _tangent(strip, median.n_beats)
    return BeatReport(
        strip.view.seconds, int(alignment.found.size), n_same, heart, spans, t, tangent, strip.median, marks
    )


def _t_measurements(median: MedianBeat, marks: Boundaries) -> TMeasurements:
    shape, n = t_shape(median.raw_mv, marks), median.n_beats
    if shape is None:
        return TMeasurements(*[Measured.missing(Unmeasured.NO_T, n)] * 4)
    singles = [one for one in (t_shape(beat, marks) for beat in median.beats) if one is not None]

    def of(name: str) -> Measured:
        value = getattr(shape, name)
        if value is None:
            return Measured.missing(Unmeasured.T_NOT_ABOVE_LEVEL, n)
        return Measured.of(value, [getattr(one, name) for one in singles], n)

    return TMeasurements(of("amplitude_mv"), of("width_ms"), of("rise_mv_per_s"), of("fall_mv_per_s"))


def _tangent(strip: StripDelineation, n_beats: int) -> Measured:
    beat = strip.median_beat
    if beat is None or beat.t_tangent_offset is None or beat.boundaries.qrs_onset is None or not strip.has_t:
        return Measured.missing(Unmeasured.NO_T, n_beats)
    return Measured((beat.t_tangent_offset - beat.boundaries.qrs_onset) * 1000.0 / GRID_HZ, None, n_beats)
