"""An evaluation as JSON and as CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping

from pocketk.qrs_evaluation.beat_matching import WINDOW_S, BeatCount
from pocketk.qrs_evaluation.evaluation import Evaluation, RecordResult, SetSummary

SCHEMA = 1
_DIGITS = 6


def json_text(evaluation: Evaluation) -> str:
    """One document: detectors, data sets with gross and average figures, records. A share 0/0 is null."""
    document = {
        "schema": SCHEMA,
        "method": f"ANSI/AAMI EC57, match window {WINDOW_S * 1000:.0f} ms",
        "detectors": [{"name": f.name, "version": f.version} for f in evaluation.finders],
        "detectors_absent": list(evaluation.absent),
        "data_sets_missing": list(evaluation.missing),
        "references": dict(evaluation.references),
        "data_sets": [_summary_row(summary) for summary in evaluation.summaries()],
        "records": [_record_row(result) for result in evaluation.results],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def csv_text(evaluation: Evaluation) -> str:
    """One row for each record and detector; an empty cell where a figure is not defined."""
    rows = [_record_row(result) for result in evaluation.results]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["data_set"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _summary_row(summary: SetSummary) -> Mapping[str, object]:
    return {
        "data_set": summary.data_set,
        "detector": summary.finder,
        "records": summary.records,
        **_counts(summary.gross),
        "average_sensitivity": _share(summary.average_sensitivity),
        "average_positive_predictivity": _share(summary.average_positive_predictivity),
        "run_seconds": round(summary.run_seconds, 3),
    }


def _record_row(result: RecordResult) -> Mapping[str, object]:
    return {
        "data_set": result.data_set,
        "record": result.record,
        "detector": result.finder,
        **_counts(result.count),
        "beats_found": result.beats_found,
        "record_seconds": round(result.record_seconds, 3),
        "counted_bpm": round(result.counted_bpm, 2),
        "stated_bpm": result.stated_bpm,
        "run_seconds": round(result.run_seconds, 4),
        "error": result.error,
    }


def _counts(count: BeatCount) -> dict[str, object]:
    return {
        "beats": count.marked,
        "hits": count.hits,
        "misses": count.misses,
        "extras": count.extras,
        "sensitivity": _share(count.sensitivity),
        "positive_predictivity": _share(count.positive_predictivity),
        "f1": _share(count.f1),
    }


def _share(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)
