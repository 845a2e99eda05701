"""The score by severity of hyperkalaemia, and over potassium."""

from typing import TYPE_CHECKING

import numpy as np

from pocketk.evaluation.potassium_risk import RISK_EDGES_MMOL_L, risk_tables
from pocketk.evaluation.report_figure import BLUE, GREY, ReportFigure, drawn
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.proportion import proportion
from pocketk.evaluation.study import Mask, Study, StudyRows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FEWEST_TO_DRAW = 5


def _bands(k_mmol_l: np.ndarray) -> tuple[tuple[str, Mask], ...]:
    """Bands by potassium alone. The ECG criterion of the KDIGO scheme is left out: the ECG is what is tested."""
    return (
        ("5.0 and below", k_mmol_l <= 5.0),
        ("above 5.0 to 5.5", (k_mmol_l > 5.0) & (k_mmol_l <= 5.5)),
        ("above 5.5, below 6.0: mild", (k_mmol_l > 5.5) & (k_mmol_l < 6.0)),
        ("6.0 to below 6.5: moderate", (k_mmol_l >= 6.0) & (k_mmol_l < 6.5)),
        ("6.5 and above: severe", k_mmol_l >= 6.5),
    )


def severity_section(study: Study) -> Section:
    """Probability and flags in each band of potassium."""
    rows, points = study.scored, study.plan.operating_points
    if not len(rows):
        return Section("severity", "Severity", "", not_computed=("Severity: no recording was scored.",))
    headings = (
        "potassium, mmol/L",
        "recordings",
        "patients",
        "mean probability",
        "median probability",
        *(f"flagged from {point.name}" for point in points),
    )
    lines = tuple(_line(rows, name, keep) for name, keep in _bands(rows.k_mmol_l))
    risk, lacking = risk_tables(rows)
    return Section(
        "severity",
        "Severity",
        "Bands after the KDIGO controversies conference (Clase et al., Kidney International 2020; 97: 42), by "
        "potassium alone: its ECG criterion is left out, since the ECG is what is tested. Above 5.5 a flag is a true "
        "one. Intervals of the shares are Wilson's and take recordings for independent; those of the mean probability "
        "in bins of 0.5 mmol/L are of resampled patients. A bin ends below its upper edge, the last one with it.",
        (Table("severity", "By potassium", headings, lines), *risk),
        _risk_over_potassium(rows),
        lacking,
    )


def _line(rows: StudyRows, name: str, keep: Mask) -> tuple[Cell, ...]:
    some = rows.where(keep)
    n = len(some)
    flagged: list[Cell] = [
        proportion(int((some.probability >= point.threshold).sum()), n, some.n_positive, "recordings")
        for point in rows.plan.operating_points
    ]
    if not n:
        return (name, 0, 0, None, None, *flagged)
    return (name, n, some.n_patients, float(some.probability.mean()), float(np.median(some.probability)), *flagged)


def _risk_over_potassium(rows: StudyRows) -> tuple[ReportFigure, ...]:
    bins = np.digitize(rows.k_mmol_l, RISK_EDGES_MMOL_L)
    filled = [b for b in range(len(RISK_EDGES_MMOL_L) + 1) if (bins == b).sum() >= _FEWEST_TO_DRAW]
    if len(filled) < 2:
        return ()
    at = [float(rows.k_mmol_l[bins == b].mean()) for b in filled]
    quartiles = np.array([np.quantile(rows.probability[bins == b], [0.25, 0.5, 0.75]) for b in filled])
    means = [float(rows.probability[bins == b].mean()) for b in filled]

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        axes.fill_between(at, quartiles[:, 0], quartiles[:, 2], color=BLUE, alpha=0.2, label="quartiles")
        axes.plot(at, quartiles[:, 1], color=BLUE, marker="o", markersize=4, label="median")
        axes.plot(at, means, color=BLUE, linestyle="--", label="mean")
        axes.axvline(5.5, color=GREY, linewidth=0.8, linestyle=":")
        axes.set(xlabel="laboratory potassium, mmol/L", ylabel="probability of K > 5.5")
        axes.legend(frameon=False, loc="upper left")

    words = "Probability over laboratory potassium: median, quartiles and mean of each band"
    return (ReportFigure("risk-over-potassium", f"{words}.", words, drawn(draw, (6.0, 3.6))),)
