"""The ten Tusscher-Panfilov 2006 cell as the wall wants it (needs numba)."""

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.tissue import Tissue
from pocketk.simulator.physics.tp06_cable import RESTING_STATE, advance_cable
from pocketk.simulator.physics.tp06_gates import gate_table, ik1_table
from pocketk.simulator.physics.wall import RECORD_EVERY_MS, STEP_MS, Pulse

Floats = NDArray[np.float64]


class Tp06Model:
    """Ten Tusscher and Panfilov 2006, with the endocardial conductance of `Tissue`."""

    priming_beats = 12
    name = "tp06"

    def __init__(self) -> None:
        self._tables = (gate_table(STEP_MS), ik1_table())

    def resting(self) -> Floats:
        """The published resting state; shape (19,)."""
        return RESTING_STATE.copy()

    def inputs(self, tissue: Tissue) -> Floats:
        """Slow rectifier, transient outward conductance and whether endocardial; shape (CELLS, 3)."""
        return np.stack([tissue.gks(), tissue.gto(), (tissue.cell_types() == 0).astype(float)], axis=1)

    def advance(self, states: Floats, inputs: Floats, tissue: Tissue, pulse: Pulse, trace: Floats) -> Floats:
        """See `CellModel.advance`."""
        medium = (tissue.k_mmol_l, tissue.ca_mmol_l, STEP_MS, pulse.coupling_per_ms)
        stimulus = (pulse.cells, pulse.current_pa_per_pf, pulse.steps, round(RECORD_EVERY_MS / STEP_MS))
        return advance_cable(states, inputs, self._tables, medium, stimulus, trace)
