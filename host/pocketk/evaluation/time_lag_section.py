"""How far the blood sample lay from the recording, and whether that matters."""

import numpy as np
import polars as pl

from pocketk.evaluation.report_section import Section
from pocketk.evaluation.report_table import Cell, Table
from pocketk.evaluation.statistics.estimate import FEWEST_TO_QUOTE
from pocketk.evaluation.study import NOT_QUOTED, Mask, Study, StudyRows

# Minutes of laboratory less ECG; engineering choice: potassium may move by a tenth of a mmol/L within an hour of
# treatment.
_BANDS_MIN = ((-1e9, -60.0), (-60.0, -15.0), (-15.0, 15.0), (15.0, 60.0), (60.0, 1e9))
_HEADINGS = ("laboratory less ECG, minutes", "recordings", "patients", "positive", "AUROC for K > 5.5")


def time_lag_section(study: Study) -> Section:
    """Discrimination by the time between ECG and sample."""
    rows, title = study.scored, "Time between ECG and laboratory"
    minutes = rows.frame.select(
        ((pl.col("lab_time") - pl.col("ecg_time")).dt.total_microseconds() / 60e6).cast(pl.Float64).alias("lag")
    )["lag"]
    lag = minutes.fill_null(float("nan")).to_numpy()
    known = np.isfinite(lag)
    if not known.any():
        why = "Time lag: the manifest gives no times of ECG and laboratory."
        return Section("time_lag", title, "", not_computed=(why,))
    lacking = () if known.all() else (f"Time lag: unknown for {int((~known).sum()):,} of {known.size:,} recordings.",)
    lines = tuple(
        _line(rows, f"{_end(low)} to {_end(high)}", known & (lag >= low) & (lag < high)) for low, high in _BANDS_MIN
    )
    quartiles = ", ".join(f"{value:.0f}" for value in np.quantile(lag[known], [0.25, 0.5, 0.75]))
    return Section(
        "time_lag",
        title,
        f"Negative where the blood was drawn before the recording. Quartiles: {quartiles} minutes.",
        (Table("time-lag", "By time lag", _HEADINGS, lines),),
        (),
        lacking,
    )


def _end(minutes: float) -> str:
    return "any" if abs(minutes) > 1e6 else f"{minutes:g}"


def _line(rows: StudyRows, name: str, keep: Mask) -> tuple[Cell, ...]:
    some = rows.where(keep)
    figure: Cell = some.auroc() if some.n_positive >= FEWEST_TO_QUOTE else NOT_QUOTED
    return (name, len(some), some.n_patients if len(some) else 0, some.n_positive, figure)
