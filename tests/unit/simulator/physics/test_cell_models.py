"""The two cell models alone, against check values at 5.4 mmol/L and 1 Hz."""

import numpy as np
import pytest

from pocketk.simulator.physics.tissue import Tissue
from pocketk.simulator.physics.wall import paced_alone, repolarisation_ms

pytest.importorskip("numba")

from pocketk.simulator.physics.build import cell_model
from pocketk.simulator.physics.tp06_gates import FIRST_MV, ROWS_PER_MV, gate_table


class PublishedTypes:
    """The TP06 model with the published endocardial, M and epicardial cells instead of the wall's profile."""

    def __init__(self) -> None:
        self._model = cell_model("tp06")
        self.priming_beats = self._model.priming_beats
        self.name = self._model.name

    def resting(self):
        return self._model.resting()

    def inputs(self, tissue):
        types = tissue.cell_types()
        gks, gto = np.array([0.392, 0.098, 0.392])[types], np.array([0.073, 0.294, 0.294])[types]
        return np.stack([gks, gto, (types == 0).astype(float)], axis=1)

    def advance(self, states, inputs, tissue, pulse, trace):
        return self._model.advance(states, inputs, tissue, pulse, trace)


@pytest.fixture(scope="module")
def tp06_trace():
    return paced_alone(PublishedTypes(), Tissue(k_mmol_l=5.4, cycle_length_ms=1000.0), beats=10)[1]


@pytest.fixture(scope="module")
def ord_trace():
    tissue = Tissue(k_mmol_l=5.4, cycle_length_ms=1000.0, ca_mmol_l=1.8)
    return paced_alone(cell_model("ord"), tissue, beats=100)[1]


def test_tp06_rests_at_the_published_potential(tp06_trace):
    assert tp06_trace[0, 2] == pytest.approx(-85.5, abs=1.0)


def test_tp06_peaks_at_forty_millivolts(tp06_trace):
    assert tp06_trace[:, 2].max() == pytest.approx(40.0, abs=3.0)


@pytest.mark.parametrize(("cell", "apd90_ms"), [(0, 305.0), (1, 405.0), (2, 306.0)], ids=["endo", "mid", "epi"])
def test_tp06_repolarises_when_the_published_cell_does(tp06_trace, cell, apd90_ms):
    assert repolarisation_ms(tp06_trace[:, cell]) == pytest.approx(apd90_ms, rel=0.03)


def test_ohara_rudy_rests_at_the_published_potential(ord_trace):
    assert ord_trace[0, 0] == pytest.approx(-88.0, abs=1.0)


def test_ohara_rudy_peaks_above_thirty_millivolts(ord_trace):
    assert ord_trace[:, 0].max() > 30.0


@pytest.mark.parametrize(("cell", "apd90_ms"), [(0, 268.0), (1, 345.0), (2, 229.0)], ids=["endo", "mid", "epi"])
def test_ohara_rudy_repolarises_when_the_published_cell_does(ord_trace, cell, apd90_ms):
    assert repolarisation_ms(ord_trace[:, cell]) == pytest.approx(apd90_ms, rel=0.05)


def test_a_wider_table_row_spacing_would_not_change_the_gates_by_a_thousandth():
    table = gate_table(0.02)
    between = 0.5 * (table[:-2:2] + table[2::2])
    # The rate of h and j jumps at -40 mV by definition.
    away = np.abs(FIRST_MV + (np.arange(between.shape[0]) * 2 + 1) / ROWS_PER_MV + 40.0) > 0.3
    assert np.abs(between - table[1:-1:2])[away, :24].max() < 1e-3


def test_an_unknown_cell_model_is_refused_by_name():
    with pytest.raises(ValueError, match="tp06, ord"):
        cell_model("hodgkin")


def test_a_trace_that_does_not_repolarise_has_no_duration():
    with pytest.raises(ValueError, match="does not repolarise"):
        repolarisation_ms(np.concatenate([np.full(10, -85.0), np.full(50, 20.0)]))


@pytest.mark.parametrize("value", [float("nan"), -1.0, 0.0, 1e9])
def test_a_tissue_outside_the_model_is_refused(value):
    with pytest.raises(ValueError, match="k_mmol_l"):
        Tissue(k_mmol_l=value)
