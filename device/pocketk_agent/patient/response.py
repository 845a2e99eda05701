"""What potassium does to a beat: the response laws, from a patient, a visit and an apparent potassium to Lead I.

Sizes come from people and conduction from a cable model: the cable alone gives neither the rise of T's amplitude nor
all of its narrowing. Falling potassium follows Krogager 2019 (J Electrocardiol, 163,547 patients): per mmol/L below
4.1, QTc +12.8 ms, P duration +2.7 ms, PR +4.6 ms, P amplitude +3.5 uV, T lower. The forms of the curves, and every
number without a source, are engineering choices made to meet published rates of visible signs.
"""

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.conduction import relative_conduction
from pocketk_agent.patient.patients import Patients
from pocketk_agent.patient.visits import Visits

Floats = NDArray[np.float64]

_SOFTNESS_MMOL_L = 0.3
_QUIET_MMOL_L = 4.2
_LOW_FROM_MMOL_L, _LOW_RANGE_MMOL_L = 4.1, 1.8
# Krogager's slopes are totals: the cable's slowing at low potassium already gives 1.4 ms of PR and 1 ms of P duration.
_PR_LOW_MS, _P_DURATION_LOW_MS, _P_LOW_UV, _QTC_LOW_MS = 3.2, 1.7, 3.5, 12.8
_U_FROM_MMOL_L, _U_RATE_BPM = 3.5, 45.0
_SINE_FROM_MMOL_L, _SINE_MIDDLE_MMOL_L, _SINE_SOFTNESS_MMOL_L = 8.6, 8.8, 0.25
LOWEST_RATE_BPM = 34.0
# What a beat without P carries where P's times would stand: they are not drawn and must not tell anything.
_NO_P_DURATION_MS, _NO_P_PR_MS = 100.0, 160.0


def response_strength(patients: Patients, k_eff_mmol_l: Floats) -> Floats:
    """How strongly each patient's T answers to high potassium: 0 up to 4.2 mmol/L, then rising to a slope of 1.

    Args:
        patients: N patients.
        k_eff_mmol_l: (N,) apparent potassium.

    Returns:
        (N,) g, in mmol/L past the onset; never below `Patients.least_response`, which is 0 in everyone drawn.

    Raises:
        ValueError: potassium of another shape, or not a positive number.
    """
    k = _checked(patients, k_eff_mmol_l)
    past = _softplus(k - patients.onset_mmol_l) - _softplus(_QUIET_MMOL_L - patients.onset_mmol_l)
    return np.maximum(patients.least_response, patients.sensitivity * past)


def respond(patients: Patients, visits: Visits, k_eff_mmol_l: Floats) -> BeatShapes:
    """The beat of each visit at an apparent potassium.

    Args:
        patients: N patients.
        visits: their N visits.
        k_eff_mmol_l: (N,) the potassium that the heart seems to feel, mmol/L.

    Returns:
        N beats. QT is the one drawn: Fridericia's corrected QT brought to the visit's rate and shortened as T is.

    Raises:
        ValueError: lengths differ, or a potassium is not a positive number.
    """
    if len(visits) != len(patients):
        raise ValueError(f"{len(patients)} patients and {len(visits)} visits; give one visit of each patient.")
    k = _checked(patients, k_eff_mmol_l)
    g = response_strength(patients, k)
    low = np.clip(_LOW_FROM_MMOL_L - k, 0.0, _LOW_RANGE_MMOL_L)
    rate = np.maximum(
        LOWEST_RATE_BPM, patients.heart_rate_bpm + visits.heart_rate_bpm - patients.heart_rate_gain_bpm * g
    )
    return BeatShapes(
        heart_rate_bpm=rate,
        **_atrial(patients, visits, k, g, low),
        **_ventricular(patients, visits, k),
        **_repolarised(patients, visits, k, g, low),
        st_level_uv=patients.st_level_uv + visits.st_level_uv - patients.st_gain_uv * g,
        qt_ms=_qt_ms(patients.qtc_ms + visits.qtc_ms + _QTC_LOW_MS * low - 3.0 * g, rate) * (1.0 - 0.021 * g),
        u_amplitude_uv=_u_uv(patients, visits, k, rate),
        fibrillates=patients.fibrillates,
        mimic=patients.mimic,
    )


