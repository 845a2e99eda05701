"""The strip against the trends of an independent prototype of the same cable, and the atlas against the strip.

The prototype (24 strips, velocity read at 0.5 ms) gave, at a potassium of 4, 6.5 and 8 mmol/L, the numbers below.
"""

from dataclasses import replace

import numpy as np
import pytest

from pocketk.simulator.physics import Tissue, load_atlas
from pocketk.simulator.physics.beat_measures import MEASURES

pytest.importorskip("numba")

from pocketk.simulator.physics.build import build_atlas

TREND_K = (4.0, 6.5, 8.0)


@pytest.fixture(scope="module")
def fresh():
    return build_atlas([replace(Tissue(), k_mmol_l=k) for k in TREND_K])


@pytest.fixture(scope="module")
def shipped_rows():
    atlas = load_atlas()
    rows = atlas.along_potassium()
    return atlas, [int(rows[np.flatnonzero(atlas.parameters[rows, 0] == k)[0]]) for k in TREND_K]


@pytest.mark.parametrize(
    ("name", "prototype"),
    [
        ("resting_mv", (-93.0, -81.0, -75.0)),
        ("qrs_ms", (80.0, 91.0, 128.0)),
        ("t_width_ms", (70.0, 57.0, 50.0)),
        ("t_slope_over_amplitude_per_s", (26.1, 29.3, 32.5)),
        ("qt_ms", (396.0, 379.0, 374.0)),
    ],
)
def test_the_strip_has_the_prototypes(fresh, name, prototype):
    np.testing.assert_allclose(fresh.measure(name), prototype, rtol=0.10)


def test_the_t_area_falls_as_in_the_prototype(fresh):
    area = fresh.measure("t_area")
    np.testing.assert_allclose(area / area[0], (1.0, 0.82, 0.67), rtol=0.10)


def test_the_t_amplitude_falls_a_little_as_in_the_prototype(fresh):
    height = fresh.measure("t_amplitude")
    np.testing.assert_allclose(height / height[0], (1.0, 0.97, 0.89), rtol=0.05)


def test_conduction_at_high_potassium_is_the_prototypes(fresh):
    # At 4 mmol/L the prototype's 0.69 m/s carries its 0.5 ms sampling step; interpolated it is 0.60.
    np.testing.assert_allclose(fresh.measure("conduction_m_per_s"), (0.60, 0.60, 0.42), rtol=0.10)


def test_the_shipped_measures_are_those_of_a_fresh_computation(fresh, shipped_rows):
    atlas, rows = shipped_rows
    for name in MEASURES:
        np.testing.assert_allclose(fresh.measure(name), atlas.measure(name)[rows], rtol=1e-4, err_msg=name)


def test_the_shipped_beats_are_those_of_a_fresh_computation(fresh, shipped_rows):
    atlas, rows = shipped_rows
    np.testing.assert_allclose(fresh.beats, atlas.beats[rows], atol=2.1e-4)


def test_a_variant_without_its_own_point_at_four_is_refused():
    with pytest.raises(ValueError, match="4 mmol/L"):
        build_atlas([Tissue(), Tissue(k_mmol_l=5.0, ca_mmol_l=2.4)])


def test_no_processes_at_all_are_refused():
    with pytest.raises(ValueError, match="1 or more"):
        build_atlas([Tissue()], processes=0)
