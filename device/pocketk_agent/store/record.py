"""The stored form of a measurement: one JSON document beside the raw counts."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from pocketk_agent.beats.beat_document import beat_document
from pocketk_agent.bundle.signature import time_text
from pocketk_agent.front_end_grade import grade_of, graded_notice
from pocketk_agent.measurement.recorder import Recording
from pocketk_agent.measurement.result import MeasurementResult
from pocketk_agent.measurement.scoring import QualityReport, Scored
from pocketk_agent.version import VERSION

RECORD_SCHEMA = 1
# Never more gaps in a record than a reader wants to see; the raw counts hold all of them.
_LISTED_GAPS = 1000


@dataclass(frozen=True)
class MeasurementRecord:
    """A stored measurement, as read back.

    Attributes:
        measurement_id: its id.
        started_at: ISO 8601, UTC.
        outcome: as printed, e.g. "INCONCLUSIVE(untrained model)".
        partial: True where the recording ended before its time.
        body: the whole document.
        patient_id: pseudonym of whom was measured, None where nobody said; so in every record of an older agent.
    """

    measurement_id: str
    started_at: str
    outcome: str
    partial: bool
    body: dict[str, Any]
    patient_id: str | None = None


def _recording(recording: Recording, result: MeasurementResult) -> dict[str, Any]:
    gaps, window = recording.gaps, result.window
    return {
        "first_index": recording.first_index,
        "n_samples": int(recording.counts.size),
        "missing_samples": int(recording.missing.sum()),
        "lead_off_samples": int(recording.lead_off.sum()),
        "window": None if window is None else {"start_index": window[0], "stop_index": window[1]},
        "settled": [[span.start, span.stop] for span in result.segments],
        "n_gaps": len(gaps),
        "gaps": [[recording.first_index + g.start, recording.first_index + g.stop] for g in gaps[:_LISTED_GAPS]],
        "raw_counts": "raw.counts",
    }


def _quality(report: QualityReport, scored: Scored) -> dict[str, Any]:
    return {
        "seconds_by_reason": {reason.value: round(s, 3) for reason, s in report.reason_s.items()},
        "clips_offered": [[r.value for r in reasons] for reasons in report.clip_reasons],
        "clips_scored_start_s": list(scored.clip_start_s),
    }


def _engineering(result: MeasurementResult) -> dict[str, Any] | None:
    """What the network said, None where it said nothing."""
    logits = None if result.scored is None else result.scored.logits
    provisional = () if result.provisional is None else result.provisional.scores
    if logits is None and not provisional:
        return None
    return {
        "note": "never a result",
        "clip_logits": None if logits is None else [[float(v) for v in row] for row in logits],
        "provisional_scores": [{"stop_index": s.stop_index, "score": s.score} for s in provisional],
    }


def _timing(result: MeasurementResult) -> dict[str, Any]:
    """Deadlines and latencies, as measured on the device's own clock."""
    report = result.provisional
    provisional = None
    if report is not None:
        provisional = {k: v for k, v in asdict(report).items() if k != "scores"}
    return {"provisional": provisional, "last_sample_to_decision_s": result.decided_s}


def _beats(result: MeasurementResult) -> dict[str, Any] | None:
    if result.beats is None:
        return None
    return beat_document(result.beats, "I" if result.front_end is None else result.front_end.lead)


def _repeats(result: MeasurementResult) -> dict[str, Any] | None:
    together = result.repeats
    if together is None:
        return None
    rule = together.rule
    return {
        **{k: v for k, v in asdict(together).items() if k not in ("patient_id", "rule")},
        "rule": {
            "k": rule.k,
            "m": rule.m,
            "within_s": rule.within.total_seconds(),
            "counted": sorted(rule.counted),
            "baseline_results": rule.baseline_results,
            "source": rule.source,
        },
        "note": "information beside the outcome, never an outcome",
    }


def _calibration(result: MeasurementResult) -> dict[str, Any] | None:
    found = result.calibration
    if found is None:
        return None
    times = {
        name: None if at is None else time_text(at)
        for name, at in (("made_at", found.made_at), ("due_at", found.due_at))
    }
    return {**asdict(found), **times, "kind": found.kind.value, "sentence": found.sentence}


def document_of(result: MeasurementResult) -> dict[str, Any]:
    """The JSON document of a result."""
    scored, recording = result.scored, result.recording
    return {
        "schema": RECORD_SCHEMA,
        "measurement_id": result.measurement_id,
        "started_at": result.started_at.isoformat(timespec="milliseconds"),
        "time_verified": result.time.verified,
        "time_source": result.time.source,
        "outcome": {"text": str(result.outcome), **asdict(result.outcome)},
        "partial": result.partial,
        "statement": graded_notice("" if result.model is None else result.model.statement, result.front_end) or None,
        "model": None if result.model is None else asdict(result.model),
        "front_end": None if result.front_end is None else asdict(result.front_end),
        "calibration": _calibration(result),
        "front_end_grade": None if result.front_end is None else grade_of(result.front_end).value,
        "agent_version": VERSION,
        "mains_hz": result.mains_hz,
        "quality": None if scored is None else _quality(scored.quality, scored),
        "recording": None if recording is None else _recording(recording, result),
        "health": None if result.health is None else asdict(result.health),
        "engineering": _engineering(result),
        "timing": _timing(result),
        "beats": _beats(result),
        "beats_not_measured": result.beats_not_measured or None,
        "patient_id": result.patient_id,
        "repeats": _repeats(result),
    }


def record_text(result: MeasurementResult) -> str:
    """The document as text; the same result gives the same bytes."""
    return json.dumps(document_of(result), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def parse_record(text: str) -> MeasurementRecord:
    """Read a stored document.

    Raises:
        ValueError: not JSON, another schema, or without the fields that every record has.
    """
    body = json.loads(text)
    if not isinstance(body, dict) or body.get("schema") != RECORD_SCHEMA:
        raise ValueError(f"not a measurement record of schema {RECORD_SCHEMA}")
    try:
        return MeasurementRecord(
            measurement_id=body["measurement_id"],
            started_at=body["started_at"],
            outcome=body["outcome"]["text"],
            partial=body["partial"],
            body=body,
            patient_id=body.get("patient_id"),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the record lacks {error}") from error
