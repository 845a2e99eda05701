"""Measures against waves whose numbers are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pocketk.simulator.physics.beat_measures import measure_t, qrs_bounds
from pocketk.simulator.physics.pseudo_ecg import lead_one, strip_potential
from pocketk.simulator.physics.tissue import CELLS
from pocketk.simulator.physics.wall import WallBeat, activation_times

FS_HZ = 1000.0


def gaussian(amplitude, sigma_ms, centre_ms=400.0):
    return amplitude * np.exp(-0.5 * ((np.arange(800.0) - centre_ms) / sigma_ms) ** 2)


@given(amplitude=st.floats(0.01, 10.0), sigma_ms=st.floats(10.0, 60.0), upright=st.booleans())
def test_a_gaussian_t_wave_has_its_known_width_slope_and_area(amplitude, sigma_ms, upright):
    wave = gaussian(amplitude if upright else -amplitude, sigma_ms)
    t = measure_t(wave, FS_HZ, (150.0, 700.0))
    assert t.amplitude == pytest.approx(amplitude if upright else -amplitude, rel=1e-3)
    assert t.width_ms == pytest.approx(2.3548 * sigma_ms, rel=0.01)
    assert t.slope_over_amplitude_per_s == pytest.approx(606.5 / sigma_ms, rel=0.01)
    assert t.area == pytest.approx(amplitude * sigma_ms * np.sqrt(2.0 * np.pi), rel=0.01)
    assert t.end_ms == pytest.approx(400.0 + 2.0 * sigma_ms, abs=2.0)


@pytest.mark.parametrize(
    "wave",
    [np.zeros(800), np.full(800, np.nan), np.ones(800), np.arange(800.0), np.zeros((2, 800))],
    ids=["flat", "nan", "level", "ramp", "two channels"],
)
def test_what_is_not_a_t_wave_is_refused(wave):
    with pytest.raises(ValueError, match=r"T wave|finite channel"):
        measure_t(wave, FS_HZ, (150.0, 700.0))


def test_a_search_outside_the_beat_is_refused():
    with pytest.raises(ValueError, match="not inside the beat"):
        measure_t(gaussian(1.0, 30.0), FS_HZ, (150.0, 900.0))


def test_a_flat_depolarisation_has_no_bounds():
    assert np.isnan(qrs_bounds(np.zeros(100))).all()


def test_an_activation_is_read_between_samples():
    ramp = np.linspace(-80.0, 0.0, 81)[:, None]
    assert activation_times(ramp)[0] == pytest.approx(4.0)


def test_a_cell_that_is_not_excited_has_no_activation():
    assert np.isnan(activation_times(np.full((50, 3), -85.0))).all()


def test_a_strip_at_one_potential_casts_none():
    assert np.abs(strip_potential(np.full((5, CELLS), -85.0))).max() == 0.0


@pytest.mark.parametrize("slowing", [0.0, -1.0, float("nan"), float("inf")])
def test_a_slowing_that_is_none_is_refused(slowing):
    wall = WallBeat(np.full((10, CELLS), -85.0), np.full(CELLS, np.nan), np.zeros(CELLS))
    with pytest.raises(ValueError, match="slowing"):
        lead_one(wall, slowing)
