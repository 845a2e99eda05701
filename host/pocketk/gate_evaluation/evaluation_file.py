"""An evaluation as JSON and as CSV."""

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields

from pocketk.gate_evaluation.evaluation import ClipResult, Evaluation, Summary, summarise
from pocketk.gate_evaluation.table import HALVES
from pocketk_agent.quality.thresholds import DEFAULT_THRESHOLDS

SCHEMA = 1
_DIGITS = 6


def json_text(evaluation: Evaluation) -> str:
    """One document: judges, thresholds, figures by data set and half and by group, clips. A share 0/0 is null."""
    document = {
        "schema": SCHEMA,
        "judges": [{"name": judge.name, "version": judge.version} for judge in evaluation.judges],
        "judges_absent": list(evaluation.absent),
        "data_sets_missing": list(evaluation.missing),
        "thresholds": asdict(DEFAULT_THRESHOLDS),
        "data_sets": _figures(evaluation, by_group=False),
        "groups": _figures(evaluation, by_group=True),
        "clips": [_row(result) for result in evaluation.results],
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def csv_text(evaluation: Evaluation) -> str:
    """One row for each clip and judge."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(ClipResult)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({**_row(result), "reasons": " ".join(result.reasons)} for result in evaluation.results)
    return text.getvalue()


def _row(result: ClipResult) -> dict[str, object]:
    return {**asdict(result), "reasons": list(result.reasons)}


def _figures(evaluation: Evaluation, *, by_group: bool) -> list[Mapping[str, object]]:
    rows = []
    for name in evaluation.data_sets:
        for group in evaluation.groups(name) if by_group else [None]:
            for held_out, half in HALVES.items():
                for judge in evaluation.judges:
                    results = evaluation.of(name, judge.name, held_out, group)
                    if results:
                        place = {"data_set": name, "half": half, "judge": judge.name}
                        rows.append({**place, **({"group": group} if by_group else {}), **_shares(summarise(results))})
    return rows


def _shares(summary: Summary) -> dict[str, object]:
    return {
        "good": summary.good,
        "accepted": summary.accepted,
        "bad": summary.bad,
        "refused": summary.refused,
        "specificity": _share(summary.specificity),
        "sensitivity": _share(summary.sensitivity),
        "balanced_accuracy": _share(summary.balanced_accuracy),
        "reasons": dict(summary.reasons),
    }


def _share(value: float) -> float | None:
    return None if math.isnan(value) else round(value, _DIGITS)
