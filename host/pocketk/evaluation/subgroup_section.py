"""Discrimination and alerts by who the patient is and how the recording was made."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.estimate import FEWEST_TO_QUOTE
from pocketk.evaluation.study import NOT_QUOTED, Mask, Study, StudyRows

_FLAGS = (
    ("CKD", "ckd"),
    ("heart failure", "hf"),
    ("dialysis", "dialysis"),
    ("diabetes", "diabetes"),
    ("arrhythmia (atrial fibrillation and others)", "arrhythmia"),
    ("bundle branch block or other wide QRS (manifest)", "wide_qrs"),
)
# Bands: engineering choice; 18 and 65 part children, adults and the elderly, 60 and 100 per minute bradycardia and
# tachycardia.
_AGE = (
    ("under 18", 0.0, 18.0),
    ("18 to 49", 18.0, 50.0),
    ("50 to 64", 50.0, 65.0),
    ("65 to 79", 65.0, 80.0),
    ("80 and over", 80.0, 200.0),
)
_RATE = (("under 60", 0.0, 60.0), ("60 to 79", 60.0, 80.0), ("80 to 99", 80.0, 100.0), ("100 and over", 100.0, 1e3))
_WIDE_QRS_MS = 120.0
_MOST_PLACES = 30
_HEADINGS = ("characteristic", "group", "recordings", "patients", "positive", "AUROC for K > 5.5", "mean probability")


def subgroup_section(study: Study) -> Section:
    """One line a subgroup; those with few positives are counted and not quoted."""
    rows, lines, lacking = study.scored, [], []
    for name, groups, why in _characteristics(rows):
        if why:
            lacking.append(f"{name}: {why}.")
        lines += [_line(rows, name, group, keep) for group, keep in groups]
    return Section(
        "subgroups",
        "Subgroups",
        "AUROC within the group, for K > 5.5. Groups overlap; nothing is corrected for the number of groups. A group "
        f"with fewer than {FEWEST_TO_QUOTE} positives is counted and not quoted.",
        (Table("subgroups", "Subgroups of the scored recordings", _HEADINGS, tuple(lines)),),
        (),
        tuple(lacking),
    )


def _line(rows: StudyRows, name: str, group: str, keep: Mask) -> tuple[Cell, ...]:
    some = rows.where(keep)
    n, n_positive = len(some), some.n_positive
    enough = n_positive >= FEWEST_TO_QUOTE
    figure: Cell = some.auroc() if enough else NOT_QUOTED
    mean = float(some.probability.mean()) if n else None
    return (name, group, n, some.n_patients if n else 0, n_positive, figure, mean)


def _characteristics(rows: StudyRows) -> Iterator[tuple[str, list[tuple[str, Mask]], str]]:
    """Name, groups, and why there are none or some of the recordings are in none."""
    frame = rows.frame
    yield "age, years", *_bands(rows.column("age"), _AGE, "age is not known")
    yield "sex", *_values(frame["sex"], {"F": "female", "M": "male"}, "sex is not known")
    for name, column in _FLAGS:
        yield name, *_values(frame[column], {True: "yes", False: "no"}, "not recorded in the manifest")
    qrs = rows.column("qrs_ms")
    wide = (("120 and under", 0.0, _WIDE_QRS_MS + 1e-6), ("over 120", _WIDE_QRS_MS + 1e-6, 1e3))
    yield "QRS, ms", *_bands(qrs, wide, "not measured; score with --measure-beats, beats permitting")
    yield "heart rate, per minute", *_bands(rows.column("heart_rate_bpm"), _RATE, "no heart rate was measured")
    yield "noise, tertile (lowest is cleanest)", *_tertiles(rows.column("noise"))
    yield "source", *_places(frame["source"])
    yield "site", *_places(frame["site"])


def _bands(
    values: np.ndarray, bands: tuple[tuple[str, float, float], ...], why: str
) -> tuple[list[tuple[str, Mask]], str]:
    known = np.isfinite(values)
    groups = [(name, known & (values >= low) & (values < high)) for name, low, high in bands]
    return [(name, keep) for name, keep in groups if keep.any()], _unknown(known, why)


def _values(values: pl.Series, names: dict[object, str], why: str) -> tuple[list[tuple[str, Mask]], str]:
    groups = [(name, (values == value).fill_null(value=False).to_numpy()) for value, name in names.items()]
    known = np.logical_or.reduce([keep for _, keep in groups])
    return [(name, keep) for name, keep in groups if keep.any()], _unknown(known, why)


def _unknown(known: Mask, why: str) -> str:
    lost = int((~known).sum())
    if not known.any():
        return why
    return f"{why} for {lost:,} of {known.size:,} recordings" if lost else ""


def _tertiles(noise: np.ndarray) -> tuple[list[tuple[str, Mask]], str]:
    known = np.isfinite(noise)
    why = _unknown(known, "the gate was left out or gave no noise figure")
    if not known.any():
        return [], why
    low, high = np.quantile(noise[known], [1 / 3, 2 / 3])
    groups = [
        (f"lowest, to {low:.3f}", known & (noise <= low)),
        (f"middle, to {high:.3f}", known & (noise > low) & (noise <= high)),
        ("highest", known & (noise > high)),
    ]
    return [(name, keep) for name, keep in groups if keep.any()], why


def _places(values: pl.Series) -> tuple[list[tuple[str, Mask]], str]:
    known = values.is_not_null() & (values != "unknown")
    why = _unknown(known.to_numpy(), "not named in the manifest")
    counted = values.filter(known).value_counts(sort=True)
    names = [str(name) for name in counted[values.name][:_MOST_PLACES]]
    if len(counted) > _MOST_PLACES:
        why = "; ".join(filter(None, (why, f"{len(counted) - _MOST_PLACES} smaller ones are left out")))
    return [(name, (values == name).fill_null(value=False).to_numpy()) for name in sorted(names)], why
