"""The ten Tusscher-Panfilov 2006 human ventricular cell, alone or coupled in a row (needs numba).

Equations: ten Tusscher and Panfilov, Am J Physiol Heart Circ Physiol 291:H1088, 2006. Gates advance by Rush
and Larsen's exponential step, everything else by forward Euler. Currents are per unit of capacitance, pA/pF;
concentrations mmol/L; times ms.
"""

import numba
import numpy as np

from pocketk.simulator.physics.tp06_gates import FARADAY_C_PER_MMOL, RTF_MV
from pocketk.simulator.physics.tp06_gates import FIRST_MV as TABLE_FIRST_MV
from pocketk.simulator.physics.tp06_gates import IK1_FIRST_MV as RECTIFIER_FIRST_MV
from pocketk.simulator.physics.tp06_gates import IK1_ROWS as RECTIFIER_ROWS
from pocketk.simulator.physics.tp06_gates import ROWS as TABLE_ROWS

STATES = 19
# V Cai CaSR CaSS Nai Ki | m h j xr1 xr2 xs r s d f f2 | fCaSS R': the published resting state at 5.4 mmol/L.
RESTING_STATE = np.concatenate(
    [
        [-85.23, 1.26e-4, 3.64, 3.6e-4, 8.604, 136.89, 1.72e-3, 0.7444, 0.7045, 6.21e-3, 0.4712, 9.5e-3],
        [2.42e-8, 0.999998, 3.373e-5, 0.7888, 0.9755, 0.9953, 0.9073],
    ]
)
# Inputs of one cell, the columns of `inputs`.
GKS, GTO, IS_ENDO = 0, 1, 2
INPUTS = 3
REVERSAL_STEPS = 10  # the Nernst potentials move by less than 0.01 mV in so many steps

