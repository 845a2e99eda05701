"""The O'Hara-Rudy 2011 human ventricular cell, alone or coupled in a row (needs numba).

Equations: O'Hara, Virag, Varro and Rudy, PLoS Comput Biol 7:e1002061, 2011, with the fast sodium current of ten
Tusscher and Panfilov 2006 (see `ord_gates`). Gates advance by Rush and Larsen's step, the rest by forward Euler.
"""

import numba
import numpy as np

from pocketk.simulator.physics.tp06_gates import FIRST_MV as TABLE_FIRST_MV
from pocketk.simulator.physics.tp06_gates import ROWS as TABLE_ROWS
from pocketk.simulator.physics.tp06_gates import RTF_MV

# V Nai Nass Ki Kss Cai Cass Cansr Cajsr nca Jrelnp Jrelp CaMKt | the 25 gates of `ord_gates`
GATES_AT = 13
RESTING_STATE = np.concatenate(
    [
        [-87.0, 7.0, 7.0, 145.0, 145.0, 1e-4, 1e-4, 1.2, 1.2, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.75, 0.75, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0],
        [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0],
    ]
)
# Inputs of one cell: factors of NaL, to, CaL, Kr, Ks, K1, NaCa, NaK, Kb, release, uptake, calmodulin; epicardial.
INPUTS = 13
IS_EPI = 12
FIRST_FACTOR = 50
LEAST_STORE = 1e-5  # mmol/L

