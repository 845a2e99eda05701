"""The oracle of a cohort folder is the validation's oracle; each source has its own."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from measurement_plugin import Measure
from pocketk.cohort.card import CohortCard
from pocketk.cohort.cohort_error import CohortError
from pocketk.simulator.reference_models.labelled_cohort import LabelledCohort
from pocketk.simulator.reference_models.oracle_model import CHANGES, oracle_logits
from pocketk.simulator.validation.oracle import auroc, oracle_scores
from pocketk.simulator.validation.population import Population, natural_population
from pocketk_agent.patient.beat_shape import BeatShapes

CARD = CohortCard("simulated", 0, {}, {}, {}, {}, "0" * 64)
FITTED, TESTED = (natural_population(4000, np.random.default_rng([7, part])) for part in range(2))


def synthetic(drawn: Population) -> LabelledCohort:
    truth = {field.name: getattr(drawn.shapes, field.name) for field in fields(BeatShapes)}
    manifest = pl.DataFrame({"k_lab_mmol_l": drawn.labels.k_lab_mmol_l, "source": "synthetic"})
    return LabelledCohort(Path("cohort"), CARD, manifest, pl.DataFrame(truth))


def morphed(n: int, seed: int) -> LabelledCohort:
    """Every change grows with potassium, blurred."""
    rng = np.random.default_rng(seed)
    k = rng.uniform(3.5, 7.0, n)
    truth = {name: k + rng.normal(0.0, 1.0, n) for name in CHANGES}
    manifest = pl.DataFrame({"k_lab_mmol_l": k, "source": "real+morph"})
    return LabelledCohort(Path("cohort"), CARD, manifest, pl.DataFrame(truth))


def together(*cohorts: LabelledCohort) -> LabelledCohort:
    manifest = pl.concat([each.manifest for each in cohorts])
    return replace(
        cohorts[0], manifest=manifest, truth=pl.concat([each.truth for each in cohorts], how="diagonal_relaxed")
    )


def test_a_cohorts_oracle_is_the_validations(measure: Measure):
    scores = oracle_logits(synthetic(FITTED), synthetic(TESTED))
    measure("REF-ORACLE-PARITY", float(np.abs(scores - oracle_scores(FITTED, TESTED)).max()), n=len(TESTED))


def test_morphed_recordings_are_judged_by_their_changes():
    test = morphed(1000, 2)
    scores = oracle_logits(morphed(2000, 1), test)
    assert auroc(test.positive, ~test.positive, scores) > 0.9


def test_sources_do_not_touch_one_another():
    train, test = together(synthetic(FITTED), morphed(2000, 1)), together(synthetic(TESTED), morphed(500, 2))
    scores = oracle_logits(train, test)
    np.testing.assert_array_equal(scores[:4000], oracle_scores(FITTED, TESTED))
    np.testing.assert_array_equal(scores[4000:], oracle_logits(morphed(2000, 1), morphed(500, 2)))


def test_a_source_that_was_not_trained_on_has_no_oracle():
    assert np.isnan(oracle_logits(synthetic(FITTED), morphed(100, 2))).all()


def test_a_source_of_one_class_has_no_oracle():
    train = morphed(2000, 1)
    assert np.isnan(oracle_logits(train.where(~train.positive), morphed(100, 2))).all()


def test_an_unknown_source_has_no_oracle():
    real = morphed(100, 2)
    real = replace(real, manifest=real.manifest.with_columns(source=pl.lit("real")))
    assert np.isnan(oracle_logits(morphed(2000, 1), real)).all()


def test_a_truth_without_a_parameter_is_refused():
    train = synthetic(FITTED)
    with pytest.raises(CohortError, match="lacks pr_ms"):
        oracle_logits(replace(train, truth=train.truth.drop("pr_ms")), synthetic(TESTED))


def test_a_truth_with_holes_is_refused():
    train = synthetic(FITTED)
    holed = train.truth.with_columns(pr_ms=pl.when(pl.col("pr_ms") > 0.0).then(None).otherwise(0.0))
    with pytest.raises(CohortError, match="lacks pr_ms"):
        oracle_logits(replace(train, truth=holed), synthetic(TESTED))


def test_a_handful_of_recordings_is_no_oracle():
    assert np.isnan(oracle_logits(morphed(119, 1), morphed(100, 2))).all()
    assert np.isfinite(oracle_logits(morphed(120, 1), morphed(100, 2))).all()
