"""The response laws: their limits, their directions and what they must not give away."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.preset import DEFAULT
from pocketk_agent.patient.response import respond, response_strength
from pocketk_agent.patient.visits import draw_visits, usual_visits

N = 3000


@pytest.fixture(scope="module")
def patients() -> Patients:
    return draw_patients(N, DEFAULT, np.random.default_rng(1))


def at(patients: Patients, k_mmol_l: float) -> BeatShapes:
    return respond(patients, usual_visits(patients), np.full(len(patients), k_mmol_l))


def test_nothing_answers_to_high_potassium_below_4_2(patients: Patients):
    assert not response_strength(patients, np.full(N, 4.2)).any()
    assert not response_strength(patients, np.full(N, 3.0)).any()


def test_the_response_rises_by_one_per_mmol_far_above_the_onset(patients: Patients):
    steps = response_strength(patients, np.full(N, 9.0)) - response_strength(patients, np.full(N, 8.0))
    assert np.allclose(steps, patients.sensitivity, atol=0.01)


def test_the_response_never_falls_as_potassium_rises(patients: Patients):
    strengths = [response_strength(patients, np.full(N, k)) for k in np.linspace(2.5, 9.5, 40)]
    assert np.all(np.diff(strengths, axis=0) >= 0.0)


@settings(max_examples=60, deadline=None)
@given(k=st.floats(1.5, 12.0), seed=st.integers(0, 2**32 - 1))
def test_every_beat_at_any_potassium_can_be_drawn(k: float, seed: int):
    rng = np.random.default_rng(seed)
    drawn = draw_patients(64, DEFAULT, rng)
    shapes = respond(drawn, draw_visits(drawn, rng), np.full(64, k))
    assert all(np.all(np.isfinite(getattr(shapes, field.name))) for field in fields(BeatShapes))
    for name in ("heart_rate_bpm", "p_duration_ms", "pr_ms", "qrs_ms", "r_amplitude_uv", "t_width_ms", "qt_ms"):
        assert getattr(shapes, name).min() > 0.0, name
    assert shapes.heart_rate_bpm.min() >= 34.0
    assert np.all((shapes.sine_weight >= 0.0) & (shapes.sine_weight <= 1.0))
    assert np.all((shapes.t_asymmetry >= 1.02) & (shapes.t_asymmetry <= 2.2))


def test_low_potassium_follows_krogager_per_mmol(patients: Patients):
    sinus = patients.take(~patients.fibrillates)
    low, normal = at(sinus, 3.1), at(sinus, 4.1)
    assert np.median(low.pr_ms - normal.pr_ms) == pytest.approx(4.6, abs=0.5)
    assert np.median(low.p_duration_ms - normal.p_duration_ms) == pytest.approx(2.7, abs=0.4)
    assert np.median(low.p_amplitude_uv - normal.p_amplitude_uv) == pytest.approx(3.5, abs=0.4)
    assert np.median(low.t_width_ms / normal.t_width_ms) == pytest.approx(np.exp(0.06), abs=0.01)


def test_most_hearts_have_a_small_u_wave_at_any_potassium(patients: Patients):
    for k in (4.0, 5.0, 6.5):
        u = at(patients, k).u_amplitude_uv
        assert 9.0 < np.median(u) < 16.0
        assert np.mean(u > 3.0) > 0.75


def test_some_hearts_have_no_u_wave_to_speak_of_at_normal_potassium(patients: Patients):
    assert 0.08 < np.mean(at(patients, 4.0).u_amplitude_uv < 3.0) < 0.25


def test_u_grows_without_a_step_as_potassium_falls(patients: Patients):
    steady = replace(patients, heart_rate_gain_bpm=np.zeros(N))
    u = np.array([np.median(at(steady, k).u_amplitude_uv) for k in np.arange(5.0, 2.4, -0.05)])
    assert np.all(np.diff(u) >= 0.0)
    assert np.diff(u).max() < 1.5
    assert u[-1] > 30.0


def test_an_inverted_t_answers_less(patients: Patients):
    inverted = patients.t_amplitude_uv < 0.0
    gain = np.log(at(patients, 7.5).t_amplitude_uv / at(patients, 4.2).t_amplitude_uv)
    assert gain[inverted].mean() == pytest.approx(0.3 * gain[~inverted].mean(), rel=0.15)


def test_a_fibrillating_heart_has_no_p_and_nothing_of_it_tells_potassium(patients: Patients):
    fibrillating = patients.take(patients.fibrillates)
    high, normal = at(fibrillating, 8.0), at(fibrillating, 4.0)
    assert not high.p_amplitude_uv.any()
    assert np.array_equal(high.pr_ms, normal.pr_ms)
    assert np.unique(high.p_duration_ms).size == 1


def test_the_sine_like_beat_sets_in_without_a_step(patients: Patients):
    one = replace(patients.take(np.array([0])), ventricular_slowing=np.array([1.0]))
    weights = [at(one, k).sine_weight[0] for k in np.arange(8.0, 10.5, 0.01)]
    assert weights[0] == 0.0
    assert weights[-1] > 0.99
    assert np.diff(weights).max() < 0.02
    assert at(one, 8.6).sine_weight[0] == 0.0


def test_qt_is_the_one_at_the_visits_rate(patients: Patients):
    faster = replace(patients, heart_rate_bpm=patients.heart_rate_bpm + 20.0)
    here, there = at(patients, 4.1), at(faster, 4.1)
    expected = np.cbrt(here.heart_rate_bpm / there.heart_rate_bpm)
    assert np.allclose(there.qt_ms / here.qt_ms, expected)


def test_a_left_bundle_branch_block_is_wide_with_t_against_it_at_normal_potassium(patients: Patients):
    shapes = at(patients.take(patients.mimic == Mimic.LBBB), 4.1)
    assert np.median(shapes.qrs_ms) > 125.0
    assert shapes.t_amplitude_uv.max() < 0.0
    assert not shapes.q_amplitude_uv.any()


@pytest.mark.parametrize("k", [float("nan"), float("inf"), 0.0, -4.0])
def test_a_potassium_that_is_none_is_refused(patients: Patients, k: float):
    with pytest.raises(ValueError, match="positive number"):
        at(patients, k)


def test_potassium_of_another_length_is_refused(patients: Patients):
    with pytest.raises(ValueError, match=r"need \(3000,\)"):
        respond(patients, usual_visits(patients), np.full(7, 4.0))


def test_visits_of_other_patients_are_refused(patients: Patients):
    with pytest.raises(ValueError, match="one visit of each"):
        respond(patients, usual_visits(patients.take(np.arange(5))), np.full(N, 4.0))
