"""Answers of the device: those of its own decision, counted by potassium."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from made_predictions import made_predictions
from measurement_plugin import Measure
from pocketk.evaluation.device_answer import ANSWERS, CLIPS_DISAGREE, IN_BAND, REFUSED, DeviceRules, rules_of
from pocketk.evaluation.evaluation_plan import EvaluationPlan, FrozenDecision
from pocketk.evaluation.statistics.operating_point import FrozenThreshold
from pocketk.evaluation.study import Study
from pocketk.evaluation.tier_section import tier_section
from pocketk_agent.probability.abstention import AbstentionBand
from pocketk_agent.probability.calibration import Calibration
from pocketk_agent.probability.platt import Platt

POINTS = (FrozenThreshold("t_low", 0.05, "made"), FrozenThreshold("t_high", 0.4, "made"))
CALIBRATION = Calibration(Platt(1.5, 0.2), 0.25, 0.1)
BAND = AbstentionBand(0.05, 0.15, 0.8)
FROZEN = FrozenDecision(POINTS, CALIBRATION, BAND)
NOTHING = FrozenDecision()


def plan_of(frozen: FrozenDecision = FROZEN) -> EvaluationPlan:
    return EvaluationPlan("Trained on simulated strips.", "model 1", frozen, draws=60, draws_elsewhere=40)


def with_disagreement(patients: int = 400, visits: int = 1) -> pl.DataFrame:
    """Made predictions of which every tenth recording has clips 3.5 logit apart."""
    frame = made_predictions(patients, visits)
    clips = [
        [one[0], one[0] + 3.5, one[0]] if row % 10 == 0 and one else one
        for row, one in enumerate(frame["logits_k_gt_5_5"].to_list())
    ]
    score = [float(np.mean(1 / (1 + np.exp(-np.array(one))))) if one else None for one in clips]
    return frame.with_columns(
        pl.Series("logits_k_gt_5_5", clips, pl.List(pl.Float32)), pl.Series("score", score, pl.Float64)
    )


FRAME = with_disagreement()
STUDY = Study.of(FRAME, plan_of())


def by_hand(frame: pl.DataFrame) -> np.ndarray:
    """Answers by comparisons written from the product's rules, in their order."""
    said = []
    for refused, clips in frame.select("refused", "logits_k_gt_5_5").iter_rows():
        if refused:
            said.append(REFUSED)
            continue
        logits = np.array(clips, np.float32).astype(np.float64)
        score = float((1 / (1 + np.exp(-logits))).mean())
        odds = 1.5 * np.log(score / (1 - score)) + 0.2 + np.log(0.1 / 0.9) - np.log(0.25 / 0.75)
        p = 1 / (1 + np.exp(-odds))
        if np.ptp(logits) > 3.0:
            said.append(CLIPS_DISAGREE)
        elif BAND.low <= p <= BAND.high:
            said.append(IN_BAND)
        else:
            said.append("LOW" if p < POINTS[0].threshold else "ELEVATED" if p < POINTS[1].threshold else "HIGH")
    return np.array(said)


def rules() -> DeviceRules:
    found = rules_of(STUDY.plan)
    assert isinstance(found, DeviceRules)
    return found


def test_answers_are_those_of_the_rules_written_out(measure: Measure) -> None:
    said, expected = rules().answers(STUDY.labelled), by_hand(STUDY.labelled.frame)
    measure("STAT-AGREEMENT", float((said != expected).mean()), n=said.size)


def test_every_answer_occurs_in_the_fixture() -> None:
    assert set(rules().answers(STUDY.labelled)) == set(ANSWERS)


def test_counts_by_potassium_are_those_of_numpy() -> None:
    (table,), rows = tier_section(STUDY).tables, STUDY.labelled
    k, said = rows.frame["k_lab_mmol_l"].to_numpy(), by_hand(rows.frame)
    bands = (k <= 5.5, (k > 5.5) & (k < 6.0), k >= 6.0, k >= 6.5)
    expected = [(name, *(int((said == name)[band].sum()) for band in bands)) for name in ANSWERS]
    assert [(line[0], *line[2:6]) for line in table.rows[:-1]] == expected
    assert table.rows[-1][1:6] == (len(rows), *(int(band.sum()) for band in bands))


def test_answers_add_up_to_all() -> None:
    (table,) = tier_section(STUDY).tables
    columns = np.array([line[1:5] for line in table.rows])
    assert (columns[:-1].sum(axis=0) == columns[-1]).all()


def test_the_share_is_over_all_labelled_recordings() -> None:
    (table,) = tier_section(STUDY).tables
    line = table.document()[-2]
    share = line["share of all"]
    assert isinstance(share, dict)
    assert share["value"] == pytest.approx(STUDY.labelled.frame["refused"].mean())
    assert share["n"] == len(STUDY.labelled)
    assert share["method"].startswith("Wilson")


def test_the_share_is_of_resampled_patients_where_they_repeat() -> None:
    (table,) = tier_section(Study.of(with_disagreement(100, 3), plan_of())).tables
    share = table.document()[0]["share of all"]
    assert isinstance(share, dict)
    assert share["method"].startswith("patient bootstrap")


def test_without_a_band_nothing_is_in_it_and_it_is_said() -> None:
    section = tier_section(Study.of(FRAME, plan_of(replace(FROZEN, abstention=None))))
    assert {line[0]: line[1] for line in section.tables[0].rows}[IN_BAND] == 0
    assert section.not_computed[0].startswith("Abstention band: none was frozen")


REFUSALS = {
    "no thresholds": (NOTHING, "no thresholds named t_low and t_high"),
    "one threshold": (replace(FROZEN, points=POINTS[:1]), "no thresholds named t_low and t_high"),
    "no calibration": (replace(FROZEN, calibration=None), "brings no calibration"),
    "thresholds out of order": (
        replace(FROZEN, points=(POINTS[0], FrozenThreshold("t_high", 0.01, "made"))),
        "lies above t_high",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_without_frozen_rules_no_answer_is_made_up(name: str) -> None:
    frozen, said = REFUSALS[name]
    section = tier_section(Study.of(FRAME, plan_of(frozen)))
    assert section.tables == ()
    assert said in section.not_computed[0]


def test_without_labels_it_is_said() -> None:
    nobody = FRAME.with_columns(pl.lit(None, pl.Float64).alias("k_lab_mmol_l"))
    assert tier_section(Study.of(nobody, plan_of())).not_computed == (
        "What the device would say: no labelled recording.",
    )


def test_one_class_and_all_refused_still_count() -> None:
    refused = FRAME.filter(pl.col("k_lab_mmol_l") <= 5.5).with_columns(pl.lit(value=True).alias("refused"))
    (table,) = tier_section(Study.of(refused, plan_of())).tables
    counted = refused.filter(~pl.col("haemolysed")).height
    assert table.rows[-2][1] == table.rows[-1][1] == table.rows[-1][2] == counted


def test_the_calibration_of_the_plan_is_the_one_that_decides() -> None:
    unsure = replace(FROZEN, calibration=replace(CALIBRATION, prevalence=1e-6))
    (table,) = tier_section(Study.of(FRAME, plan_of(unsure))).tables
    assert {line[0] for line in table.rows if line[1]} == {"LOW", CLIPS_DISAGREE, REFUSED, "all"}
