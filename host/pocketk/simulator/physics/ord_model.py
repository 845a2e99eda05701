"""The O'Hara-Rudy 2011 cell as the wall wants it (needs numba)."""

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.ord_cable import INPUTS, IS_EPI, RESTING_STATE, advance_cable
from pocketk.simulator.physics.ord_gates import gate_tables
from pocketk.simulator.physics.tissue import CELLS, Tissue, smoothed
from pocketk.simulator.physics.wall import RECORD_EVERY_MS, STEP_MS, Pulse

Floats = NDArray[np.float64]

# Endocardial, M, epicardial, in the order of `ord_cable`'s inputs; the published factors.
FACTORS = np.array(
    [
        [1.0, 1.0, 0.6],
        [1.0, 4.0, 4.0],
        [1.0, 2.5, 1.2],
        [1.0, 0.8, 1.3],
        [1.0, 1.0, 1.4],
        [1.0, 1.3, 1.2],
        [1.0, 1.4, 1.1],
        [1.0, 0.7, 0.9],
        [1.0, 1.0, 0.6],
        [1.0, 1.7, 1.0],
        [1.0, 1.0, 1.3],
        [1.0, 1.0, 1.3],
    ]
)


class OrdModel:
    """O'Hara-Rudy 2011 with its own three cell types; `Tissue.gks_endo` is not used."""

    priming_beats = 40
    name = "ord"

    def __init__(self) -> None:
        self._tables: tuple[float, Floats] | None = None

    def resting(self) -> Floats:
        """The published initial state; shape (38,)."""
        return RESTING_STATE.copy()

    def inputs(self, tissue: Tissue) -> Floats:
        """Factors of the currents, smoothed along the wall, and whether epicardial; shape (CELLS, 13)."""
        types = tissue.cell_types()
        inputs = np.empty((CELLS, INPUTS))
        for column, factors in enumerate(FACTORS):
            inputs[:, column] = smoothed(factors[types])
        inputs[:, IS_EPI] = types == 2
        return inputs

    def advance(self, states: Floats, inputs: Floats, tissue: Tissue, pulse: Pulse, trace: Floats) -> Floats:
        """See `CellModel.advance`."""
        if self._tables is None or self._tables[0] != tissue.k_mmol_l:
            self._tables = (tissue.k_mmol_l, gate_tables(STEP_MS, tissue.k_mmol_l))
        medium = (tissue.k_mmol_l, tissue.ca_mmol_l, STEP_MS, pulse.coupling_per_ms)
        stimulus = (pulse.cells, pulse.current_pa_per_pf, pulse.steps, round(RECORD_EVERY_MS / STEP_MS))
        return advance_cable(states, inputs, self._tables[1], medium, stimulus, trace)
