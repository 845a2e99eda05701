"""Conduction slows with potassium as the cable model says."""

import numpy as np
import pytest

from pocketk_agent.patient.conduction import relative_conduction


@pytest.mark.parametrize(("k", "slowing"), [(4.0, 1.0), (5.0, 1.0), (6.5, 1.12), (8.0, 1.6), (9.25, 2.85), (10.0, 5.0)])
def test_the_tables_values_and_straight_lines_between_them(k: float, slowing: float):
    assert relative_conduction(k) == pytest.approx(slowing)


def test_outside_the_table_its_ends_hold():
    assert relative_conduction([0.0, 2.5, 10.0, 15.0]).tolist() == [1.03, 1.03, 5.0, 5.0]


def test_conduction_never_gets_faster_as_potassium_rises_from_normal():
    assert np.all(np.diff(relative_conduction(np.linspace(4.0, 10.0, 500))) >= 0.0)
