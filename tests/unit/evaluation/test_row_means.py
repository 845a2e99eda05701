"""Means over recordings of which some share a patient."""

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from pocketk.evaluation.evaluation_plan import EvaluationPlan
from pocketk.evaluation.row_means import mean_at_prevalence, mean_of, share_of
from pocketk.evaluation.study import Study, StudyRows

PLAN = EvaluationPlan("Trained on simulated strips.", "model 1", draws=60, draws_elsewhere=40)


def rows_of(frame: pl.DataFrame) -> StudyRows:
    return Study.of(frame, PLAN).scored


ROWS = rows_of(made_predictions(200, 3))
NOBODY = rows_of(made_predictions(5)).where(np.zeros(len(rows_of(made_predictions(5))), bool))


def test_a_mean_is_that_of_numpy_with_percentiles_of_resampled_patients() -> None:
    rng, p, drawn = np.random.default_rng(0), ROWS.probability, []
    ids, at = np.unique(ROWS.patient, return_inverse=True)
    for _ in range(40):
        weight = np.bincount(rng.integers(ids.size, size=ids.size), minlength=ids.size)[at]
        drawn.append((weight @ p) / weight.sum())
    found = mean_of(ROWS, p)
    assert found.value == pytest.approx(p.mean())
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))


def test_a_share_of_patients_who_repeat_has_their_interval() -> None:
    assert share_of(ROWS, ROWS.positive).method.startswith("patient bootstrap")
    assert share_of(rows_of(made_predictions(50)), rows_of(made_predictions(50)).positive).method.startswith("Wilson")


def test_at_their_own_prevalence_the_weighted_mean_is_the_mean() -> None:
    found = mean_at_prevalence(ROWS, ROWS.probability, float(ROWS.positive.mean()))
    assert found.value == pytest.approx(ROWS.probability.mean())


def test_at_another_prevalence_the_classes_are_weighted() -> None:
    p, up = ROWS.probability, ROWS.positive
    assert mean_at_prevalence(ROWS, p, 0.02).value == pytest.approx(0.02 * p[up].mean() + 0.98 * p[~up].mean())


def test_nobody_has_no_mean() -> None:
    nothing = np.zeros(0)
    assert mean_of(NOBODY, nothing).value is None
    assert mean_at_prevalence(NOBODY, nothing, 0.1).value is None
    assert share_of(NOBODY, nothing.astype(bool)).value is None


def test_one_class_has_no_mean_at_another_prevalence() -> None:
    some = ROWS.where(ROWS.positive)
    assert "no negative recordings" in mean_at_prevalence(some, some.probability, 0.1).why_not
