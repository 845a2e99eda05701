"""Oversampling changes how many visits are positive, and nothing within positives and negatives."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from pocketk.simulator.visit_draw import DrawnVisits, VisitStream

N = 6000


@pytest.fixture(scope="module")
def natural() -> DrawnVisits:
    return VisitStream(np.random.default_rng(1), None).draw(40_000, 1)


@pytest.fixture(scope="module")
def oversampled() -> DrawnVisits:
    return VisitStream(np.random.default_rng(2), 0.4).draw(N, 1)


def test_the_share_is_the_one_asked_for(oversampled: DrawnVisits) -> None:
    assert abs(int((oversampled.labels.k_lab_mmol_l > 5.5).sum()) - 0.4 * N) <= 1


@pytest.mark.parametrize("positive", [True, False])
def test_within_a_class_potassium_and_kidney_disease_stay_natural(
    natural: DrawnVisits, oversampled: DrawnVisits, positive: bool
) -> None:
    here, there = ((drawn.labels.k_lab_mmol_l > 5.5) == positive for drawn in (oversampled, natural))
    compared: Any = ks_2samp(oversampled.labels.k_mmol_l[here], natural.labels.k_mmol_l[there])
    assert compared.pvalue > 0.001
    assert oversampled.ckd[here].mean() == pytest.approx(natural.ckd[there].mean(), abs=0.05)


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
