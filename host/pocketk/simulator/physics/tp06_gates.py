"""Everything of the ten Tusscher-Panfilov cell that depends on the membrane potential alone, as a table.

Equations: ten Tusscher and Panfilov, Am J Physiol Heart Circ Physiol 291:H1088, 2006, and ten Tusscher et al.,
286:H1573, 2004. The table is read by linear interpolation; with 0.1 mV between rows the action potential
durations differ from direct evaluation by less than 0.1 ms.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RTF_MV = 8.314 * 310.0 / 96.485
FARADAY_C_PER_MMOL = 96.485
FIRST_MV = -140.03  # off the round numbers, where two of the formulas divide zero by zero
ROWS = 3401  # to +200 mV: the stimulated cells overshoot
ROWS_PER_MV = 10.0
GATES = 12  # m h j xr1 xr2 xs r s_other s_endo d f f2
COLUMNS = 2 * GATES + 6
IK1_FIRST_MV = -80.03
IK1_ROWS = 4001


def gate_table(dt_ms: float) -> Floats:
    """The table for one time step; shape (ROWS, COLUMNS).

    Column 2g is gate g's steady state, 2g+1 its decay over one step (Rush and Larsen 1978). The last six are
    the two factors of ICaL, the voltage factor of the pump, the two of the exchanger, and that of IpK.
    """
    if not 0.0 < dt_ms <= 0.05:
        raise ValueError(f"The time step is {dt_ms} ms; expected more than 0 and at most 0.05 ms.")
    v = FIRST_MV + np.arange(ROWS) / ROWS_PER_MV
    table = np.empty((ROWS, COLUMNS))
    for gate, (steady, tau_ms) in enumerate((*sodium_gates(v), *_potassium(v), *_calcium(v))):
        table[:, 2 * gate] = steady
        table[:, 2 * gate + 1] = np.exp(-dt_ms / tau_ms)
    table[:, 2 * GATES :] = np.stack(_factors(v), axis=1)
    return table


def ik1_table() -> Floats:
    """The inward rectifier's open share against V - EK from `IK1_FIRST_MV` in steps of 0.1 mV."""
    x = IK1_FIRST_MV + np.arange(IK1_ROWS) / ROWS_PER_MV
    closing = 0.1 / (1.0 + np.exp(0.06 * (x - 200.0)))
    opening = (3.0 * np.exp(0.0002 * (x + 100.0)) + np.exp(0.1 * (x - 10.0))) / (1.0 + np.exp(-0.5 * x))
    return closing / (closing + opening)


def _rise(v: Floats, half_mv: float, slope_mv: float) -> Floats:
    return 1.0 / (1.0 + np.exp((half_mv - v) / slope_mv))


def sodium_gates(v: Floats) -> list[tuple[Floats, Floats]]:
    """Steady state and time constant (ms) of m, h and j."""
    low = v < -40.0
    inactivation = _rise(v, -71.55, -7.43) ** 2
    m_tau = _rise(v, -60.0, 5.0) * (0.1 * _rise(v, -35.0, -5.0) + 0.1 * _rise(v, 50.0, -200.0))
    h_rate = np.where(
        low,
        0.057 * np.exp(-(v + 80.0) / 6.8) + 2.7 * np.exp(0.079 * v) + 3.1e5 * np.exp(0.3485 * v),
        0.77 / 0.13 * _rise(v, -10.66, 11.1),
    )
    j_opening = (-2.5428e4 * np.exp(0.2444 * v) - 6.948e-6 * np.exp(-0.04391 * v)) * (v + 37.78)
    j_opening = j_opening / (1.0 + np.exp(0.311 * (v + 79.23)))
    j_closing = 0.02424 * np.exp(-0.01052 * v) / (1.0 + np.exp(-0.1378 * (v + 40.14)))
    j_rate = np.where(low, j_opening + j_closing, 0.6 * np.exp(0.057 * v) * _rise(v, -32.0, 10.0))
    return [(_rise(v, -56.86, 9.03) ** 2, m_tau), (inactivation, 1.0 / h_rate), (inactivation, 1.0 / j_rate)]


def _potassium(v: Floats) -> list[tuple[Floats, Floats]]:
    xr1_tau = 450.0 * _rise(v, -45.0, 10.0) * 6.0 * _rise(v, -30.0, -11.5)
    xr2_tau = 3.0 * _rise(v, -60.0, 20.0) * 1.12 * _rise(v, 60.0, -20.0)
    xs_tau = 1400.0 * np.sqrt(_rise(v, 5.0, 6.0)) * _rise(v, 35.0, -15.0) + 80.0
    s_tau = 85.0 * np.exp(-((v + 45.0) ** 2) / 320.0) + 5.0 * _rise(v, 20.0, -5.0) + 3.0
    return [
        (_rise(v, -26.0, 7.0), xr1_tau),
        (_rise(v, -88.0, -24.0), xr2_tau),
        (_rise(v, -5.0, 14.0), xs_tau),
        (_rise(v, 20.0, 6.0), 9.5 * np.exp(-((v + 40.0) ** 2) / 1800.0) + 0.8),
        (_rise(v, -20.0, -5.0), s_tau),
        (_rise(v, -28.0, -5.0), 1000.0 * np.exp(-((v + 67.0) ** 2) / 1000.0) + 8.0),
    ]


def _calcium(v: Floats) -> list[tuple[Floats, Floats]]:
    d_tau = (1.4 * _rise(v, -35.0, 13.0) + 0.25) * 1.4 * _rise(v, -5.0, -5.0) + _rise(v, 50.0, 20.0)
    f_tau = 1102.5 * np.exp(-((v + 27.0) ** 2) / 225.0) + 200.0 * _rise(v, 13.0, 10.0) + 180.0 * _rise(v, -30.0, -10.0)
    f2_tau = 562.0 * np.exp(-((v + 27.0) ** 2) / 240.0) + 31.0 * _rise(v, 25.0, 10.0) + 80.0 * _rise(v, -30.0, -10.0)
    return [
        (_rise(v, -8.0, 7.5), d_tau),
        (_rise(v, -20.0, -7.0), f_tau + 20.0),
        (0.67 * _rise(v, -35.0, -7.0) + 0.33, f2_tau),
    ]


def _factors(v: Floats) -> list[Floats]:
    reduced = v / RTF_MV
    shifted = 2.0 * (v - 15.0) / RTF_MV
    drive = 2.0 * FARADAY_C_PER_MMOL * shifted / np.expm1(shifted)
    backward = np.exp(-0.65 * reduced)
    saturation = 1.0 + 0.1 * backward
    return [
        0.25 * drive * np.exp(shifted),
        drive,
        1.0 / (1.0 + 0.1245 * np.exp(-0.1 * reduced) + 0.0353 * np.exp(-reduced)),
        np.exp(0.35 * reduced) / saturation,
        2.5 * backward / saturation,
        _rise(v, 25.0, 5.98),
    ]
