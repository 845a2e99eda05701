"""PR, QRS and QT, and QT for a heart rate of 60."""

from dataclasses import dataclass

from pocketk_agent.beats.boundaries import Boundaries
from pocketk_agent.beats.measured import Measured, Unmeasured
from pocketk_agent.beats.view import GRID_HZ

# Outside these a value is a slip of the delineation, not a heart: engineering choices, far wider than any normal range.
_PLAUSIBLE_PR_MS, _PLAUSIBLE_QRS_MS, _PLAUSIBLE_QT_MS = (60.0, 400.0), (40.0, 260.0), (180.0, 750.0)


@dataclass(frozen=True)
class Intervals:
    """Intervals of the median beat.

    Attributes:
        pr_ms: P onset to QRS onset.
        p_ms: P onset to P end.
        qrs_ms: QRS onset to QRS end.
        qt_ms: QRS onset to T end.
        qtc_fridericia_ms: QT over the cube root of RR in seconds.
        qtc_bazett_ms: QT over the square root of RR in seconds.
    """

    pr_ms: Measured
    p_ms: Measured
    qrs_ms: Measured
    qt_ms: Measured
    qtc_fridericia_ms: Measured
    qtc_bazett_ms: Measured


def fridericia_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected by the cube root of RR (Fridericia, Acta Medica Scandinavica 1920)."""
    return qt_ms / (rr_ms / 1000.0) ** (1.0 / 3.0)


def bazett_ms(qt_ms: float, rr_ms: float) -> float:
    """QT corrected by the square root of RR (Bazett, Heart 1920)."""
    return qt_ms / (rr_ms / 1000.0) ** 0.5


def no_intervals(reason: Unmeasured) -> Intervals:
    """Nothing measured, for one reason."""
    return Intervals(*[Measured.missing(reason)] * 6)


def intervals(marks: Boundaries, singles: list[Boundaries], n_beats: int, mean_rr_ms: float | None) -> Intervals:
    """Intervals of the median beat, their spread among its beats.

    Args:
        marks: boundaries of the median beat.
        singles: those of its beats, each delineated from its own samples.
        n_beats: beats that the median beat is made of.
        mean_rr_ms: mean RR interval, None where there is no heart rate.
    """

    def between(first: str, last: str, absent: Unmeasured, plausible: tuple[float, float]) -> Measured:
        value = _span_ms(marks, first, last)
        if value is None:
            return Measured.missing(absent, n_beats)
        return Measured.of(value, [_span_ms(one, first, last) for one in singles], n_beats).within(*plausible)

    pr = between("p_onset", "qrs_onset", Unmeasured.NO_P, _PLAUSIBLE_PR_MS)
    p = between("p_onset", "p_offset", Unmeasured.NO_P, (20.0, _PLAUSIBLE_PR_MS[1]))
    qrs = between("qrs_onset", "qrs_offset", Unmeasured.NO_QRS, _PLAUSIBLE_QRS_MS)
    qt = between("qrs_onset", "t_offset", Unmeasured.NO_T, _PLAUSIBLE_QT_MS)
    return Intervals(pr, p, qrs, qt, _corrected(qt, mean_rr_ms, 1.0 / 3.0), _corrected(qt, mean_rr_ms, 0.5))


def _span_ms(marks: Boundaries, first: str, last: str) -> float | None:
    a, b = getattr(marks, first), getattr(marks, last)
    return None if a is None or b is None else (b - a) * 1000.0 / GRID_HZ


def _corrected(qt: Measured, mean_rr_ms: float | None, power: float) -> Measured:
    if qt.value is None:
        return qt
    if mean_rr_ms is None:
        return Measured.missing(Unmeasured.RATE_OUT_OF_RANGE, qt.n_beats)
    factor = (mean_rr_ms / 1000.0) ** power
    return Measured(qt.value / factor, None if qt.spread is None else qt.spread / factor, qt.n_beats)
