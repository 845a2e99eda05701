"""What a quantised network is judged by; accuracy is none of it."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from pocketk.evaluation.statistics.bootstrap import PatientBootstrap
from pocketk_agent.probability.logit import sigmoid
from pocketk_calibration.quantisation.agreement import (
    any_tier_flips,
    logit_agreement,
    output_range,
    threshold_flips,
    wilson,
)
from pocketk_calibration.quantisation.judgement import (
    LabelledPair,
    QuantisationJudgement,
    expected_calibration_error,
    judge,
)
from pocketk_calibration.quantisation.paired_auroc import WeightedAuroc, auroc_difference

NAMES = ("k_gt_5_5", "k_mmol_l")
NO_LIMIT = np.array([np.inf, np.inf])


def logits(n: int = 1500, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    first = rng.normal(-2.5, 2.0, n)
    return np.column_stack((first, 4.5 + 0.3 * first + rng.normal(0, 0.3, n)))


def pair_of(reference: np.ndarray, candidate: np.ndarray, seed: int = 1) -> LabelledPair:
    said = sigmoid(reference[:, 0])
    positive = np.random.default_rng(seed).random(len(said)) < said
    return LabelledPair(said, sigmoid(candidate[:, 0]), positive, np.arange(len(said)) // 2)


def judged(reference: np.ndarray, candidate: np.ndarray) -> QuantisationJudgement:
    return judge(
        logit_agreement(reference, candidate, NAMES),
        output_range(reference, candidate, -NO_LIMIT, NO_LIMIT),
        pair_of(reference, candidate),
        (0.05, 0.5),
        np.random.default_rng(0),
        draws=200,
    )


def test_the_network_itself_passes_with_nothing_moved() -> None:
    found = judged(logits(), logits())
    assert found.failures() == ()
    assert [each.mae_of_sd for each in found.outputs] == [0.0, 0.0]
    assert found.tier_flips is not None
    assert found.tier_flips[0] == 0
    assert found.auroc is not None
    assert (found.auroc.value, found.auroc.low, found.auroc.high) == (0.0, 0.0, 0.0)
    assert found.calibration is not None
    assert found.calibration.slope[0] == found.calibration.slope[1]


def test_logits_that_collapsed_towards_their_mean_fail_though_no_rank_and_no_decision_at_the_mean_changes() -> None:
    whole = logits()
    collapsed = whole.mean(axis=0) + 0.3 * (whole - whole.mean(axis=0))
    found = judged(whole, collapsed)
    assert found.auroc is not None
    assert found.auroc.value == 0.0
    at_mean = threshold_flips(whole[:, 0], collapsed[:, 0], whole[:, 0].mean())
    assert at_mean.share == 0.0
    said = found.failures()
    assert [words.partition(":")[0] for words in said[:2]] == list(NAMES)
    assert any("threshold 0.05" in words for words in said)
    assert found.calibration is not None
    assert found.calibration.slope[1] > 2.5 * found.calibration.slope[0]
    assert found.calibration.ece[1] > 3 * found.calibration.ece[0]


def test_each_output_is_judged_in_its_own_standard_deviation() -> None:
    whole = logits()
    moved = whole + np.array([0.0, 0.03])
    first, second = logit_agreement(whole, moved, NAMES)
    assert first.mae_of_sd == 0.0
    assert second.mae_of_sd == pytest.approx(0.03 / whole[:, 1].std())
    assert second.bias_of_sd == pytest.approx(second.mae_of_sd)
    assert second.slope == pytest.approx(1.0)


def test_what_was_not_measured_is_a_failure() -> None:
    agreement = logit_agreement(logits(), logits(), NAMES)
    held = output_range(logits(), logits(), -NO_LIMIT, NO_LIMIT)
    said = judge(agreement, held, None, (), np.random.default_rng(0)).failures()
    assert said == ("flips: not measured, no thresholds", "AUROC: not measured, no labels of both classes")


def test_an_output_that_cannot_hold_the_logits_fails() -> None:
    whole = logits()
    low, high = np.array([-np.inf, 4.0]), np.array([np.inf, 5.0])
    cut = np.clip(whole, low, high)
    held = output_range(whole, cut, low, high)
    room = 1.0 / 255
    assert held.outside == (0, int(((whole[:, 1] < 4.0 - room) | (whole[:, 1] > 5.0 + room)).sum()))
    assert held.at_limit[1] >= held.outside[1] > 0
    found = replace(judged(whole, whole), output_range=held)
    assert found.failures() == (f"the output cannot hold {held.saturated} logits, allowed 0",)


def test_flips_are_counted_each_way_with_wilsons_interval() -> None:
    found = threshold_flips(np.array([0.1, 0.2, 0.6, 0.7]), np.array([0.6, 0.2, 0.5, 0.4]), 0.5)
    assert (found.up, found.down, found.n, found.share) == (1, 1, 4, 0.5)
    assert (found.low, found.high) == pytest.approx(proportion_confint(2, 4, method="wilson"))
    assert wilson(0, 10)[0] == 0.0
    assert any_tier_flips(np.array([0.1, 0.5]), np.array([0.3, 0.9]), (0.4, 0.2))[0] == 1


def test_weighted_auroc_agrees_with_scikit_learn_ties_included() -> None:
    rng = np.random.default_rng(4)
    positive, score = rng.random(400) < 0.3, rng.integers(0, 12, 400).astype(float)
    weight = rng.integers(0, 4, 400).astype(float)
    assert WeightedAuroc(positive, score)(weight) == pytest.approx(
        roc_auc_score(positive, score, sample_weight=weight), abs=1e-12
    )


def test_auroc_difference_agrees_with_the_evaluations_patient_bootstrap() -> None:
    a = logits(600)[:, 0]
    b = a + np.random.default_rng(5).normal(0, 1.0, a.size)
    pair = pair_of(np.column_stack((a, a)), np.column_stack((b, b)))
    ours = auroc_difference(pair.positive, a, b, pair.patient, draws=300, rng=np.random.default_rng(11))
    theirs = PatientBootstrap(pair.patient, draws=300, seed=11).auroc_difference(pair.positive, b, a)
    assert (ours.value, ours.low, ours.high) == pytest.approx((theirs.value, theirs.low, theirs.high), abs=1e-12)


def test_calibration_error_is_the_gap_of_a_constant_prediction() -> None:
    positive = np.arange(100) % 4 == 0
    assert expected_calibration_error(np.full(100, 0.25), positive, bins=1) == pytest.approx(0.0)
    assert expected_calibration_error(np.full(100, 0.4), positive, bins=1) == pytest.approx(0.15)


@pytest.mark.parametrize(("shape", "words"), [((1, 2), "from 2"), ((5, 3), "from 2")])
def test_logits_of_another_shape_are_refused(shape: tuple[int, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        logit_agreement(np.zeros(shape), np.zeros(shape), NAMES)


def test_values_that_are_not_finite_and_one_class_alone_are_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        logit_agreement(logits(), np.full_like(logits(), np.nan), NAMES)
    with pytest.raises(ValueError, match="both classes"):
        auroc_difference(
            np.ones(4, bool), np.arange(4.0), np.arange(4.0), np.arange(4), draws=5, rng=np.random.default_rng(0)
        )
