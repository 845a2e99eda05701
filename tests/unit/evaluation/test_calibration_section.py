"""Calibration at the prevalence of the recordings, of saying the same to everyone, and of K >= 6.0."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from sklearn.metrics import brier_score_loss

from made_predictions import made_predictions
from measurement_plugin import Measure
from pocketk.evaluation.calibration_section import BINS, calibration_section
from pocketk.evaluation.evaluation_plan import EvaluationPlan, FrozenDecision
from pocketk.evaluation.judged_probability import AFTER, MOVED, SAME_FOR_ALL, SECOND, SECOND_MOVED, moved
from pocketk.evaluation.report_section import Section
from pocketk.evaluation.study import Study
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.platt import Platt

CALIBRATION = Calibration(Platt(1.5, 0.2), 0.25, 0.1)
SECOND_CALIBRATION = Calibration(Platt(1.2, -0.3), 0.12, 0.04)


@dataclass(frozen=True)
class WithSecond(FrozenDecision):
    """A decision that also holds the calibration of K >= 6.0 mmol/L."""

    calibration_k_ge_6_0: Calibration | None = None


FROZEN = WithSecond((), CALIBRATION, None, SECOND_CALIBRATION)
NOTHING = WithSecond()


def plan_of(frozen: FrozenDecision = FROZEN) -> EvaluationPlan:
    return EvaluationPlan("Trained on simulated strips.", "model 1", frozen, draws=60, draws_elsewhere=40)


FRAME = made_predictions(1500)
STUDY = Study.of(FRAME, plan_of())
SECTION = calibration_section(STUDY)


def lines(section: Section) -> dict[str, dict]:
    return {str(row["probability"]): row for row in section.tables[0].document()}


def odds(p: np.ndarray | float) -> np.ndarray:
    return np.log(np.asarray(p)) - np.log1p(-np.asarray(p))


def at(p: np.ndarray, assumed: float, prevalence: float) -> np.ndarray:
    """Another prevalence by Bayes' rule on the odds, without a logit."""
    ratio = p / (1 - p) * (prevalence / (1 - prevalence)) / (assumed / (1 - assumed))
    return ratio / (1 + ratio)


def ece(label: np.ndarray, p: np.ndarray) -> float:
    edges = np.percentile(p, np.linspace(0, 100, BINS + 1)[1:-1])
    numbers = np.searchsorted(edges, p)
    return sum((numbers == b).mean() * abs((p - label)[numbers == b].mean()) for b in np.unique(numbers))


def expected(label: np.ndarray, p: np.ndarray) -> list[float]:
    """Intercept, slope, calibration in the large, error and Brier score by other libraries."""
    family, y = sm.families.Binomial(), label.astype(float)
    free = sm.GLM(y, sm.add_constant(odds(p)), family=family).fit(tol=1e-12)
    fixed = sm.GLM(y, np.ones((y.size, 1)), family=family, offset=odds(p)).fit(tol=1e-12)
    return [*free.params, *fixed.params, ece(y, p), brier_score_loss(label, p)]


def values(line: dict) -> list[float]:
    names = ("intercept", "slope", "calibration in the large", f"ECE, {BINS} equal-mass bins", "Brier")
    return [line[name]["value"] for name in names]


def second_shown() -> tuple[np.ndarray, np.ndarray]:
    """Label and given-out probability of K >= 6.0, from the clips."""
    rows = STUDY.scored
    score = np.array([np.mean(1 / (1 + np.exp(-np.array(one)))) for one in rows.frame["logits_k_ge_6_0"].to_list()])
    fitted = 1 / (1 + np.exp(-(1.2 * odds(score) - 0.3)))
    return rows.k_mmol_l >= 6.0, np.minimum(at(fitted, 0.12, 0.04), rows.probability)


def test_the_moved_probability_is_judged_as_other_libraries_do(measure: Measure) -> None:
    rows = STUDY.scored
    p = at(rows.probability, CALIBRATION.prevalence, rows.positive.mean())
    gap = np.abs(np.subtract(values(lines(SECTION)[MOVED]), expected(rows.positive, p))).max()
    measure("STAT-AGREEMENT", float(gap), n=len(rows))


