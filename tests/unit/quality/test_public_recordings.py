"""The gate on the held-out half of the public recordings, and on faults made from them."""

import pytest

from pocketk.gate_command import evaluate_gate
from pocketk.gate_evaluation.evaluation import Evaluation, summarise
from pocketk.gate_evaluation.judge import OURS, OURS_ANY
from pocketk.gate_evaluation.made_faults import DATA_SET

REST = ("ludb", "ptbxl", "cinc2021")
DP = "motion-artefact-dp"


@pytest.fixture(scope="module")
def evaluation(pocketk_data) -> Evaluation:
    return evaluate_gate(pocketk_data, public=False)


@pytest.mark.data
@pytest.mark.parametrize(("row", "judge"), [("GATE-GOOD-ACCEPTED", OURS), ("GATE-GOOD-ACCEPTED-ANY", OURS_ANY)])
def test_held_out_good_recordings_are_accepted(evaluation: Evaluation, measure, row: str, judge: str):
    found = summarise([r for name in REST for r in evaluation.of(name, judge, held_out=True)])
    measure(row, found.specificity, n=found.good, detail=str(found.reasons))


@pytest.mark.data
def test_held_out_clips_of_grade_four_are_refused(evaluation: Evaluation, measure):
    groups = [group for group in evaluation.groups(DP) if group.endswith("4")]
    found = summarise([r for group in groups for r in evaluation.of(DP, OURS, True, group)])
    measure("GATE-GRADE4-REJECTED", found.sensitivity, n=found.bad, detail=str(found.reasons))


@pytest.mark.data
def test_held_out_loss_of_contact_and_dead_lines_are_refused(evaluation: Evaluation, measure):
    found = summarise(evaluation.of(DATA_SET, OURS, held_out=True))
    measure("GATE-FAULT-REJECTED", found.sensitivity, n=found.bad, detail=str(found.reasons))
