"""Every detector on every record, and what follows for a data set: gross and average figures of EC57."""

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pocketk.qrs_evaluation.beat_matching import BeatCount, match_beats
from pocketk.qrs_evaluation.marked_record import MarkedRecord
from pocketk.qrs_evaluation.qrs_finder import QrsFinder


@dataclass(frozen=True)
class RecordResult:
    """One detector on one record.

    Attributes:
        data_set: name.
        record: name.
        finder: the detector's name.
        count: beats found, missed and extra.
        beats_found: all that the detector reported, whatever counts.
        record_seconds: length of the record.
        run_seconds: time the detector took.
        stated_bpm: heart rate a standard states for the record, None where there is none.
        error: what the detector raised instead of finding beats, None where it ran.
    """

    data_set: str
    record: str
    finder: str
    count: BeatCount
    beats_found: int
    record_seconds: float
    run_seconds: float
    stated_bpm: float | None = None
    error: str | None = None

    @property
    def counted_bpm(self) -> float:
        """Beats reported per minute of the record."""
        return 60.0 * self.beats_found / self.record_seconds


@dataclass(frozen=True)
class SetSummary:
    """One detector on one data set.

    Attributes:
        data_set: name.
        finder: the detector's name.
        records: how many.
        gross: counts of all records together; its figures are EC57's gross statistics.
        average_sensitivity: mean over records, each of the same weight, EC57's average statistics.
        average_positive_predictivity: mean over records.
        run_seconds: time the detector took.
    """

    data_set: str
    finder: str
    records: int
    gross: BeatCount
    average_sensitivity: float
    average_positive_predictivity: float
    run_seconds: float


@dataclass(frozen=True)
class Evaluation:
    """What was measured.

    Attributes:
        results: one for each record and detector.
        finders: detectors that ran, ours first.
        absent: names of detectors that are not installed.
        references: for each data set that was found, where its reference beats come from.
        missing: data sets that were not found.
    """

    results: tuple[RecordResult, ...]
    finders: tuple[QrsFinder, ...]
    absent: tuple[str, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def data_sets(self) -> list[str]:
        """Names in the order in which they were read."""
        return list(dict.fromkeys(result.data_set for result in self.results))

    def of(self, data_set: str, finder: str) -> list[RecordResult]:
        """The records of a data set as one detector found them."""
        return [r for r in self.results if r.data_set == data_set and r.finder == finder]

    def worst(self, data_set: str, finder: str, most: int = 5) -> list[RecordResult]:
        """The records with the lowest F1 that are not faultless, the worst first."""
        faulty = [r for r in self.of(data_set, finder) if r.count.misses or r.count.extras]
        return sorted(faulty, key=lambda r: (r.count.f1, r.record))[:most]

    def summaries(self) -> list[SetSummary]:
        """One for each data set and detector."""
        return [summarise(self.of(name, finder.name)) for name in self.data_sets for finder in self.finders]


def examine(record: MarkedRecord, finder: QrsFinder) -> RecordResult:
    """Let one detector loose on one record; where it raises, it found nothing."""
    begun, error = time.perf_counter(), None
    try:
        found = finder.find(record.ecg_mv, record.fs_hz, record.mains_hz)
    except Exception as fault:
        found, error = np.zeros(0, np.int64), f"{type(fault).__name__}: {fault}"
    return RecordResult(
        record.data_set,
        record.record,
        finder.name,
        match_beats(record.beats, found, record.fs_hz, record.stretch),
        found.size,
        record.seconds,
        time.perf_counter() - begun,
        record.stated_bpm,
        error,
    )


def examine_all(records: Iterable[MarkedRecord], finders: Sequence[QrsFinder]) -> list[RecordResult]:
    """Every detector on every record, record by record."""
    return [examine(record, finder) for record in records for finder in finders]


def summarise(results: Sequence[RecordResult]) -> SetSummary:
    """Gross and average figures of one detector's results on one data set.

    Raises:
        ValueError: there are no results.
    """
    if not results:
        raise ValueError("no results were given; expected at least one record to summarise")
    return SetSummary(
        results[0].data_set,
        results[0].finder,
        len(results),
        sum((r.count for r in results), BeatCount()),
        _mean([r.count.sensitivity for r in results]),
        _mean([r.count.positive_predictivity for r in results]),
        sum(r.run_seconds for r in results),
    )


def _mean(shares: Sequence[float]) -> float:
    defined = [share for share in shares if not math.isnan(share)]
    return sum(defined) / len(defined) if defined else math.nan
