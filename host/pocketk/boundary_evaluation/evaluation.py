"""Delineators on marked recordings: every record, and what they come to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pocketk.boundary_evaluation.boundary import BOUNDARIES, Boundary
from pocketk.boundary_evaluation.boundary_matching import BoundaryMatch, match_boundary
from pocketk.boundary_evaluation.delineator import Delineator
from pocketk.boundary_evaluation.marked_waves import HELD_OUT, TUNING, MarkedWaves

HALVES = (TUNING, HELD_OUT)


@dataclass(frozen=True)
class RecordResult:
    """One boundary of one record by one delineator; `match` is None where the delineator does not give it."""

    record: str
    half: str
    delineator: str
    boundary: str
    match: BoundaryMatch | None
    error: str | None


@dataclass(frozen=True)
class BoundarySummary:
    """One boundary by one delineator over a half of the records.

    Attributes:
        half: `TUNING` or `HELD_OUT`.
        delineator: name.
        boundary: which.
        mean_ms: mean error, found minus marked, over all matches; None with fewer than two.
        sd_ms: standard deviation of the error (n - 1).
        n: matches.
        n_marked: marks.
        n_extra: finds without a mark.
    """

    half: str
    delineator: str
    boundary: Boundary
    mean_ms: float | None
    sd_ms: float | None
    n: int
    n_marked: int
    n_extra: int

    @property
    def sensitivity(self) -> float:
        """Share of the marks found within 150 ms."""
        return self.n / self.n_marked if self.n_marked else 0.0

    @property
    def positive_predictivity(self) -> float:
        """Share of the finds that are marked."""
        return self.n / (self.n + self.n_extra) if self.n else 0.0

    @property
    def within_tolerance(self) -> bool | None:
        """Whether the standard deviation is within the CSE's two-sigma limit; None where there is no limit."""
        if self.boundary.two_sd_ms is None or self.sd_ms is None:
            return None
        return self.sd_ms <= self.boundary.two_sd_ms


@dataclass(frozen=True)
class BoundaryEvaluation:
    """All results.

    Attributes:
        results: one for each record, delineator and boundary.
        delineators: those that ran.
        absent: packages that are not installed.
    """

    results: tuple[RecordResult, ...]
    delineators: tuple[Delineator, ...]
    absent: tuple[str, ...] = ()

    def summaries(self) -> list[BoundarySummary]:
        """By half, boundary and delineator; a boundary that a delineator never gives is left out."""
        rows = [
            self._summary(half, boundary, delineator.name)
            for half in HALVES
            for boundary in BOUNDARIES
            for delineator in self.delineators
        ]
        return [row for row in rows if row is not None]

    def _summary(self, half: str, boundary: Boundary, delineator: str) -> BoundarySummary | None:
        matches = [
            result.match
            for result in self.results
            if (result.half, result.boundary, result.delineator) == (half, boundary.name, delineator)
            and result.match is not None
        ]
        if not matches:
            return None
        errors = [error for match in matches for error in match.errors_ms]
        enough = len(errors) > 1
        return BoundarySummary(
            half,
            delineator,
            boundary,
            float(np.mean(errors)) if enough else None,
            float(np.std(errors, ddof=1)) if enough else None,
            len(errors),
            sum(match.n_marked for match in matches),
            sum(match.n_extra for match in matches),
        )


def examine(record: MarkedWaves, delineator: Delineator) -> list[RecordResult]:
    """Judge one delineator on one record; a delineator that fails has found nothing, and the failure is kept."""
    found, error = None, None
    try:
        found = delineator.find(record.ecg_mv, record.fs_hz)
    except Exception as failure:  # noqa: BLE001, RUF100 - public packages fail in many ways on hard records
        error = f"{type(failure).__name__}: {str(failure)[:100]}"
    results = []
    for boundary in BOUNDARIES:
        places = np.zeros(0) if found is None else found.get(boundary.name)
        match = None
        if places is not None:
            match = match_boundary(record.marks_s[boundary.name], places, record.from_s, record.to_s)
        results.append(RecordResult(record.record, record.half, delineator.name, boundary.name, match, error))
    return results


def examine_all(records: Iterable[MarkedWaves], delineators: Sequence[Delineator]) -> list[RecordResult]:
    """Judge every delineator on every record."""
    return [row for record in records for delineator in delineators for row in examine(record, delineator)]