def _checked(patients: Patients, k_eff_mmol_l: Floats) -> Floats:
    k = np.asarray(k_eff_mmol_l, np.float64)
    if k.shape != (len(patients),):
        raise ValueError(f"Potassium has the shape {k.shape}; {len(patients)} patients need ({len(patients)},).")
    if not np.all(np.isfinite(k) & (k > 0)):
        raise ValueError("Potassium must be a positive number of mmol/L for every patient; some are not.")
    return k


def _softplus(x: Floats) -> Floats:
    return _SOFTNESS_MMOL_L * np.logaddexp(0.0, x / _SOFTNESS_MMOL_L)


def _felt(k: Floats, share: Floats) -> Floats:
    return 4.0 + (k - 4.0) * share


def _qt_ms(qtc_ms: Floats, rate_bpm: Floats) -> Floats:
    return qtc_ms * np.cbrt(60.0 / rate_bpm)


def _atrial(patients: Patients, visits: Visits, k: Floats, g: Floats, low: Floats) -> dict[str, Floats]:
    slowed = relative_conduction(_felt(k, patients.atrial_slowing))
    felt = _felt(k, patients.p_slowing)
    lost = 0.92 / (1.0 + np.exp(-(felt - 7.6) / 0.35))
    amplitude = patients.p_amplitude_uv * np.exp(visits.log_p) * (1.0 - lost) + _P_LOW_UV * low
    duration = (patients.p_duration_ms + visits.p_duration_ms) * np.sqrt(slowed) * np.exp(0.06 * g)
    pr = (patients.pr_ms + visits.pr_ms) * (1.0 + 0.5 * (slowed - 1.0)) + _PR_LOW_MS * low
    return {
        "p_amplitude_uv": np.where(patients.fibrillates, 0.0, amplitude),
        "p_duration_ms": np.where(patients.fibrillates, _NO_P_DURATION_MS, duration + _P_DURATION_LOW_MS * low),
        "pr_ms": np.where(patients.fibrillates, _NO_P_PR_MS, pr),
    }


def _ventricular(patients: Patients, visits: Visits, k: Floats) -> dict[str, Floats]:
    felt = _felt(k, patients.ventricular_slowing)
    slowed = relative_conduction(felt)
    size = np.exp(visits.log_qrs_amplitude) / np.sqrt(slowed)
    return {
        "qrs_ms": (patients.qrs_ms + visits.qrs_ms) * slowed,
        "q_amplitude_uv": patients.q_amplitude_uv * size,
        "r_amplitude_uv": patients.r_amplitude_uv * size,
        "s_amplitude_uv": patients.s_amplitude_uv * size,
        "sine_weight": _sine_weight(felt),
    }


def _sine_weight(felt: Floats) -> Floats:
    """Logistic round 8.8 mmol/L, taken down so that it sets in at 8.6 without a step."""
    at, first = (
        1.0 / (1.0 + np.exp(-(x - _SINE_MIDDLE_MMOL_L) / _SINE_SOFTNESS_MMOL_L)) for x in (felt, _SINE_FROM_MMOL_L)
    )
    return np.maximum(0.0, (at - first) / (1.0 - first))


def _repolarised(patients: Patients, visits: Visits, k: Floats, g: Floats, low: Floats) -> dict[str, Floats]:
    log_gain = np.minimum(patients.t_gain * g, 1.3) - 0.15 * low + 0.04 * np.clip(k - _LOW_FROM_MMOL_L, 0.0, 1.4)
    # An inverted T has its own cause and follows potassium less.
    log_gain = np.where(patients.t_amplitude_uv < 0.0, 0.3 * log_gain, log_gain)
    log_width = visits.log_t_width - np.minimum(patients.width_gain * g, 0.85) + 0.06 * low
    asymmetry = patients.t_asymmetry + visits.t_asymmetry - patients.asymmetry_gain * g
    return {
        "t_amplitude_uv": patients.t_amplitude_uv * np.exp(visits.log_t + log_gain),
        "t_width_ms": patients.t_width_ms * np.exp(log_width),
        "t_asymmetry": np.clip(asymmetry, 1.02, 2.2),
    }


def _u_uv(patients: Patients, visits: Visits, k: Floats, rate: Floats) -> Floats:
    """Most hearts have a small U, smaller at higher rates; low potassium raises it without a threshold."""
    slower = np.exp(-np.maximum(rate - 75.0, -30.0) / _U_RATE_BPM)
    raised = patients.u_gain_uv * _softplus(_U_FROM_MMOL_L - k)
    return patients.u_amplitude_uv * np.exp(visits.log_u) * slower + raised
