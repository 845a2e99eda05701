"""Coverage as the fit of the band means it, and the share without a statement."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from measurement_plugin import Measure
from pocketk.evaluation.coverage_section import clips_disagree, coverage_section
from pocketk.evaluation.evaluation_plan import EvaluationPlan, FrozenDecision
from pocketk.evaluation.statistics.operating_point import FrozenThreshold
from pocketk.evaluation.study import Study
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.platt import Platt
from pocketk_calibration.probability.conformal import fit_conformal

POINTS = (FrozenThreshold("t_low", 0.05, "made"), FrozenThreshold("t_high", 0.4, "made"))
CALIBRATION = Calibration(Platt(1.5, 0.2), 0.25, 0.1)
BAND = AbstentionBand(0.05, 0.15, 0.8)
FROZEN = FrozenDecision(POINTS, CALIBRATION, BAND)
NOTHING = FrozenDecision()


def plan_of(frozen: FrozenDecision = FROZEN) -> EvaluationPlan:
    return EvaluationPlan("Trained on simulated strips.", "model 1", frozen, draws=60, draws_elsewhere=40)


FRAME = made_predictions(600)
STUDY = Study.of(FRAME, plan_of())


def lines(study: Study, name: str) -> dict[str, dict]:
    table = next(each for each in coverage_section(study).tables if each.name == name)
    return {str(row[table.headings[0]]): row for row in table.document()}


def test_coverage_is_that_of_prediction_sets_written_out(measure: Measure) -> None:
    rows, found = STUDY.scored, lines(STUDY, "conformal-coverage")
    sets = [
        {label for label, inside in ((True, p >= BAND.low), (False, p <= BAND.high)) if inside}
        for p in rows.probability.tolist()
    ]
    hit = np.array([bool(label) in one for label, one in zip(rows.positive, sets, strict=True)])
    expected = [hit.mean(), hit[rows.positive].mean(), hit[~rows.positive].mean()]
    values = [found[name]["own answer in the set"]["value"] for name in ("all", "K > 5.5", "K <= 5.5")]
    measure("STAT-AGREEMENT", float(np.abs(np.subtract(values, expected)).max()), n=len(rows))


def test_a_band_fitted_on_the_same_recordings_covers_what_it_promises() -> None:
    rows = STUDY.scored
    fit = fit_conformal(rows.probability, rows.positive, 0.97)
    assert fit.band is not None
    found = lines(Study.of(FRAME, plan_of(replace(FROZEN, abstention=fit.band))), "conformal-coverage")
    for name, n in (("K > 5.5", fit.n_positive), ("K <= 5.5", fit.n_negative)):
        assert 0.97 <= found[name]["own answer in the set"]["value"] <= 0.97 + 2 / n
    shares = lines(Study.of(FRAME, plan_of(replace(FROZEN, abstention=fit.band))), "no-statement")
    inside = shares["probability in the abstention band"]
    assert inside["K > 5.5"]["value"] == pytest.approx(fit.inconclusive_positive)
    assert inside["K <= 5.5"]["value"] == pytest.approx(fit.inconclusive_negative)
    at_assumed = inside["at the prevalence that the probability assumes"]["value"]
    assert at_assumed == pytest.approx(fit.inconclusive_at(CALIBRATION.assumed_prevalence))


def test_the_nominal_coverage_stands_beside_it() -> None:
    for line in lines(STUDY, "conformal-coverage").values():
        assert line["nominal coverage"] == BAND.coverage
        assert line["less the nominal"] == pytest.approx(line["own answer in the set"]["value"] - BAND.coverage)


def test_the_ends_of_the_band_are_in_the_set_of_both() -> None:
    rows = STUDY.scored
    p = np.sort(rows.probability)
    low, high = (float(p[p.size * part // 4]) for part in (1, 3))
    study = Study.of(FRAME, plan_of(replace(FROZEN, abstention=replace(BAND, low=low, high=high))))
    share = lines(study, "no-statement")["probability in the abstention band"]["all"]
    assert share["value"] * share["n"] == pytest.approx(3 * p.size // 4 - p.size // 4 + 1)


def test_either_counts_a_recording_once() -> None:
    far = [[0.0, 3.5] if row % 2 and one else one for row, one in enumerate(FRAME["logits_k_gt_5_5"].to_list())]
    study = Study.of(FRAME.with_columns(pl.Series("logits_k_gt_5_5", far, pl.List(pl.Float32))), plan_of())
    rows = study.scored
    apart = np.array([max(one) - min(one) > 3.0 for one in rows.frame["logits_k_gt_5_5"].to_list()])
    inside = (rows.probability >= BAND.low) & (rows.probability <= BAND.high)
    assert (clips_disagree(rows) == apart).all()
    assert (apart & inside).any()
    assert lines(study, "no-statement")["either: INCONCLUSIVE"]["all"]["value"] == pytest.approx(
        (apart | inside).mean()
    )


def test_intervals_are_of_resampled_patients_where_they_repeat() -> None:
    study = Study.of(made_predictions(120, 3), plan_of())
    found = lines(study, "conformal-coverage")["K <= 5.5"]["own answer in the set"]
    assert found["method"].startswith("patient bootstrap")
    assert found["low"] <= found["value"] <= found["high"]


def test_few_positives_are_marked() -> None:
    found = lines(Study.of(made_predictions(40), plan_of()), "conformal-coverage")["K > 5.5"]["own answer in the set"]
    assert found["n"] < 20
    assert found["why_not"].startswith("too few to quote")


@pytest.mark.parametrize("above", [True, False], ids=["positives only", "negatives only"])
def test_one_class_leaves_the_other_uncomputed(above: bool) -> None:
    study = Study.of(FRAME.filter((pl.col("k_lab_mmol_l") > 5.5) == above), plan_of())
    absent = "K <= 5.5" if above else "K > 5.5"
    assert lines(study, "conformal-coverage")[absent]["own answer in the set"]["value"] is None
    assert f"Conformal coverage of {absent}: no such recording." in coverage_section(study).not_computed
    moved = lines(study, "no-statement")["either: INCONCLUSIVE"]["at the prevalence that the probability assumes"]
    assert moved["value"] is None


REFUSALS = {
    "no band": (FRAME, replace(FROZEN, abstention=None), "no abstention band was frozen"),
    "nothing frozen": (FRAME, NOTHING, "no abstention band was frozen"),
    "no calibration": (FRAME, replace(FROZEN, calibration=None), "brings no calibration"),
    "nothing scored": (FRAME.with_columns(pl.lit(value=True).alias("refused")), FROZEN, "no recording was scored"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_said_is_said_to_be(name: str) -> None:
    frame, frozen, why = REFUSALS[name]
    section = coverage_section(Study.of(frame, plan_of(frozen)))
    assert section.tables == ()
    assert why in section.not_computed[0]
