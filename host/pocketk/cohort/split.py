"""Splits of a cohort by patient.

Rule, in this order; a patient meets exactly one of them:

1. External: a patient with a recording at an external site is an external-test patient. Their recordings at other
   sites are excluded.
2. Temporal: of the others, a patient with a recording on or after the temporal date is a temporal-test patient.
   Their earlier recordings, and those without a time, are excluded.
3. Internal: of the others, a share is drawn by a hash of seed and patient id, so that a patient keeps their split
   when the cohort grows; the rest is development.

Patients whom the source does not tell apart (one person may be several of them) meet rule 1, then are development:
neither a date nor a draw could keep a person's recordings together.

Held-out sets come first because they are the smaller ones. What the rule excludes is counted, never silently moved.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from pocketk.cohort.cohort_error import CohortError

AT_OTHER_SITE = "external-test patient, recorded at a site of development"
BEFORE_CUT = "temporal-test patient, recorded before the temporal date"


@dataclass(frozen=True)
class SplitRule:
    """How a cohort is split.

    Attributes:
        seed: of the draw of internal-test patients.
        internal_share: share of the remaining patients for the internal test, 0 to 1.
        temporal_after: recordings from this moment on are the temporal test; None for no such test.
        external_sites: sites that are the external test.

    Raises:
        CohortError: a share outside 0 to 1, or a date with a time zone.
    """

    seed: int = 0
    internal_share: float = 0.2
    temporal_after: datetime | None = None
    external_sites: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0.0 <= self.internal_share <= 1.0:
            raise CohortError(f"The internal-test share is {self.internal_share}; expected 0 to 1.")
        if self.temporal_after is not None and self.temporal_after.tzinfo is not None:
            raise CohortError(
                f"The temporal date {self.temporal_after} has a time zone; expected local clock time without one, as "
                "ecg_time has."
            )


@dataclass(frozen=True)
class SplitResult:
    """A split cohort.

    Attributes:
        frame: the kept rows in their order, column `split` set.
        excluded: rows left out, with the column `reason`.
    """

    frame: pl.DataFrame
    excluded: pl.DataFrame


def split_patients(
    frame: pl.DataFrame, rule: SplitRule, unknown_patients: Collection[str] = frozenset()
) -> SplitResult:
    """Put every patient into one split.

    Args:
        frame: columns patient_id, ecg_time and site, one row a recording; others are kept.
        rule: how.
        unknown_patients: patient_ids behind which one person may stand several times.

    Raises:
        CohortError: an external site that no recording comes from.
    """
    unknown = rule.external_sites - set(frame["site"].unique())
    if unknown:
        raise CohortError(
            f"No recording comes from external site {', '.join(sorted(unknown))}; "
            f"sites are {', '.join(sorted(frame['site'].unique()))}."
        )
    external = pl.col("site").is_in(sorted(rule.external_sites))
    late = pl.lit(False) if rule.temporal_after is None else pl.col("ecg_time").ge(rule.temporal_after).fill_null(False)
    late = late & ~pl.col("patient_id").is_in(sorted(unknown_patients))
    internal = internal_patients(set(frame["patient_id"].unique()) - set(unknown_patients), rule)
    marked = frame.with_columns(
        external.alias("_external"),
        late.alias("_late"),
        external.any().over("patient_id").alias("_external_patient"),
        late.any().over("patient_id").alias("_late_patient"),
    ).with_columns(
        pl.when("_external_patient")
        .then(pl.lit("external_test"))
        .when("_late_patient")
        .then(pl.lit("temporal_test"))
        .when(pl.col("patient_id").is_in(internal))
        .then(pl.lit("internal_test"))
        .otherwise(pl.lit("development"))
        .alias("split"),
        pl.when(pl.col("_external_patient") & ~pl.col("_external"))
        .then(pl.lit(AT_OTHER_SITE))
        .when(~pl.col("_external_patient") & pl.col("_late_patient") & ~pl.col("_late"))
        .then(pl.lit(BEFORE_CUT))
        .alias("reason"),
    )
    marked = marked.drop("_external", "_late", "_external_patient", "_late_patient")
    kept = marked.filter(pl.col("reason").is_null()).drop("reason").select(_in_order(frame))
    return SplitResult(kept, marked.filter(pl.col("reason").is_not_null()))


def internal_patients(patient_ids: Iterable[str], rule: SplitRule) -> list[str]:
    """Those of the patients whom the hash puts into the internal test."""
    limit = round(rule.internal_share * 2**64)
    return [patient for patient in patient_ids if _hash64(rule.seed, patient) < limit]


def _hash64(seed: int, patient: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{patient}".encode()).digest()[:8], "big")


def _in_order(frame: pl.DataFrame) -> list[str]:
    return frame.columns if "split" in frame.columns else [*frame.columns, "split"]