_NA_OUT = 140.0
_VC = 0.016404
_VSR = 0.001094
_VSS = 5.468e-5
_PER_CHARGE = 0.185 / (FARADAY_C_PER_MMOL * 1000.0 * _VC)  # mmol/L per ms of 1 pA/pF in the cytosol


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def reversals(state, k_out, ca_out, out):  # noqa: ANN001, ANN201
    """Nernst potentials of one cell: sodium, potassium, slow rectifier, calcium, mV."""
    sodium, potassium = state[4], state[5]
    out[0] = RTF_MV * np.log(_NA_OUT / sodium)
    out[1] = RTF_MV * np.log(k_out / potassium)
    out[2] = RTF_MV * np.log((k_out + 0.03 * _NA_OUT) / (potassium + 0.03 * sodium))
    out[3] = 0.5 * RTF_MV * np.log(ca_out / state[1])


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def advance_cell(state, inputs, nernst, row, out, applied):  # noqa: ANN001, ANN201
    """One time step of one cell in place; `out` is (K, Ca outside, dt, IK1 open share); returns dV/dt in mV/ms."""
    k_out, ca_out, dt, rectifier = out[0], out[1], out[2], out[3]
    v, cai, casr, cass, nai, ki = state[0], state[1], state[2], state[3], state[4], state[5]
    k_root = np.sqrt(k_out / 5.4)
    to_k = v - nernst[1]
    i_na = 14.838 * state[6] ** 3 * state[7] * state[8] * (v - nernst[0])
    i_k1 = 5.405 * k_root * rectifier * to_k
    i_kr = 0.153 * k_root * state[9] * state[10] * to_k
    i_ks = inputs[GKS] * state[11] ** 2 * (v - nernst[2])
    i_to = inputs[GTO] * state[12] * state[13] * to_k
    i_cal = 3.98e-5 * state[14] * state[15] * state[16] * state[17] * (row[24] * cass - row[25] * ca_out) * 1000.0
    i_nak = 2.724 * k_out / (k_out + 1.0) * nai / (nai + 40.0) * row[26]
    i_naca = 1000.0 * (row[27] * nai**3 * ca_out - row[28] * _NA_OUT**3 * cai)
    i_naca /= (87.5**3 + _NA_OUT**3) * (1.38 + ca_out)
    i_pca = 0.1238 * cai / (cai + 5e-4)
    i_pk = 0.0146 * to_k * row[29]
    i_bna = 2.9e-4 * (v - nernst[0])
    i_bca = 5.92e-4 * (v - nernst[3])

    k_casr = 2.5 - 1.5 / (1.0 + (1.5 / casr) ** 2)
    k1 = 0.15 / k_casr
    release = 0.102 * k1 * cass**2 * state[18] / (0.06 + k1 * cass**2) * (casr - cass)
    leak = 3.6e-4 * (casr - cai)
    uptake = 0.006375 / (1.0 + (2.5e-4 / cai) ** 2)
    transfer = 0.0038 * (cass - cai)
    d_cai = -(i_bca + i_pca - 2.0 * i_naca) * 0.5 * _PER_CHARGE + (leak - uptake) * (_VSR / _VC) + transfer
    d_cass = -i_cal * 0.5 * _PER_CHARGE * (_VC / _VSS) + release * (_VSR / _VSS) - transfer * (_VC / _VSS)
    d_casr = uptake - release - leak
    total = i_na + i_k1 + i_kr + i_ks + i_to + i_cal + i_nak + i_naca + i_pca + i_pk + i_bna + i_bca

    state[1] = cai + dt * d_cai / (1.0 + 0.2 * 0.001 / (cai + 0.001) ** 2)
    state[2] = casr + dt * d_casr / (1.0 + 10.0 * 0.3 / (casr + 0.3) ** 2)
    state[3] = cass + dt * d_cass / (1.0 + 0.4 * 2.5e-4 / (cass + 2.5e-4) ** 2)
    state[4] = nai - dt * _PER_CHARGE * (i_na + i_bna + 3.0 * i_nak + 3.0 * i_naca)
    state[5] = ki - dt * _PER_CHARGE * (i_k1 + i_to + i_kr + i_ks + i_pk - 2.0 * i_nak)
    for gate in range(7):
        state[6 + gate] = row[2 * gate] - (row[2 * gate] - state[6 + gate]) * row[2 * gate + 1]
    s_at = 16 if inputs[IS_ENDO] > 0.5 else 14
    state[13] = row[s_at] - (row[s_at] - state[13]) * row[s_at + 1]
    for gate in range(9, 12):
        state[5 + gate] = row[2 * gate] - (row[2 * gate] - state[5 + gate]) * row[2 * gate + 1]
    bound = 1.0 / (1.0 + (cass / 0.05) ** 2)
    state[17] += dt * (0.6 * bound + 0.4 - state[17]) / (80.0 * bound + 2.0)
    state[18] += dt * (-0.045 * k_casr * cass * state[18] + 0.005 * (1.0 - state[18]))
    slope = applied - total
    state[0] = v + dt * slope
    return slope


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def advance_cable(states, inputs, tables, medium, stimulus, trace):  # noqa: ANN001, ANN201
    """Advance coupled cells in place and record their potentials.

    Args:
        states: (N, STATES) float64, overwritten.
        inputs: (N, INPUTS) float64.
        tables: (`gate_table(dt)`, `ik1_table()`).
        medium: (K outside, Ca outside, dt in ms, diffusion / spacing^2 in 1/ms).
        stimulus: (cells stimulated, current in pA/pF, steps it lasts, steps between records).
        trace: (records, N) float64, filled; its length sets how long is simulated.

    Returns:
        (N,) largest dV/dt, mV/ms; NaN everywhere if a potential left the tables.
    """
    table, rectifiers = tables
    k_out, ca_out, dt, coupling = medium
    stimulated, current, stimulus_steps, every = stimulus
    cells = states.shape[0]
    nernst = np.empty((cells, 4))
    row = np.empty(table.shape[1])
    out = np.array([k_out, ca_out, dt, 0.0])
    potentials = states[:, 0].copy()
    steepest = np.full(cells, -1e9)
    for step in range(trace.shape[0] * every):
        if step % every == 0:
            trace[step // every, :] = potentials
        for cell in range(cells):
            state = states[cell]
            v = potentials[cell]
            if step % REVERSAL_STEPS == 0:
                reversals(state, k_out, ca_out, nernst[cell])
            left = potentials[cell - 1] if cell > 0 else v
            right = potentials[cell + 1] if cell < cells - 1 else v
            applied = coupling * (left - 2.0 * v + right)
            if step < stimulus_steps and cell < stimulated:
                applied += current
            place = (v - TABLE_FIRST_MV) * 10.0
            at = int(place)
            if not 0 <= at < TABLE_ROWS - 1:
                return np.full(cells, np.nan)
            part = place - at
            for column in range(table.shape[1]):
                row[column] = table[at, column] + part * (table[at + 1, column] - table[at, column])
            place = (v - nernst[cell, 1] - RECTIFIER_FIRST_MV) * 10.0
            at = min(max(int(place), 0), RECTIFIER_ROWS - 2)
            out[3] = rectifiers[at] + (place - at) * (rectifiers[at + 1] - rectifiers[at])
            slope = advance_cell(state, inputs[cell], nernst[cell], row, out, applied)
            steepest[cell] = max(steepest[cell], slope)
        potentials[:] = states[:, 0]
    return steepest
