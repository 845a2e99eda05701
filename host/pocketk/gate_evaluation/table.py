"""An evaluation as rows of words."""

import math

from pocketk.gate_evaluation.evaluation import Evaluation, Summary, summarise

HEADINGS = (
    "data set",
    "half",
    "judge",
    "good",
    "accepted",
    "specificity",
    "bad",
    "refused",
    "sensitivity",
    "balanced accuracy",
)
GROUP_HEADINGS = ("data set", "half", "group", "judge", "clips", "accepted", "reasons given")
HALVES = {True: "held out", False: "tuning"}


def summary_cells(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """One row for each data set, half and judge."""
    return [
        (name, half, judge.name, *_cells(summarise(evaluation.of(name, judge.name, held_out))))
        for name in evaluation.data_sets
        for held_out, half in HALVES.items()
        for judge in evaluation.judges
        if evaluation.of(name, judge.name, held_out)
    ]


def group_cells(evaluation: Evaluation) -> list[tuple[str, ...]]:
    """One row for each group, half and judge."""
    rows = []
    for name in evaluation.data_sets:
        for held_out, half in HALVES.items():
            for group in evaluation.groups(name):
                for judge in evaluation.judges:
                    results = evaluation.of(name, judge.name, held_out, group)
                    if results:
                        reasons = ", ".join(f"{reason} {n}" for reason, n in summarise(results).reasons)
                        accepted = sum(r.accepted for r in results)
                        rows.append((name, half, group, judge.name, str(len(results)), str(accepted), reasons))
    return rows


def _cells(summary: Summary) -> tuple[str, ...]:
    return (
        str(summary.good),
        str(summary.accepted),
        percentage(summary.specificity),
        str(summary.bad),
        str(summary.refused),
        percentage(summary.sensitivity),
        percentage(summary.balanced_accuracy),
    )


def percentage(share: float) -> str:
    """A share in per cent; a dash where it is not defined."""
    return "-" if math.isnan(share) else f"{100 * share:.1f}"
