"""What repeated measurements of one patient say together: k of the last m, and the change from their own baseline."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.outcome import TIERS, OutcomeKind
from pocketk_agent.store.record import MeasurementRecord
from pocketk_agent.store.store import Store, StoreError

# A probability of exactly 0 or 1 has no logit; one part in a million is far outside any operating point.
_MARGIN = 1e-6
# Scales the median absolute deviation to the standard deviation of a normal distribution.
_MAD_TO_SD = 1.4826
# Of a store with more than that the oldest are not looked at, so that no measurement waits for its archive
# (engineering choice).
_MOST_READ = 1000


@dataclass(frozen=True)
class Reading:
    """One stored measurement of a patient.

    Attributes:
        patient_id: whose it is.
        measurement_id: its id.
        started_at: when, with a time zone.
        kind: its outcome.
        probability: calibrated probability of potassium > 5.5 mmol/L of a tier, None without a result.
        model: id and version of what scored it; probabilities of different models are never put together.

    Raises:
        ValueError: no time zone, a tier without a probability within 0 to 1, or a probability without a tier.
    """

    patient_id: str
    measurement_id: str
    started_at: datetime
    kind: OutcomeKind
    probability: float | None
    model: str

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError(f"Reading {self.measurement_id} has a time without a zone; give it one, e.g. UTC.")
        if (self.kind in TIERS) != (self.probability is not None):
            raise ValueError(f"Reading {self.measurement_id}: {self.kind} with probability {self.probability}.")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"Reading {self.measurement_id}: probability {self.probability}; expected 0 to 1.")

    @property
    def logit(self) -> float | None:
        """Logit of the probability, None without a result."""
        if self.probability is None:
            return None
        inside = min(max(self.probability, _MARGIN), 1.0 - _MARGIN)
        return math.log(inside / (1.0 - inside))


def reading_of(record: MeasurementRecord, patient_id: str) -> Reading:
    """The reading in a stored record.

    Args:
        record: as read back from a store.
        patient_id: whose measurement it is; the record of a measurement without one does not know.

    Raises:
        ValueError: the record lacks an outcome, or holds an impossible one.
    """
    try:
        outcome, model = record.body["outcome"], record.body["model"]
        kind, risk = OutcomeKind(outcome["kind"]), outcome["risk"]
        name = "" if model is None else f"{model['model_id']} {model['model_version']}"
        probability = None if risk is None else float(risk["probability"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"Record {record.measurement_id} lacks {error}.") from error
    started_at = datetime.fromisoformat(record.started_at)
    return Reading(patient_id, record.measurement_id, started_at, kind, probability, name)


def reading_of_result(result: MeasurementResult, patient_id: str) -> Reading:
    """The reading in a measurement that is not stored yet."""
    outcome, model = result.outcome, result.model
    return Reading(
        patient_id=patient_id,
        measurement_id=result.measurement_id,
        started_at=result.started_at,
        kind=outcome.kind,
        probability=None if outcome.risk is None else outcome.risk.probability,
        model="" if model is None else f"{model.model_id} {model.model_version}",
    )


def readings_of_patient(store: Store, patient_id: str) -> tuple[Reading, ...]:
    """What a store holds of one patient, among its newest 1000 measurements, oldest first.

    A record that cannot be read is left out: it cannot say whose it is.

    Raises:
        StoreError: the store cannot be listed.
    """
    found: list[Reading] = []
    for measurement_id in store.ids()[-_MOST_READ:]:
        try:
            record = store.get(measurement_id)
            if record.patient_id == patient_id:
                found.append(reading_of(record, patient_id))
        except (StoreError, ValueError):
            continue
    return tuple(found)


@dataclass(frozen=True)
class RepeatRule:
    """When repeated measurements agree.

    Attributes:
        k: results that must be in one of the tiers `counted`.
        m: of the newest results, which must be there.
        within: how far the newest m may lie apart.
        counted: tiers that count.
        baseline_results: earlier results that a baseline needs at least.
        source: where the numbers come from.

    Raises:
        ValueError: not 1 <= k <= m, a time that is not positive, or fewer than two results for a baseline.
    """

    k: int = 2
    m: int = 3
    within: timedelta = timedelta(hours=1)
    counted: frozenset[OutcomeKind] = frozenset({OutcomeKind.HIGH})
    baseline_results: int = 3
    source: str = (
        "Engineering choice: the majority of three within an hour, in which potassium hardly moves without treatment. "
        "To be replaced by a figure from repeated measurements of real patients."
    )

    def __post_init__(self) -> None:
        if not 1 <= self.k <= self.m:
            raise ValueError(f"A rule of {self.k} of {self.m}; expected 1 <= k <= m.")
        if self.within <= timedelta(0) or self.baseline_results < 2:
            raise ValueError("A rule needs a time above 0, and at least two results for a baseline.")
        if not self.counted or not self.counted <= TIERS:
            raise ValueError(f"A rule counts tiers, not {sorted(self.counted)}.")


class Agreement(StrEnum):
    """What k of m comes to."""

    TOO_FEW = "too-few"
    MET = "met"
    NOT_MET = "not-met"


@dataclass(frozen=True)
class Baseline:
    """A patient's own level, from results before the newest m.

    Attributes:
        n: how many.
        median_logit: their median.
        sd_logit: 1.4826 times their median absolute deviation.
        change_logit: median of the newest m, or of what there is of them, less the baseline's.
    """

    n: int
    median_logit: float
    sd_logit: float
    change_logit: float


@dataclass(frozen=True)
class Repeats:
    """What the measurements of one patient say together. Not an outcome: it is shown beside the newest one.

    Attributes:
        patient_id: whose they are.
        n_measurements: all of them.
        n_results: those with a tier; no result is never counted as a low one.
        newest: ids of the results that were looked at, oldest first.
        counted: how many of them are in a tier that counts.
        agreement: k of m.
        baseline: None where there are too few earlier results of the same model.
        rule: by which they were put together.
    """

    patient_id: str
    n_measurements: int
    n_results: int
    newest: tuple[str, ...]
    counted: int
    agreement: Agreement
    baseline: Baseline | None
    rule: RepeatRule


def repeats_of(readings: Iterable[Reading], rule: RepeatRule | None = None) -> Repeats:
    """Put the measurements of one patient together; their order does not matter.

    Only results of the newest result's model are compared.

    Raises:
        ValueError: no measurement, those of several patients, or one of them twice.
    """
    rule = RepeatRule() if rule is None else rule
    ordered = sorted(readings, key=lambda r: (r.started_at, r.measurement_id))
    patients = {r.patient_id for r in ordered}
    if len(patients) != 1:
        raise ValueError(f"The measurements are of {len(patients)} patients; expected exactly one.")
    if len({r.measurement_id for r in ordered}) != len(ordered):
        raise ValueError("A measurement is there twice; give each of them once.")
    results = [r for r in ordered if r.kind in TIERS]
    alike = [r for r in results if r.model == results[-1].model]
    newest = [r for r in alike[-rule.m :] if alike[-1].started_at - r.started_at <= rule.within]
    counted = sum(r.kind in rule.counted for r in newest)
    agreement = Agreement.TOO_FEW
    if len(newest) == rule.m:
        agreement = Agreement.MET if counted >= rule.k else Agreement.NOT_MET
    return Repeats(
        patient_id=patients.pop(),
        n_measurements=len(ordered),
        n_results=len(results),
        newest=tuple(r.measurement_id for r in newest),
        counted=counted,
        agreement=agreement,
        baseline=_baseline(alike[: len(alike) - len(newest)], newest, rule),
        rule=rule,
    )


def repeats_beside(result: MeasurementResult, patient_id: str, earlier: Iterable[Reading]) -> Repeats | None:
    """What a new measurement and the earlier ones of its patient say together.

    Returns:
        None where the new one has no tier, since a repeat of nothing says nothing, and where the clock was set back,
        so that it is not the newest.

    Raises:
        ValueError: as `repeats_of`.
    """
    if not result.outcome.is_result:
        return None
    together = repeats_of([*earlier, reading_of_result(result, patient_id)])
    return together if together.newest[-1] == result.measurement_id else None


def repeats_by_patient(readings: Iterable[Reading], rule: RepeatRule | None = None) -> dict[str, Repeats]:
    """`repeats_of` for each patient, by patient id.

    Raises:
        ValueError: a measurement is there twice.
    """
    by_patient: dict[str, list[Reading]] = {}
    for reading in readings:
        by_patient.setdefault(reading.patient_id, []).append(reading)
    return {patient_id: repeats_of(own, rule) for patient_id, own in sorted(by_patient.items())}


def _baseline(earlier: list[Reading], newest: list[Reading], rule: RepeatRule) -> Baseline | None:
    if len(earlier) < rule.baseline_results or not newest:
        return None
    before, now = (np.array([r.logit for r in some], np.float64) for some in (earlier, newest))
    median = float(np.median(before))
    spread = _MAD_TO_SD * float(np.median(np.abs(before - median)))
    return Baseline(before.size, median, spread, float(np.median(now)) - median)
