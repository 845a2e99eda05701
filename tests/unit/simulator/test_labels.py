"""The label model: what the laboratory reports and what the heart feels."""

from dataclasses import replace

import numpy as np
import pytest

from pocketk.simulator.labels import DEFAULT_NOISE, EMERGENCY_NOISE, draw_labels

N = 100_000


def draw(k: float = 4.5, ckd: bool = False, **kwargs):
    return draw_labels(np.full(N, k), np.full(N, ckd), np.random.default_rng(1), **kwargs)


def test_the_laboratory_is_right_within_its_noise_where_nothing_is_haemolysed():
    labels = draw()
    error = (labels.k_lab_unrounded_mmol_l - labels.k_mmol_l)[~labels.haemolysed]
    assert error.mean() == pytest.approx(0.0, abs=0.002)
    assert error.std() == pytest.approx(0.08, abs=0.002)


def test_the_laboratory_reports_one_decimal():
    labels = draw()
    assert np.array_equal(labels.k_lab_mmol_l, np.round(labels.k_lab_unrounded_mmol_l, 1))
    assert np.ptp(np.unique(labels.k_lab_mmol_l * 10) % 1).max() < 1e-6


def test_haemolysis_is_as_common_as_published_and_only_raises():
    labels = draw()
    assert labels.haemolysed.mean() == pytest.approx(0.03, abs=0.003)
    assert (labels.k_lab_mmol_l - labels.k_mmol_l)[labels.haemolysed].mean() == pytest.approx(0.35, abs=0.03)


def test_an_emergency_department_haemolyses_more():
    assert draw(noise=EMERGENCY_NOISE).haemolysed.mean() == pytest.approx(0.07, abs=0.004)


def test_haemolysis_does_not_reach_the_heart():
    labels = draw(noise=replace(DEFAULT_NOISE, haemolysis_share=1.0, haemolysis_mean_mmol_l=3.0))
    assert labels.k_eff_mmol_l.mean() == pytest.approx(4.5, abs=0.01)


def test_the_heart_feels_potassium_with_the_stated_spread():
    labels = draw()
    assert (labels.k_eff_mmol_l - labels.k_mmol_l).std() == pytest.approx(np.hypot(0.15, 0.22), abs=0.004)


def test_kidney_disease_adapts():
    assert (draw(ckd=True).k_eff_mmol_l - draw().k_eff_mmol_l).mean() == pytest.approx(-0.10)


@pytest.mark.parametrize("hours", [-4.0, 4.0])
def test_potassium_wanders_with_the_root_of_the_time_between(hours: float):
    labels = draw(lag_hours=np.full(N, hours))
    assert (labels.k_ecg_mmol_l - labels.k_mmol_l).std() == pytest.approx(0.24, abs=0.004)


def test_without_time_between_potassium_is_the_same():
    labels = draw(lag_hours=np.zeros(N))
    assert np.array_equal(labels.k_ecg_mmol_l, labels.k_mmol_l)


@pytest.mark.parametrize("k", [[4.0, float("nan")], [4.0, 0.0], [4.0, -1.0]])
def test_a_potassium_that_is_none_is_refused(k: list[float]):
    with pytest.raises(ValueError, match="positive number"):
        draw_labels(np.array(k), np.zeros(2, bool), np.random.default_rng(0))


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        draw_labels(np.full(2, 4.0), np.zeros(3, bool), np.random.default_rng(0))


@pytest.mark.parametrize("lag", [[1.0], [1.0, float("inf")]])
def test_a_lag_that_does_not_fit_is_refused(lag: list[float]):
    with pytest.raises(ValueError, match="2 finite numbers"):
        draw_labels(np.full(2, 4.0), np.zeros(2, bool), np.random.default_rng(0), np.array(lag))
