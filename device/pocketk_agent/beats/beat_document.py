"""Beat measurements as plain numbers for a stored record."""

from dataclasses import fields
from typing import Any

from pocketk_agent.beats.beat_report import VARIABILITY_LABEL, BeatReport, TMeasurements
from pocketk_agent.beats.beat_words import label_of
from pocketk_agent.beats.boundaries import BOUNDARY_NAMES
from pocketk_agent.beats.heart_rate import HeartRate
from pocketk_agent.beats.intervals import Intervals
from pocketk_agent.beats.measured import Measured
from pocketk_agent.beats.view import GRID_HZ

# A ten-thousandth of a millisecond or millivolt is far below what any of the numbers means.
_DECIMALS = 4


def beat_document(report: BeatReport, lead: str = "I") -> dict[str, Any]:
    """Every measurement with its spread, the beats it rests on, and why it is missing where it is.

    The samples of the median beat are left out: the raw counts beside a record give them again.

    Args:
        report: of one strip.
        lead: name of its lead.
    """
    return {
        "label": label_of(lead),
        "variability": VARIABILITY_LABEL,
        "seconds": _rounded(report.seconds),
        "n_found": int(report.n_found),
        "n_same": int(report.n_same),
        "heart": _group(report.heart),
        "intervals": _group(report.intervals),
        "t": _group(report.t),
        "qt_tangent_ms": _measured(report.qt_tangent_ms),
        "median_beats": 0 if report.median is None else report.median.n_beats,
        "marks_from_common_point_ms": _marks(report),
    }


def _group(group: HeartRate | Intervals | TMeasurements) -> dict[str, Any]:
    values = {field.name: getattr(group, field.name) for field in fields(group)}
    return {name: _measured(v) if isinstance(v, Measured) else _rounded(v) for name, v in values.items()}


def _measured(one: Measured) -> dict[str, Any]:
    return {
        "value": _rounded(one.value),
        "spread": _rounded(one.spread),
        "n_beats": int(one.n_beats),
        "not_measured": None if one.reason is None else one.reason.value,
    }


def _marks(report: BeatReport) -> dict[str, float | None] | None:
    """Boundaries of the median beat, counted from the point that its beats have in common."""
    if report.median is None:
        return None
    marks = {name: getattr(report.marks, name) for name in BOUNDARY_NAMES}
    scale, origin = 1000.0 / GRID_HZ, report.median.r
    return {name: None if at is None else _rounded((at - origin) * scale) for name, at in marks.items()}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _DECIMALS)
