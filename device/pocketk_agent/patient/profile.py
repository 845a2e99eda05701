"""Three fixed patients for the bench, the same beat every time: typical, sensitive and resistant."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.patients import Patients
from pocketk_agent.patient.response import LOWEST_RATE_BPM, respond
from pocketk_agent.patient.visits import usual_visits

LOWEST_MMOL_L, HIGHEST_MMOL_L = 2.0, 12.0
_SLOWER_FROM_MMOL_L, _SLOWER_BPM = 7.0, 4.0


@dataclass(frozen=True)
class Profile:
    """The numbers by which the fixed patients differ; see `Patients` for their meaning. Engineering choices."""

    onset_mmol_l: float = 4.8
    sensitivity: float = 1.0
    t_gain: float = 0.30
    width_gain: float = 0.32
    ventricular_slowing: float = 0.85
    atrial_slowing: float = 0.935
    p_slowing: float = 1.0


_TYPICAL = Profile()
PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "typical": _TYPICAL,
        "sensitive": replace(
            _TYPICAL,
            onset_mmol_l=4.4,
            t_gain=0.50,
            width_gain=0.40,
            ventricular_slowing=1.05,
            atrial_slowing=1.155,
            p_slowing=1.15,
        ),
        "resistant": replace(
            _TYPICAL,
            sensitivity=0.25,
            ventricular_slowing=0.25 * 0.85,
            atrial_slowing=0.25 * 0.935,
            p_slowing=0.25,
        ),
    }
)


def profile_shape(name: str, k_mmol_l: float) -> BeatShape:
    """The beat of a fixed patient at a potassium.

    T is 200 uV and 98 ms wide, QRS 92 ms, PR 160 ms and the rate 75 per minute at a normal potassium; above 7 mmol/L
    the rate falls by a further 4 per minute and mmol/L.

    Args:
        name: one of `PROFILES`.
        k_mmol_l: potassium, 2 to 12 mmol/L.

    Raises:
        ValueError: no such profile, or a potassium outside the range.
    """
    if name not in PROFILES:
        raise ValueError(f"There is no profile {name!r}; give one of {', '.join(PROFILES)}.")
    if not LOWEST_MMOL_L <= k_mmol_l <= HIGHEST_MMOL_L:
        raise ValueError(f"Potassium is {k_mmol_l} mmol/L; give {LOWEST_MMOL_L:g} to {HIGHEST_MMOL_L:g}.")
    patients = _patient(PROFILES[name])
    shape = respond(patients, usual_visits(patients), np.array([k_mmol_l])).one(0)
    rate = max(LOWEST_RATE_BPM, shape.heart_rate_bpm - _SLOWER_BPM * max(0.0, k_mmol_l - _SLOWER_FROM_MMOL_L))
    slower = float(np.cbrt(shape.heart_rate_bpm / rate))
    return replace(shape, heart_rate_bpm=rate, qt_ms=shape.qt_ms * slower)


def _patient(profile: Profile) -> Patients:
    numbers = {**_BODY, **vars(profile)}
    return Patients(**{name: np.array([value]) for name, value in numbers.items()})


_BODY = {
    "age_years": 60.0,
    "female": False,
    "ckd": False,
    "hf": False,
    # Their response runs on smoothly below 4.2 mmol/L, as in the table that the bench is checked against.
    "least_response": -1.0,
    "asymmetry_gain": 0.25,
    "st_gain_uv": 14.0,
    "heart_rate_gain_bpm": 1.0,
    "u_gain_uv": 28.0,
    "t_amplitude_uv": 200.0,
    "t_width_ms": 98.0,
    "t_asymmetry": 1.55,
    "qrs_ms": 92.0,
    "pr_ms": 160.0,
    "p_amplitude_uv": 65.0,
    "p_duration_ms": 106.0,
    "heart_rate_bpm": 75.0,
    "qtc_ms": 422.0,
    "st_level_uv": 0.0,
    "q_amplitude_uv": -40.0,
    "r_amplitude_uv": 900.0,
    "s_amplitude_uv": -110.0,
    "u_amplitude_uv": 13.0,
    "fibrillates": False,
    "mimic": 0,
}
