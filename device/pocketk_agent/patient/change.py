"""What a beat undergoes when only potassium changes."""

from dataclasses import dataclass, replace

import numpy as np

from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.patients import Patients
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.visits import usual_visits


@dataclass(frozen=True)
class BeatChange:
    """Change of one patient's beat between two apparent potassiums at the same heart rate; the defaults change nothing.

    Attributes:
        t_gain: T amplitude there over here; above 0.
        t_width_ratio: T width there over here.
        t_asymmetry_shift: added to sigma of T's rise over sigma of its fall.
        qt_ratio: QT there over here.
        qrs_ratio: QRS duration there over here.
        qrs_gain: Q, R and S amplitudes there over here.
        p_gain: P amplitude there over here.
        p_duration_ratio: P duration there over here.
        pr_shift_ms: added to PR; the P wave comes that much earlier.
        st_shift_uv: added to the ST level.
        u_shift_uv: added to U.
    """

    t_gain: float = 1.0
    t_width_ratio: float = 1.0
    t_asymmetry_shift: float = 0.0
    qt_ratio: float = 1.0
    qrs_ratio: float = 1.0
    qrs_gain: float = 1.0
    p_gain: float = 1.0
    p_duration_ratio: float = 1.0
    pr_shift_ms: float = 0.0
    st_shift_uv: float = 0.0
    u_shift_uv: float = 0.0


def change_between(patients: Patients, index: int, k_from_mmol_l: float, k_to_mmol_l: float) -> BeatChange:
    """What a beat of one patient undergoes between two apparent potassiums.

    Args:
        patients: N patients.
        index: which of them; negative ones count from the end.
        k_from_mmol_l: apparent potassium of the beat that is there.
        k_to_mmol_l: apparent potassium wanted.

    Returns:
        The change; exactly `BeatChange()` where both are the same, and one that undoes the other in the reverse
        direction.

    Raises:
        ValueError: a potassium is not a positive number.
        IndexError: there is no such patient.
    """
    return changes_between(patients.take(np.array([index])), np.array([k_from_mmol_l]), np.array([k_to_mmol_l]))[0]


def changes_between(patients: Patients, k_from_mmol_l: np.ndarray, k_to_mmol_l: np.ndarray) -> list[BeatChange]:
    """`change_between` of every patient.

    Args:
        patients: N patients.
        k_from_mmol_l: (N,) apparent potassium of the beats that are there.
        k_to_mmol_l: (N,) apparent potassium wanted.

    Raises:
        ValueError: a shape is not (N,), or a potassium is not a positive number.
    """
    n = len(patients)
    # A recording keeps its rate and, where it has one, its P wave, whatever rhythm was drawn for the patient.
    steady = replace(patients, heart_rate_gain_bpm=np.zeros(n), fibrillates=np.zeros(n, np.bool_))
    here, there = (respond(steady, usual_visits(patients), k) for k in (k_from_mmol_l, k_to_mmol_l))
    ratios = {name: _ratio(there, here, field) for name, field in _RATIOS.items()}
    shifts = {name: getattr(there, field) - getattr(here, field) for name, field in _SHIFTS.items()}
    columns = {name: values.tolist() for name, values in (ratios | shifts).items()}
    return [BeatChange(**{name: values[i] for name, values in columns.items()}) for i in range(n)]


_RATIOS = {
    "t_gain": "t_amplitude_uv",
    "t_width_ratio": "t_width_ms",
    "qt_ratio": "qt_ms",
    "qrs_ratio": "qrs_ms",
    "qrs_gain": "r_amplitude_uv",
    "p_gain": "p_amplitude_uv",
    "p_duration_ratio": "p_duration_ms",
}
_SHIFTS = {
    "t_asymmetry_shift": "t_asymmetry",
    "pr_shift_ms": "pr_ms",
    "st_shift_uv": "st_level_uv",
    "u_shift_uv": "u_amplitude_uv",
}


def _ratio(there: BeatShapes, here: BeatShapes, field: str) -> np.ndarray:
    return getattr(there, field) / getattr(here, field)