@pytest.mark.parametrize("name", [SECOND, SECOND_MOVED])
def test_the_second_endpoint_is_judged_as_other_libraries_do(name: str, measure: Measure) -> None:
    label, p = second_shown()
    if name == SECOND_MOVED:
        p = at(p, SECOND_CALIBRATION.prevalence, label.mean())
    line = lines(SECTION)[name]
    assert line["positive"] == label.sum()
    measure("STAT-AGREEMENT", float(np.abs(np.subtract(values(line), expected(label, p))).max()), n=label.size)


def test_moving_leaves_the_slope_and_shifts_the_level_by_the_change_of_the_odds() -> None:
    found, large = lines(SECTION), "calibration in the large"
    change = float(odds(STUDY.scored.positive.mean()) - odds(CALIBRATION.prevalence))
    assert found[MOVED]["slope"]["value"] == pytest.approx(found[AFTER]["slope"]["value"])
    assert found[MOVED][large]["value"] == pytest.approx(found[AFTER][large]["value"] - change)


def test_moving_to_the_same_prevalence_changes_nothing() -> None:
    p = np.array([0.01, 0.2, 0.9])
    assert moved(p, 0.1, 0.1) == pytest.approx(p)


def test_the_same_for_everyone_has_no_error_and_the_brier_score_of_the_prevalence() -> None:
    line, share = lines(SECTION)[SAME_FOR_ALL], STUDY.scored.positive.mean()
    assert line[f"ECE, {BINS} equal-mass bins"]["value"] == pytest.approx(0.0, abs=1e-12)
    constant = np.full(len(STUDY.scored), share)
    assert line["Brier"]["value"] == pytest.approx(brier_score_loss(STUDY.scored.positive, constant))


def test_the_same_for_everyone_has_no_slope_and_says_why() -> None:
    line = lines(SECTION)[SAME_FOR_ALL]
    for name in ("intercept", "slope"):
        assert line[name]["value"] is None
        assert line[name]["why_not"] == "the same for everyone: no slope"


def test_the_second_probability_is_never_above_the_first() -> None:
    sure = replace(FROZEN, calibration_k_ge_6_0=replace(SECOND_CALIBRATION, prevalence=0.99))
    found = lines(calibration_section(Study.of(FRAME, plan_of(sure))))
    assert found[SECOND]["mean probability"] <= found[AFTER]["mean probability"]


def test_without_a_calibration_nothing_is_moved() -> None:
    section = calibration_section(Study.of(FRAME, plan_of(NOTHING)))
    assert list(lines(section)) == ["before: mean of the clips' sigmoids", SAME_FOR_ALL]
    assert [line.split(":")[0] for line in section.not_computed] == [
        "Calibration afterwards",
        "Calibration at the prevalence of these recordings",
        "Calibration of K >= 6.0",
    ]


def test_predictions_without_the_second_output_are_named() -> None:
    section = calibration_section(Study.of(FRAME.drop("logits_k_ge_6_0"), plan_of()))
    assert SECOND not in lines(section)
    assert "Calibration of K >= 6.0: the predictions hold no output k_ge_6_0." in section.not_computed


def test_one_class_is_not_moved() -> None:
    section = calibration_section(Study.of(FRAME.filter(pl.col("k_lab_mmol_l") <= 5.5), plan_of()))
    assert MOVED not in lines(section)
    assert "Calibration moved to the prevalence of these recordings: they are of one class." in section.not_computed
    assert lines(section)[AFTER]["slope"]["value"] is None


@pytest.mark.parametrize("frame", [FRAME.head(20), FRAME.with_columns(pl.lit(value=True).alias("refused"))])
def test_few_recordings_are_not_fitted(frame: pl.DataFrame) -> None:
    section = calibration_section(Study.of(frame, plan_of()))
    assert section.tables == ()
    assert "at least 30 are wanted" in section.not_computed[0]
