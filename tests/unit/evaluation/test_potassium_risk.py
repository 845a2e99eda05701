"""Mean probability by potassium, and whether it rises."""

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from measurement_plugin import Measure
from pocketk.evaluation.evaluation_plan import EvaluationPlan
from pocketk.evaluation.potassium_risk import BY_PROFILE, risk_tables
from pocketk.evaluation.report_table import Table
from pocketk.evaluation.severity_section import severity_section
from pocketk.evaluation.study import Study, StudyRows

PLAN = EvaluationPlan("Trained on simulated strips.", "model 1", draws=60, draws_elsewhere=40)
EDGES = np.arange(4.5, 8.01, 0.5)


def rows_of(frame: pl.DataFrame) -> StudyRows:
    return Study.of(frame, PLAN).scored


def placed(means: dict[float, float], each: int = 20) -> StudyRows:
    """Rows of given potassium whose probability is given, and nobody else."""
    n = each * len(means)
    frame = made_predictions(2 * n).filter(~pl.col("refused") & ~pl.col("haemolysed")).head(n)
    k, p = (np.repeat(list(some), each) for some in (means.keys(), means.values()))
    return rows_of(frame.with_columns(pl.Series("k_lab_mmol_l", k), pl.Series("score", p)))


def rise(rows: StudyRows) -> dict:
    tables, _ = risk_tables(rows)
    return next(table for table in tables if table.name == "mean-risk-rise").document()[0]


def bins(rows: StudyRows) -> Table:
    return risk_tables(rows)[0][0]


def test_means_are_those_of_numpy(measure: Measure) -> None:
    rows = rows_of(made_predictions(2000))
    k = rows.k_mmol_l
    expected = np.array([rows.probability[(k >= low) & (k < low + 0.5)].mean() for low in EDGES[:-2]])
    found = np.array([line["mean probability"]["value"] for line in bins(rows).document()[:-1]])  # type: ignore[index]
    measure("STAT-AGREEMENT", float(np.abs(found - expected).max()), n=len(rows))


def test_every_bin_has_a_line_with_its_counts() -> None:
    rows = rows_of(made_predictions(300, 2))
    counts = np.histogram(rows.k_mmol_l, EDGES)[0]
    assert [line["recordings"] for line in bins(rows).document()] == counts.tolist()


def test_the_interval_of_a_mean_is_near_that_of_the_central_limit() -> None:
    rows = rows_of(made_predictions(3000))
    p = rows.probability[(rows.k_mmol_l >= 4.5) & (rows.k_mmol_l < 5.0)]
    found = bins(rows).document()[0]["mean probability"]
    assert isinstance(found, dict)
    half = 1.96 * p.std() / np.sqrt(p.size)
    assert found["high"] - found["low"] == pytest.approx(2 * half, rel=0.4)


def test_a_rising_mean_is_said_to_rise() -> None:
    line = rise(placed({4.5: 0.1, 5.0: 0.2, 5.5: 0.3}))
    assert (line["bins compared"], line["mean rises from bin to bin"]) == (3, "yes")


def test_a_fall_is_named_by_its_bins() -> None:
    line = rise(placed({4.5: 0.1, 5.0: 0.3, 5.5: 0.2, 6.0: 0.4}))
    assert line["mean rises from bin to bin"] == "no"
    assert line["where it does not"] == "5.0 to 5.5 (0.3000) to 5.5 to 6.0 (0.2000)"


def test_standing_still_is_no_rise() -> None:
    assert rise(placed({4.5: 0.1, 5.0: 0.1}))["mean rises from bin to bin"] == "no"


def test_a_small_bin_is_shown_and_not_compared() -> None:
    rows = placed({4.5: 0.1, 5.0: 0.9, 5.5: 0.3})
    some = rows.where(~((rows.k_mmol_l == 5.0) & (np.cumsum(rows.k_mmol_l == 5.0) > 19)))
    assert rise(some) == rise(placed({4.5: 0.1, 5.5: 0.3}))
    found = bins(some).document()[1]["mean probability"]
    assert isinstance(found, dict)
    assert found["why_not"] == "fewer than 20 recordings: not compared"


def test_eight_belongs_to_the_last_bin() -> None:
    assert bins(placed({8.0: 0.5})).document()[-1]["recordings"] == 20


@pytest.mark.parametrize("means", [{4.0: 0.1, 9.0: 0.9}, {5.0: 0.2}], ids=["no bin", "one bin"])
def test_fewer_than_two_bins_cannot_be_compared(means: dict[float, float]) -> None:
    tables, lacking = risk_tables(placed(means))
    assert [table.name for table in tables] == ["mean-risk"]
    assert any("fewer than two bins" in line for line in lacking)


def test_profiles_are_missed_of_simulated_recordings_only() -> None:
    frame = made_predictions(200)
    assert BY_PROFILE in risk_tables(rows_of(frame))[1]
    assert BY_PROFILE not in risk_tables(rows_of(frame.with_columns(pl.lit("real").alias("source"))))[1]


def test_the_section_holds_the_tables_and_what_is_missing() -> None:
    section = severity_section(Study.of(made_predictions(400), PLAN))
    assert [table.name for table in section.tables] == ["severity", "mean-risk", "mean-risk-rise"]
    assert section.not_computed == (BY_PROFILE,)


def test_without_a_score_the_section_says_so() -> None:
    frame = made_predictions(30).with_columns(pl.lit(value=True).alias("refused"))
    assert severity_section(Study.of(frame, PLAN)).not_computed == ("Severity: no recording was scored.",)
