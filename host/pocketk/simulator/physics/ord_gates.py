"""Everything of the O'Hara-Rudy cell that depends on the membrane potential alone, as a table.

Equations: O'Hara, Virag, Varro and Rudy, PLoS Comput Biol 7:e1002061, 2011. The fast sodium current is that of
ten Tusscher and Panfilov 2006, the usual exchange where O'Hara-Rudy cells are coupled: its own current
inactivates at rest so far that tissue hardly conducts. Read by linear interpolation, 0.1 mV between rows.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.tp06_gates import FARADAY_C_PER_MMOL, FIRST_MV, ROWS, ROWS_PER_MV, RTF_MV, sodium_gates

Floats = NDArray[np.float64]

GATES = 25  # m h j | mL hL hLp | a iF iS ap iFp iSp | d ff fs fcaf fcas jca ffp fcafp | xrf xrs xs1 xs2 xk1
FACTORS = 14
COLUMNS = 2 * GATES + FACTORS


def gate_tables(dt_ms: float, k_mmol_l: float) -> Floats:
    """Tables for endocardial and M cells (0) and epicardial cells (1); shape (2, ROWS, COLUMNS)."""
    v = FIRST_MV + np.arange(ROWS) / ROWS_PER_MV
    tables = np.empty((2, ROWS, COLUMNS))
    for epi in (0, 1):
        gates = (*sodium_gates(v), *_late_sodium(v), *_transient(v, bool(epi)), *_calcium(v), *_potassium(v, k_mmol_l))
        for gate, (steady, tau_ms) in enumerate(gates):
            tables[epi, :, 2 * gate] = steady
            tables[epi, :, 2 * gate + 1] = np.exp(-dt_ms / tau_ms)
        tables[epi, :, 2 * GATES :] = np.stack(_factors(v, k_mmol_l), axis=1)
    return tables


def _rise(v: Floats, half_mv: float, slope_mv: float) -> Floats:
    return 1.0 / (1.0 + np.exp((half_mv - v) / slope_mv))


def _late_sodium(v: Floats) -> list[tuple[Floats, Floats]]:
    m_tau = 1.0 / (6.765 * np.exp((v + 11.64) / 34.77) + 8.552 * np.exp(-(v + 77.42) / 5.955))
    flat = np.full_like(v, 200.0)
    return [
        (_rise(v, -42.85, 5.264), m_tau),
        (_rise(v, -87.61, -7.488), flat),
        (_rise(v, -93.81, -7.488), 3.0 * flat),
    ]


def _transient(v: Floats, epi: bool) -> list[tuple[Floats, Floats]]:
    a_tau = 1.0515 / (_rise(v, 18.4099, 29.3814) / 1.2089 + 3.5 * _rise(v, -100.0, -29.3814))
    delta = 1.0 - 0.95 * _rise(v, -70.0, -5.0) if epi else np.ones_like(v)
    fast = delta * (4.562 + 1.0 / (0.3933 * np.exp(-(v + 100.0) / 100.0) + 0.08004 * np.exp((v + 50.0) / 16.59)))
    slow = 0.001416 * np.exp(-(v + 96.52) / 59.05) + 1.78e-8 * np.exp((v + 114.1) / 8.079)
    slow = delta * (23.62 + 1.0 / slow)
    develop = 1.354 + 1e-4 / (np.exp((v - 167.4) / 15.89) + np.exp(-(v - 12.23) / 0.2154))
    held = develop * (1.0 - 0.5 * _rise(v, -70.0, -20.0))
    inactive = _rise(v, -43.94, -5.711)
    return [
        (_rise(v, 14.34, 14.82), a_tau),
        (inactive, fast),
        (inactive, slow),
        (_rise(v, 24.34, 14.82), a_tau),
        (inactive, held * fast),
        (inactive, held * slow),
    ]


def _calcium(v: Floats) -> list[tuple[Floats, Floats]]:
    d_tau = 0.6 + 1.0 / (np.exp(-0.05 * (v + 6.0)) + np.exp(0.09 * (v + 14.0)))
    fast = 7.0 + 1.0 / (0.0045 * np.exp(-(v + 20.0) / 10.0) + 0.0045 * np.exp((v + 20.0) / 10.0))
    slow = 1000.0 + 1.0 / (3.5e-5 * np.exp(-(v + 5.0) / 4.0) + 3.5e-5 * np.exp((v + 5.0) / 6.0))
    ca_fast = 7.0 + 1.0 / (0.04 * np.exp(-(v - 4.0) / 7.0) + 0.04 * np.exp((v - 4.0) / 7.0))
    ca_slow = 100.0 + 1.0 / (1.2e-4 * np.exp(-v / 3.0) + 1.2e-4 * np.exp(v / 7.0))
    shut = _rise(v, -19.58, -3.696)
    taus = (fast, slow, ca_fast, ca_slow, np.full_like(v, 75.0), 2.5 * fast, 2.5 * ca_fast)
    return [(_rise(v, -3.94, 4.23), d_tau), *((shut, tau) for tau in taus)]


def _potassium(v: Floats, k_mmol_l: float) -> list[tuple[Floats, Floats]]:
    fast = 12.98 + 1.0 / (0.3652 * np.exp((v - 31.66) / 3.869) + 4.123e-5 * np.exp(-(v - 47.78) / 20.38))
    slow = 1.865 + 1.0 / (0.06629 * np.exp((v - 34.70) / 7.355) + 1.128e-5 * np.exp(-(v - 29.74) / 25.94))
    xs1 = 817.3 + 1.0 / (2.326e-4 * np.exp((v + 48.28) / 17.8) + 0.001292 * np.exp(-(v + 210.0) / 230.0))
    xs2 = 1.0 / (0.01 * np.exp((v - 50.0) / 20.0) + 0.0193 * np.exp(-(v + 66.54) / 31.0))
    xk1 = 122.2 / (np.exp(-(v + 127.2) / 20.36) + np.exp((v + 236.8) / 69.33))
    rapid, slow_open = _rise(v, -8.337, 6.789), _rise(v, -11.60, 8.932)
    inward = _rise(v, -(2.5538 * k_mmol_l + 144.59), 1.5692 * k_mmol_l + 3.8115)
    return [(rapid, fast), (rapid, slow), (slow_open, xs1), (slow_open, xs2), (inward, xk1)]


def _factors(v: Floats, k_mmol_l: float) -> list[Floats]:
    x = v / RTF_MV
    drive = FARADAY_C_PER_MMOL * 1000.0 * x  # V F^2/RT in C/mol
    twice, once = np.expm1(2.0 * x), np.expm1(x)
    return [
        _rise(v, 213.6, -151.2),
        0.3 + 0.6 * _rise(v, 10.0, -10.0),
        _rise(v, -54.81, -38.21),
        _rise(v, -55.0, -75.0) * _rise(v, 10.0, -30.0),
        _rise(v, 14.48, 18.34),
        _rise(v, -105.8 + 2.6 * k_mmol_l, -9.493),
        4.0 * drive * np.exp(2.0 * x) / twice,
        4.0 * drive / twice,
        drive * np.exp(x) / once,
        drive / once,
        np.exp(0.1670 * x),
        np.exp(0.5224 * x),
        9.073 * np.exp(-0.1550 * x / 3.0),
        27.78 * np.exp(1.1550 * x / 3.0),
    ]
