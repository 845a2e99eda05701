"""Several recordings of one patient: how alike they are, what their mean tells, and the change from an own baseline."""

import numpy as np
from numpy.typing import NDArray

from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.delong import delong_auroc, delong_difference
from pocketk.evaluation.statistics.estimate import one_class
from pocketk.evaluation.statistics.personal_baseline import personal_baseline
from pocketk.evaluation.statistics.proportion import proportion
from pocketk.evaluation.statistics.recalibration import logit_of
from pocketk.evaluation.statistics.repeats import (
    first_of_each,
    intraclass_correlation,
    k_of_m,
    mean_logit,
    same_label,
    variance_share_of_mean,
)
from pocketk.evaluation.study import Float64, Study, StudyRows

_MEANS = (2, 3)
_HEADINGS = ("recordings a patient", "patients", "positive", "AUROC of the first", "AUROC of their mean logit", "gain")
_FEWEST = 20


def repeat_section(study: Study) -> Section:
    """Repeats and personal baseline, where patients repeat."""
    rows, title = study.scored, "Repeated recordings"
    n_repeated = 0 if not len(rows) else int((rows.frame["patient_id"].value_counts()["count"] > 1).sum())
    if n_repeated < _FEWEST:
        why = f"{n_repeated} patients have two scored recordings or more; {_FEWEST} are wanted"
        return Section("repeats", title, "", not_computed=(f"Repeats and personal baseline: {why}.",))
    order, note = _order(rows)
    logit = logit_of(rows.score)
    icc = intraclass_correlation(logit, rows.patient)
    half = None if icc.value is None else variance_share_of_mean(icc.value, 2)
    spread: tuple[tuple[Cell, ...], ...] = (
        ("intraclass correlation of the logit between patients", n_repeated, icc),
        ("variance of the mean of two over that of one", n_repeated, half),
    )
    tables = [
        Table("repeat-variance", "How alike recordings of one patient are", ("figure", "patients", "value"), spread)
    ]
    lacking: list[str] = []
    lines = [line for m in _MEANS if (line := _mean_line(rows, logit, order, m, lacking)) is not None]
    if lines:
        tables.append(
            Table("repeat-means", "First m recordings of patients with one label in them", _HEADINGS, tuple(lines))
        )
    tables += _rule(rows, order)
    tables += _baseline(rows, logit, order, lacking)
    return Section(
        "repeats",
        title,
        "Per patient: the mean logit of the first m recordings, of patients whose label is the same in all m; then "
        f"the change from the patient's first recording with K <= 5.5. {note}",
        tuple(tables),
        (),
        tuple(lacking),
    )


def _order(rows: StudyRows) -> tuple[Float64, str]:
    times = rows.frame["ecg_time"]
    if times.null_count():
        return np.arange(len(rows), dtype=np.float64), "Times of recordings are missing: taken in the manifest's order."
    return times.dt.epoch("us").to_numpy().astype(np.float64) / 1e6, "In order of the recordings' times."


def _mean_line(rows: StudyRows, logit: Float64, order: Float64, m: int, lacking: list[str]) -> tuple[Cell, ...] | None:
    index = first_of_each(rows.patient, order, m)
    index = index[same_label(rows.positive, index)] if len(index) else index
    label = rows.positive[index[:, 0]] if len(index) else np.zeros(0, bool)
    why = one_class(int(label.sum()), int((~label).sum()))
    if why:
        lacking.append(f"Mean of {m} recordings: {why}.")
        return None
    first, mean = logit[index[:, 0]], mean_logit(logit, index)
    gain = delong_difference(label, mean, first)
    return (m, len(index), int(label.sum()), delong_auroc(label, first), delong_auroc(label, mean), gain)


def _rule(rows: StudyRows, order: Float64) -> list[Table]:
    """Two of three at each frozen threshold."""
    index = first_of_each(rows.patient, order, 3)
    index = index[same_label(rows.positive, index)] if len(index) else index
    if not len(index) or not rows.plan.operating_points:
        return []
    label, lines = rows.positive[index[:, 0]], []
    for point in rows.plan.operating_points:
        flagged = k_of_m(rows.probability >= point.threshold, index, 2)
        n_positive = int(label.sum())
        lines.append(
            (
                point.name,
                len(index),
                proportion(int(flagged[label].sum()), n_positive, n_positive, "positive patients"),
                proportion(int((~flagged[~label]).sum()), int((~label).sum()), n_positive, "negative patients"),
            )
        )
    headings = ("threshold", "patients", "sensitivity", "specificity")
    return [Table("two-of-three", "Flagged in two of the first three recordings", headings, tuple(lines))]


def _baseline(rows: StudyRows, logit: Float64, order: Float64, lacking: list[str]) -> list[Table]:
    found = personal_baseline(logit, rows.patient, order, ~rows.positive)
    later = _at(rows, found.recording)
    why = one_class(later.n_positive, len(later) - later.n_positive)
    if why:
        lacking.append(f"Personal baseline: later recordings hold {why}.")
        return []
    raw = logit[found.recording]
    resampled = later.bootstrap(rows.plan.draws_elsewhere)
    lines: tuple[tuple[Cell, ...], ...] = (
        ("logit of the recording", len(later), later.n_positive, resampled.auroc(later.positive, raw)),
        (
            "less that of the own baseline",
            len(later),
            later.n_positive,
            resampled.auroc(later.positive, found.difference),
        ),
        (
            "difference",
            len(later),
            later.n_positive,
            resampled.auroc_difference(later.positive, found.difference, raw),
        ),
    )
    headings = ("score", "recordings", "positive", "AUROC for K > 5.5")
    return [Table("personal-baseline", "Recordings after a patient's first one with K <= 5.5", headings, lines)]


def _at(rows: StudyRows, index: NDArray[np.int64]) -> StudyRows:
    return StudyRows(rows.frame[index.tolist()] if len(index) else rows.frame.clear(), rows.plan)
