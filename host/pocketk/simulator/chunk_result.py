"""What a worker hands back of a chunk: rows and truth; the signals are in its shard by then."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from pocketk.cohort.manifest_row import ManifestRow
from pocketk.simulator.cohort_plan import CohortPlan
from pocketk.simulator.visit_draw import DrawnVisits

# Recordings spread over three years that never were, so that a temporal split has something to cut.
_FIRST_ECG = datetime(2020, 1, 1)
_SPAN_S = 3 * 365 * 86_400


@dataclass(frozen=True)
class ChunkResult:
    """One chunk, written.

    Attributes:
        rows: of the manifest; the split of drawn patients is not yet decided.
        truth: one row a recording; what no clinical cohort knows.
        left_out: reason -> how many recordings were asked for and not made.
    """

    rows: tuple[ManifestRow, ...]
    truth: pl.DataFrame
    left_out: Mapping[str, int] = field(default_factory=Counter)


def times_of(plan: CohortPlan, visits: DrawnVisits, key: Sequence[int]) -> list[tuple[datetime, datetime]]:
    """When each ECG was recorded and blood drawn, to the second."""
    seconds = plan.rng(*key).integers(0, _SPAN_S, len(visits))
    ecg = [_FIRST_ECG + timedelta(seconds=int(second)) for second in seconds]
    return [(at, at + timedelta(seconds=round(lag * 3600.0))) for at, lag in zip(ecg, visits.lag_hours, strict=True)]


def potassium_truth(visits: DrawnVisits) -> dict[str, list[float]]:
    """The truth's columns of potassium, mmol/L and hours."""
    labels = visits.labels
    return {
        "k_mmol_l": labels.k_mmol_l.tolist(),
        "k_lab_mmol_l": labels.k_lab_mmol_l.tolist(),
        "k_lab_unrounded_mmol_l": labels.k_lab_unrounded_mmol_l.tolist(),
        "k_ecg_mmol_l": labels.k_ecg_mmol_l.tolist(),
        "k_eff_mmol_l": labels.k_eff_mmol_l.tolist(),
        "lag_hours": visits.lag_hours.tolist(),
    }
