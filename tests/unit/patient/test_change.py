"""What potassium does to a beat that is there already."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.patient.change import BeatChange, change_between, changes_between
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import DEFAULT
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.visits import usual_visits

PATIENTS = draw_patients(300, DEFAULT, np.random.default_rng(1))
Potassium = st.floats(2.2, 9.5)
Index = st.integers(0, len(PATIENTS) - 1)


@settings(max_examples=80, deadline=None)
@given(index=Index, k=Potassium)
def test_the_same_potassium_changes_exactly_nothing(index: int, k: float):
    assert change_between(PATIENTS, index, k, k) == BeatChange()


@settings(max_examples=80, deadline=None)
@given(index=Index, k=Potassium, other=Potassium)
def test_the_way_back_undoes_the_way_there(index: int, k: float, other: float):
    there, back = change_between(PATIENTS, index, k, other), change_between(PATIENTS, index, other, k)
    assert there.t_gain * back.t_gain == pytest.approx(1.0)
    assert there.t_width_ratio * back.t_width_ratio == pytest.approx(1.0)
    assert there.qrs_ratio * back.qrs_ratio == pytest.approx(1.0)
    assert there.p_gain * back.p_gain == pytest.approx(1.0)
    assert there.pr_shift_ms + back.pr_shift_ms == pytest.approx(0.0, abs=1e-9)
    assert there.u_shift_uv + back.u_shift_uv == pytest.approx(0.0, abs=1e-9)


def test_rising_potassium_narrows_t_and_widens_qrs_in_every_patient():
    changes = changes_between(PATIENTS, np.full(300, 4.0), np.full(300, 8.0))
    assert max(change.t_width_ratio for change in changes) < 1.0
    assert min(change.qrs_ratio for change in changes) >= 1.0
    assert min(change.t_gain for change in changes) > 0.0


def test_the_change_is_the_ratio_of_the_two_beats():
    k_from, k_to = np.full(300, 4.1), np.full(300, 6.5)
    here, there = (respond(PATIENTS, usual_visits(PATIENTS), k) for k in (k_from, k_to))
    changes = changes_between(PATIENTS, k_from, k_to)
    assert np.allclose([change.t_gain for change in changes], there.t_amplitude_uv / here.t_amplitude_uv)
    assert np.allclose([change.qrs_ratio for change in changes], there.qrs_ms / here.qrs_ms)
    assert np.allclose([change.st_shift_uv for change in changes], there.st_level_uv - here.st_level_uv)


def test_the_heart_rate_has_no_part_in_the_change_of_qt():
    fast = np.argmax(PATIENTS.heart_rate_gain_bpm)
    change = change_between(PATIENTS, int(fast), 4.1, 7.0)
    assert change.qt_ratio < 1.0


def test_a_batch_gives_what_each_gives_alone():
    k_from, k_to = np.linspace(3.0, 5.0, 300), np.linspace(8.0, 4.0, 300)
    batch = changes_between(PATIENTS, k_from, k_to)
    assert [change_between(PATIENTS, i, k_from[i], k_to[i]) for i in (0, 17, 299)] == [batch[i] for i in (0, 17, 299)]


def test_a_patient_that_is_not_there_is_refused():
    with pytest.raises(IndexError):
        change_between(PATIENTS, 300, 4.0, 5.0)


def test_a_potassium_that_is_none_is_refused():
    with pytest.raises(ValueError, match="positive number"):
        change_between(PATIENTS, 0, 4.0, float("nan"))
