"""Patients: who they are does not depend on potassium but through kidney disease."""

import time
from dataclasses import fields, replace

import numpy as np
import pytest

from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.preset import DEFAULT, HARD
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.visits import draw_visits, usual_visits

N = 60_000


@pytest.fixture(scope="module")
def patients() -> Patients:
    return draw_patients(N, DEFAULT, np.random.default_rng(1))


def test_a_quarter_of_the_patients_or_more_are_hard_cases(patients: Patients, measure):
    measure("SIM-MIMIC", np.mean((patients.mimic != Mimic.NONE) | patients.fibrillates), n=N)


def test_every_look_alike_occurs(patients: Patients):
    assert set(patients.mimic.tolist()) == {int(mimic) for mimic in Mimic}


def test_six_per_cent_have_a_bundle_branch_block(patients: Patients):
    assert np.mean(np.isin(patients.mimic, [Mimic.LBBB, Mimic.RBBB])) == pytest.approx(0.06, abs=0.004)


def test_fibrillation_is_twice_as_common_with_kidney_disease(patients: Patients):
    shares = [patients.fibrillates[patients.ckd == ckd].mean() for ckd in (False, True)]
    assert shares == pytest.approx([0.08, 0.16], abs=0.012)


def test_the_preset_sets_the_share_of_resistant_patients():
    hard = draw_patients(N, HARD, np.random.default_rng(2))
    assert np.mean(hard.sensitivity < 1.0) == pytest.approx(0.20, abs=0.01)


def test_the_gains_have_the_presets_mean(patients: Patients):
    means = [patients.t_gain.mean(), patients.width_gain.mean(), patients.asymmetry_gain.mean()]
    assert means == pytest.approx([0.30, 0.32, 0.25], rel=0.02)


def test_who_has_kidney_disease_can_be_given():
    ckd = np.array([True, False, True])
    assert draw_patients(3, DEFAULT, np.random.default_rng(3), ckd).ckd.tolist() == ckd.tolist()


def test_taken_patients_keep_their_numbers(patients: Patients):
    taken = patients.take(np.array([5, 2]))
    assert all(np.array_equal(getattr(taken, f.name), getattr(patients, f.name)[[5, 2]]) for f in fields(Patients))


def test_the_same_seed_draws_the_same_bytes():
    a, b = (draw_patients(500, DEFAULT, np.random.default_rng(4)) for _ in range(2))
    assert all(getattr(a, f.name).tobytes() == getattr(b, f.name).tobytes() for f in fields(Patients))


def test_arrays_of_different_lengths_are_refused(patients: Patients):
    with pytest.raises(ValueError, match="one shape"):
        replace(patients, age_years=np.zeros(3))


def test_kidney_disease_of_another_length_is_refused():
    with pytest.raises(ValueError, match=r"\(2,\); 3 patients"):
        draw_patients(3, DEFAULT, np.random.default_rng(0), np.array([True, False]))


def test_a_negative_number_of_patients_is_refused():
    with pytest.raises(ValueError, match="-1 patients"):
        draw_patients(-1, DEFAULT, np.random.default_rng(0))


def test_visits_vary_less_than_patients_do(patients: Patients):
    visits = draw_visits(patients, np.random.default_rng(5))
    assert visits.log_t_width.std() == pytest.approx(0.05, rel=0.03)
    assert visits.heart_rate_bpm.std() < patients.heart_rate_bpm.std()


def test_thirty_thousand_patients_are_drawn_and_respond_in_two_seconds(measure):
    started = time.perf_counter()
    rng = np.random.default_rng(6)
    drawn = draw_patients(30_000, DEFAULT, rng)
    respond(drawn, draw_visits(drawn, rng), rng.normal(4.2, 0.6, 30_000))
    measure("SIM-DRAW-TIME", time.perf_counter() - started, n=30_000)


def test_a_usual_visit_has_no_deviation(patients: Patients):
    visits = usual_visits(patients)
    assert len(visits) == N
    assert not visits.log_t.any()