_F = 96485.0
_NA_OUT = 140.0
_CELL_UL = 1000.0 * 3.14 * 0.0011 * 0.0011 * 0.01
_AREA_CM2 = 2.0 * (2.0 * 3.14 * 0.0011 * 0.0011 + 2.0 * 3.14 * 0.0011 * 0.01)
_MYO, _NSR, _JSR, _SS = 0.68 * _CELL_UL, 0.0552 * _CELL_UL, 0.0048 * _CELL_UL, 0.02 * _CELL_UL
_TO_MYO, _TO_SS = _AREA_CM2 / (_F * _MYO), _AREA_CM2 / (_F * _SS)


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def exchanger(sodium, calcium, ca_out, hca, hna):  # noqa: ANN001, ANN201
    """Sodium-calcium exchange of one compartment before scaling, from the steady state of its four states."""
    h1 = 1.0 + sodium / 88.12 * (1.0 + hna)
    h2 = sodium * hna / (88.12 * h1)
    h4 = 1.0 + sodium / 15.0 * (1.0 + sodium / 5.0)
    h5 = sodium * sodium / (h4 * 75.0)
    h7 = 1.0 + _NA_OUT / 88.12 * (1.0 + 1.0 / hna)
    h8 = _NA_OUT / (88.12 * hna * h7)
    h10 = 12.5 + 1.0 + _NA_OUT / 15.0 * (1.0 + _NA_OUT / 5.0)
    h11 = _NA_OUT * _NA_OUT / (h10 * 75.0)
    k1 = ca_out * 1.5e6 / h10
    k2 = k5 = 5e3
    k3pp, k4pp = h8 * 5e3, h2 * 5e3
    k3 = 6e4 / h7 + k3pp
    k4 = 6e4 / (h1 * hca) + k4pp
    k6 = calcium * 1.5e6 / h4
    k7, k8 = h5 * h2 * 6e4, h8 * h11 * 6e4
    x1 = k2 * k4 * (k7 + k6) + k5 * k7 * (k2 + k3)
    x2 = k1 * k7 * (k4 + k5) + k4 * k6 * (k1 + k8)
    x3 = k1 * k3 * (k7 + k6) + k8 * k6 * (k2 + k3)
    x4 = k2 * k8 * (k4 + k5) + k3 * k5 * (k1 + k8)
    sodium_flux = 3.0 * (x4 * k7 - x1 * k8) + x3 * k4pp - x2 * k3pp
    calcium_flux = x2 * k2 - x1 * k1
    active = 1.0 / (1.0 + (1.5e-4 / calcium) ** 2)
    return active * (sodium_flux + 2.0 * calcium_flux) / (x1 + x2 + x3 + x4)


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def pump(sodium, potassium, k_out, k_nai, k_nao):  # noqa: ANN001, ANN201
    """Sodium-potassium pump before scaling, from the steady state of its four states."""
    phosphate = 4.2 / (1.0 + 1e-7 / 1.698e-7 + sodium / 224.0 + potassium / 292.0)
    inside = (1.0 + sodium / k_nai) ** 3 + (1.0 + potassium / 0.5) ** 2 - 1.0
    outside = (1.0 + _NA_OUT / k_nao) ** 3 + (1.0 + k_out / 0.3582) ** 2 - 1.0
    atp = 9.8 / 1.698e-7
    a1 = 949.5 * (sodium / k_nai) ** 3 / inside
    b1 = 182.4 * 0.05
    a2 = 687.2
    b2 = 39.4 * (_NA_OUT / k_nao) ** 3 / outside
    a3 = 1899.0 * (k_out / 0.3582) ** 2 / outside
    b3 = 79300.0 * phosphate * 1e-7 / (1.0 + atp)
    a4 = 639.0 * atp / (1.0 + atp)
    b4 = 40.0 * (potassium / 0.5) ** 2 / inside
    x1 = a4 * a1 * a2 + b2 * b4 * b3 + a2 * b4 * b3 + b3 * a1 * a2
    x2 = b2 * b1 * b4 + a1 * a2 * a3 + a3 * b1 * b4 + a2 * a3 * b4
    x3 = a2 * a3 * a4 + b3 * b2 * b1 + b2 * b1 * a4 + a3 * a4 * b1
    x4 = b4 * b3 * b2 + a3 * a4 * a1 + b2 * a4 * a1 + b3 * b2 * a1
    return (3.0 * (x1 * a3 - x2 * b3) + 2.0 * (x4 * b1 - x3 * a1)) / (x1 + x2 + x3 + x4)


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def advance_cell(state, inputs, row, out, applied):  # noqa: ANN001, ANN201, PLR0915 - one cell's equations
    """One time step of one cell in place; `out` is (K, Ca outside, dt); returns dV/dt in mV/ms."""
    k_out, ca_out, dt = out[0], out[1], out[2]
    v, nai, nass, ki, kss = state[0], state[1], state[2], state[3], state[4]
    cai, cass, cansr, cajsr = state[5], state[6], state[7], state[8]
    nca, rel, relp, trapped = state[9], state[10], state[11], state[12]
    g = state[GATES_AT:]
    fac = row[FIRST_FACTOR:]
    e_na, e_k = RTF_MV * np.log(_NA_OUT / nai), RTF_MV * np.log(k_out / ki)
    e_ks = RTF_MV * np.log((k_out + 0.01833 * _NA_OUT) / (ki + 0.01833 * nai))
    bound = 0.05 * (1.0 - trapped) / (1.0 + 0.0015 / cass)
    active = bound + trapped
    p = 1.0 / (1.0 + 0.15 / active)
    q = 1.0 - p

    i_na = 14.838 * g[0] ** 3 * g[1] * g[2] * (v - e_na)
    i_nal = 0.0075 * inputs[0] * (v - e_na) * g[3] * (q * g[4] + p * g[5])
    fast, slow = fac[0], 1.0 - fac[0]
    i_to = 0.02 * inputs[1] * (v - e_k)
    i_to *= q * g[6] * (fast * g[7] + slow * g[8]) + p * g[9] * (fast * g[10] + slow * g[11])
    ca_fast, ca_slow = fac[1], 1.0 - fac[1]
    plain = g[12] * ((0.6 * g[13] + 0.4 * g[14]) * (1.0 - nca) + g[17] * (ca_fast * g[15] + ca_slow * g[16]) * nca)
    held = g[12] * ((0.6 * g[18] + 0.4 * g[14]) * (1.0 - nca) + g[17] * (ca_fast * g[19] + ca_slow * g[16]) * nca)
    permeability = 1e-4 * inputs[2] * (q * plain + 1.1 * p * held)
    i_cal = permeability * (cass * fac[6] - 0.341 * ca_out * fac[7])
    i_cana = 0.00125 * permeability * 0.75 * (nass * fac[8] - _NA_OUT * fac[9])
    i_cak = 3.574e-4 * permeability * 0.75 * (kss * fac[8] - k_out * fac[9])
    i_kr = 0.046 * inputs[3] * np.sqrt(k_out / 5.4) * (fac[2] * g[20] + (1.0 - fac[2]) * g[21]) * fac[3] * (v - e_k)
    i_ks = 0.0034 * inputs[4] * (1.0 + 0.6 / (1.0 + (3.8e-5 / cai) ** 1.4)) * g[22] * g[23] * (v - e_ks)
    i_k1 = 0.1908 * inputs[5] * np.sqrt(k_out) * fac[5] * g[24] * (v - e_k)
    i_naca = 0.8 * 0.0008 * inputs[6] * exchanger(nai, cai, ca_out, fac[10], fac[11])
    i_naca_ss = 0.2 * 0.0008 * inputs[6] * exchanger(nass, cass, ca_out, fac[10], fac[11])
    i_nak = 30.0 * inputs[7] * pump(nai, ki, k_out, fac[12], fac[13])
    i_kb = 0.003 * inputs[8] * fac[4] * (v - e_k)
    i_nab = 3.75e-10 * (nai * fac[8] - _NA_OUT * fac[9])
    i_cab = 2.5e-8 * (cai * fac[6] - 0.341 * ca_out * fac[7])
    i_pca = 0.0005 * cai / (0.0005 + cai)

    # i_cal is an inward current, so the release it drives is positive.
    drive = -inputs[9] * i_cal / (1.0 + (1.5 / cajsr) ** 8)
    tau = max(4.75 / (1.0 + 0.0123 / cajsr), 0.001)
    # An exponential step: the time constant goes to zero with the store, which a strong release empties.
    peak, decay, decay_p = 0.5 * 4.75 * drive, np.exp(-dt / tau), np.exp(-dt / (1.25 * tau))
    state[10] = peak - (peak - rel) * decay
    state[11] = 1.25 * peak - (1.25 * peak - relp) * decay_p
    release = q * rel + p * relp
    uptake = inputs[10] * 0.004375 * cai * (q / (cai + 0.00092) + 2.75 * p / (cai + 0.00075)) - 0.0039375 * cansr / 15.0
    transfer = (cansr - cajsr) / 100.0
    leak_na, leak_k, leak_ca = (nass - nai) / 2.0, (kss - ki) / 2.0, (cass - cai) / 0.2

    state[1] = nai + dt * (-(i_na + i_nal + i_nab + 3.0 * i_naca + 3.0 * i_nak) * _TO_MYO + leak_na * _SS / _MYO)
    state[2] = nass + dt * (-(i_cana + 3.0 * i_naca_ss) * _TO_SS - leak_na)
    state[3] = ki + dt * (-(i_to + i_kr + i_ks + i_k1 + i_kb - 2.0 * i_nak - applied) * _TO_MYO + leak_k * _SS / _MYO)
    state[4] = kss + dt * (-i_cak * _TO_SS - leak_k)
    buffer = 0.05 * inputs[11] * 0.00238 / (0.00238 + cai) ** 2 + 0.07 * 0.0005 / (0.0005 + cai) ** 2
    flux = -(i_pca + i_cab - 2.0 * i_naca) * 0.5 * _TO_MYO - uptake * _NSR / _MYO + leak_ca * _SS / _MYO
    state[5] = cai + dt * flux / (1.0 + buffer)
    buffer = 0.047 * 0.00087 / (0.00087 + cass) ** 2 + 1.124 * 0.0087 / (0.0087 + cass) ** 2
    flux = -(i_cal - 2.0 * i_naca_ss) * 0.5 * _TO_SS + release * _JSR / _SS - leak_ca
    state[6] = cass + dt * flux / (1.0 + buffer)
    state[7] = cansr + dt * (uptake - transfer * _JSR / _NSR)
    state[8] = max(cajsr + dt * (transfer - release) / (1.0 + 10.0 * 0.8 / (0.8 + cajsr) ** 2), LEAST_STORE)
    state[9] = nca + dt * g[17] * (1000.0 / (1000.0 + g[17] * (1.0 + 0.002 / cass) ** 4) - nca)
    state[12] = trapped + dt * (0.05 * bound * active - 0.00068 * trapped)
    total = i_na + i_nal + i_to + i_cal + i_cana + i_cak + i_kr + i_ks + i_k1 + i_naca + i_naca_ss + i_nak
    total += i_kb + i_nab + i_cab + i_pca
    for gate in range(25):
        g[gate] = row[2 * gate] - (row[2 * gate] - g[gate]) * row[2 * gate + 1]
    slope = applied - total
    state[0] = v + dt * slope
    return slope


@numba.njit(cache=True, fastmath=True, error_model="numpy", nogil=True)
def advance_cable(states, inputs, tables, medium, stimulus, trace):  # noqa: ANN001, ANN201
    """Advance coupled cells in place; as `tp06_cable.advance_cable`, with `ord_gates.gate_tables` as tables."""
    k_out, ca_out, dt, coupling = medium
    stimulated, current, stimulus_steps, every = stimulus
    cells = states.shape[0]
    row = np.empty(tables.shape[2])
    out = np.array([k_out, ca_out, dt])
    potentials = states[:, 0].copy()
    steepest = np.full(cells, -1e9)
    for step in range(trace.shape[0] * every):
        if step % every == 0:
            trace[step // every, :] = potentials
        for cell in range(cells):
            v = potentials[cell]
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
            table = tables[1 if inputs[cell, IS_EPI] > 0.5 else 0]
            for column in range(row.shape[0]):
                row[column] = table[at, column] + part * (table[at + 1, column] - table[at, column])
            slope = advance_cell(states[cell], inputs[cell], row, out, applied)
            steepest[cell] = max(steepest[cell], slope)
        potentials[:] = states[:, 0]
    return steepest
