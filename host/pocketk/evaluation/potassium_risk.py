"""Mean probability over potassium, and whether it rises."""

from itertools import pairwise

from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.row_means import mean_of
from pocketk.evaluation.statistics.estimate import Estimate
from pocketk.evaluation.study import StudyRows

RISK_EDGES_MMOL_L = (4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0)
# Engineering choice, as for groups elsewhere: the mean of fewer moves too much by chance to be compared.
FEWEST_TO_COMPARE = 20
_RISK = ("recordings of", "potassium, mmol/L", "recordings", "patients", "mean probability")
_RISE = ("recordings of", "bins compared", "mean rises from bin to bin", "where it does not")
BY_PROFILE = (
    "Mean risk over potassium by ECG profile (typical, sensitive and others): neither the manifest nor the predictions "
    "name a simulated patient's profile."
)


def risk_tables(rows: StudyRows) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """Mean probability by bin and whether it rises, and what of it cannot be said."""
    bins = _bins(rows)
    lines = tuple(_line(name, some) for name, some in bins)
    table = Table("mean-risk", "Mean probability by laboratory potassium", _RISK, lines)
    lacking = (BY_PROFILE,) if (rows.frame["source"] != "real").any() else ()
    compared = [(name, float(some.probability.mean())) for name, some in bins if len(some) >= FEWEST_TO_COMPARE]
    if len(compared) < 2:
        why = f"fewer than two bins of at least {FEWEST_TO_COMPARE} recordings from 4.5 to 8.0 mmol/L"
        return (table,), (*lacking, f"Whether mean risk rises with potassium: {why}.")
    return (table, _rise(compared)), lacking


def _bins(rows: StudyRows) -> list[tuple[str, StudyRows]]:
    """From an edge up to, but not including, the next; the last bin holds its upper edge too."""
    k, last = rows.k_mmol_l, RISK_EDGES_MMOL_L[-1]
    return [
        (f"{low:.1f} to {high:.1f}", rows.where((k >= low) & ((k < high) | ((k == high) & (high == last)))))
        for low, high in pairwise(RISK_EDGES_MMOL_L)
    ]


def _line(name: str, some: StudyRows) -> tuple[Cell, ...]:
    n = len(some)
    return ("all", name, n, some.n_patients if n else 0, _mean(some))


def _mean(some: StudyRows) -> Estimate:
    found = mean_of(some, some.probability)
    if not 0 < len(some) < FEWEST_TO_COMPARE:
        return found
    return found.with_caution(f"fewer than {FEWEST_TO_COMPARE} recordings: not compared")


def _rise(compared: list[tuple[str, float]]) -> Table:
    falls = [
        f"{lower} ({before:.4f}) to {upper} ({after:.4f})"
        for (lower, before), (upper, after) in pairwise(compared)
        if not after > before
    ]
    line = ("all", len(compared), "no" if falls else "yes", "; ".join(falls) or "nowhere")
    caption = f"Whether the mean rises, over bins of at least {FEWEST_TO_COMPARE} recordings"
    return Table("mean-risk-rise", caption, _RISE, (line,), words=True)
