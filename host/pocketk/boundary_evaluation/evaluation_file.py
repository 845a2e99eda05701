"""An evaluation as JSON and CSV."""

import csv
import io
import json

import numpy as np

from pocketk.boundary_evaluation.delineator import OPENECG_CAUTION
from pocketk.boundary_evaluation.evaluation import BoundaryEvaluation, BoundarySummary

_COLUMNS = ("half", "record", "delineator", "boundary", "n_marked", "n_matched", "n_extra", "mean_ms", "sd_ms", "error")


def json_text(evaluation: BoundaryEvaluation) -> str:
    """The summaries and what they rest on."""
    document = {
        "delineators": {one.name: one.version for one in evaluation.delineators},
        "absent": list(evaluation.absent),
        "caution": OPENECG_CAUTION,
        "summaries": [_summary(row) for row in evaluation.summaries()],
    }
    return json.dumps(document, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _summary(row: BoundarySummary) -> dict[str, object]:
    return {
        "half": row.half,
        "delineator": row.delineator,
        "boundary": row.boundary.name,
        "mean_ms": row.mean_ms,
        "sd_ms": row.sd_ms,
        "cse_two_sd_ms": row.boundary.two_sd_ms,
        "n": row.n,
        "n_marked": row.n_marked,
        "n_extra": row.n_extra,
        "sensitivity": row.sensitivity,
        "positive_predictivity": row.positive_predictivity,
    }


def csv_text(evaluation: BoundaryEvaluation) -> str:
    """One line for each record, delineator and boundary."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in evaluation.results:
        if row.match is None:
            continue
        errors = row.match.errors_ms
        mean = f"{np.mean(errors):.2f}" if errors else ""
        sd = f"{np.std(errors, ddof=1):.2f}" if len(errors) > 1 else ""
        counts = (row.match.n_marked, len(errors), row.match.n_extra)
        writer.writerow((row.half, row.record, row.delineator, row.boundary, *counts, mean, sd, row.error or ""))
    return lines.getvalue()
