"""The bench's results as JSON."""

import json
import math
from dataclasses import asdict

from pocketk.bench_check.bench_report import BenchReport
from pocketk.bench_check.not_checked import unverified
from pocketk.bench_check.table import NO_CONFORMITY

SCHEMA = 1


def json_text(report: BenchReport) -> str:
    """One document; a limit that is infinite and a figure that could not be taken are null."""
    document = {
        "schema": SCHEMA,
        "statement": NO_CONFORMITY,
        "front_end": report.front_end,
        "agent": report.version,
        "as_expected": report.as_expected,
        "results": [
            {**{name: _plain(value) for name, value in asdict(r).items()}, "verdict": r.verdict} for r in report.results
        ],
        "unverified": [asdict(point) for point in unverified(report.results)],
    }
    return json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
