"""Oversampling changes how many visits are positive, and nothing within positives and negatives."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from pocketk.simulator.labels import draw_labels
from pocketk.simulator.visit_draw import (
    CKD_AMONG_NEGATIVES,
    CKD_AMONG_POSITIVES,
    NATURAL_POSITIVES,
    DrawnVisits,
    VisitStream,
)
from pocketk_agent.patient.potassium import draw_kidney_disease, draw_potassium

N = 6000


@pytest.fixture(scope="module")
def natural() -> DrawnVisits:
    return VisitStream(np.random.default_rng(1), None).draw(40_000, 1)


@pytest.fixture(scope="module")
def oversampled() -> DrawnVisits:
    return VisitStream(np.random.default_rng(2), 0.4).draw(N, 1)


def test_the_share_is_the_one_asked_for(oversampled: DrawnVisits) -> None:
    assert abs(int(oversampled.positive.sum()) - 0.4 * N) <= 3


@pytest.mark.parametrize("positive", [True, False])
def test_within_a_class_potassium_and_kidney_disease_stay_natural(
    natural: DrawnVisits, oversampled: DrawnVisits, positive: bool
) -> None:
    here, there = ((drawn.labels.k_lab_mmol_l > 5.5) == positive for drawn in (oversampled, natural))
    compared: Any = ks_2samp(oversampled.labels.k_mmol_l[here], natural.labels.k_mmol_l[there])
    assert compared.pvalue > 0.001
    assert oversampled.ckd[here].mean() == pytest.approx(natural.ckd[there].mean(), abs=0.05)


def test_the_stated_natural_shares_are_those_of_the_natural_draw() -> None:
    rng = np.random.default_rng(5)
    draw = draw_potassium(1_000_000, rng)
    ckd = draw_kidney_disease(draw.component, rng)
    positive = draw_labels(draw.k_mmol_l, ckd, rng).k_lab_mmol_l > 5.5
    assert positive.mean() == pytest.approx(NATURAL_POSITIVES, abs=0.001)
    assert ckd[positive].mean() == pytest.approx(CKD_AMONG_POSITIVES, abs=0.01)
    assert ckd[~positive].mean() == pytest.approx(CKD_AMONG_NEGATIVES, abs=0.002)


@pytest.fixture(scope="module", params=[1, 2, 3])
def chunks(request: pytest.FixtureRequest) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Positive and kidney disease, (patients, visits), of many chunks as a cohort draws them."""
    visits = request.param
    each = [VisitStream(np.random.default_rng(seed), 0.3).draw(250 // visits, visits) for seed in range(60)]
    positive = np.concatenate([e.positive.reshape(-1, visits) for e in each])
    return positive, np.concatenate([e.ckd.reshape(-1, visits) for e in each])


def test_kidney_disease_says_the_same_of_the_label_at_every_visit(
    chunks: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    """By visit: the share of kidney disease in either class, its AUROC for the label, and the share of positives."""
    # Of a yes-or-no sign the AUROC is 0.5 + (P(ckd | positive) - P(ckd | negative)) / 2.
    natural_auroc = 0.5 + 0.5 * (CKD_AMONG_POSITIVES - CKD_AMONG_NEGATIVES)
    for positive, ckd in zip(chunks[0].T, chunks[1].T, strict=True):
        among = ckd[positive].mean(), ckd[~positive].mean()
        # Four standard errors of the smaller class.
        error = 4.0 * 0.5 / np.sqrt(positive.sum())
        assert among == pytest.approx((CKD_AMONG_POSITIVES, CKD_AMONG_NEGATIVES), abs=error)
        assert 0.5 + 0.5 * (among[0] - among[1]) == pytest.approx(natural_auroc, abs=error)
        assert positive.mean() == pytest.approx(0.3, abs=error)


@pytest.mark.parametrize("positives", [0.0, 0.3, 1.0])
def test_small_draws_have_the_share_too(positives: float) -> None:
    shares = [VisitStream(np.random.default_rng(at), positives).draw(3, 2).positive.mean() for at in range(400)]
    assert np.mean(shares) == pytest.approx(positives, abs=0.05)


def test_the_first_visit_says_nothing_of_the_second_beyond_kidney_disease() -> None:
    each = [VisitStream(np.random.default_rng(seed), 0.3).draw(125, 2) for seed in range(80)]
    first, second = np.concatenate([e.positive.reshape(-1, 2) for e in each]).T
    ckd = np.concatenate([e.ckd[::2] for e in each])
    for group in (ckd, ~ckd):
        assert abs(np.corrcoef(first[group], second[group])[0, 1]) < 0.06


def test_visits_of_a_patient_agree_on_kidney_disease() -> None:
    drawn = VisitStream(np.random.default_rng(3), 0.5).draw(200, 4)
    assert np.ptp(drawn.ckd.reshape(200, 4).astype(int), axis=1).max() == 0


def test_known_kidney_disease_is_kept() -> None:
    known = np.array([True, False, None] * 50, dtype=object)
    drawn = VisitStream(np.random.default_rng(4), 0.3).draw(150, 2, known)
    pairs = drawn.ckd.reshape(150, 2)
    assert pairs[0::3].all()
    assert not pairs[1::3].any()


def test_the_change_between_ecg_and_blood_sample_has_its_usual_size(natural: DrawnVisits) -> None:
    assert float(np.std(natural.labels.k_ecg_mmol_l - natural.labels.k_mmol_l)) == pytest.approx(0.15, abs=0.01)


def test_patients_may_differ_in_their_number_of_visits() -> None:
    visits = np.array([1, 4, 2], np.int64)
    drawn = VisitStream(np.random.default_rng(6), 0.3).draw(3, visits, np.array([True, False, True], dtype=object))
    assert drawn.ckd.tolist() == [True, False, False, False, False, True, True]
