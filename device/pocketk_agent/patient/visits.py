"""How one person's beat differs from visit to visit at the same potassium."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.patient.patients import Patients

Floats = NDArray[np.float64]

# Standard deviations within a patient (engineering choices); with those between patients they make up the spread of
# a population: T .42 and .15, W .16 and .05, asymmetry .13 and .07, PR 20 and 6, QRS 9 and 3, heart rate 13 and 9.
_SDS = {
    "log_t": 0.15,
    "log_t_width": 0.05,
    "t_asymmetry": 0.07,
    "qrs_ms": 3.0,
    "pr_ms": 6.0,
    "log_p": 0.12,
    "p_duration_ms": 4.0,
    "heart_rate_bpm": 9.0,
    "qtc_ms": 10.0,
    "st_level_uv": 12.0,
    "log_qrs_amplitude": 0.10,
    "log_u": 0.30,
}


@dataclass(frozen=True)
class Visits:
    """Deviations of N visits from their patients, arrays of shape (N,); `log_` ones are of the logarithm."""

    log_t: Floats
    log_t_width: Floats
    t_asymmetry: Floats
    qrs_ms: Floats
    pr_ms: Floats
    log_p: Floats
    p_duration_ms: Floats
    heart_rate_bpm: Floats
    qtc_ms: Floats
    st_level_uv: Floats
    log_qrs_amplitude: Floats
    log_u: Floats

    def __len__(self) -> int:
        return int(self.log_t.shape[0])

    def take(self, indices: NDArray[np.integer] | NDArray[np.bool_]) -> "Visits":
        """The visits at `indices` (or where a mask of shape (N,) holds), in that order."""
        return Visits(**{field.name: getattr(self, field.name)[indices] for field in fields(self)})


def draw_visits(patients: Patients, rng: np.random.Generator) -> Visits:
    """Draw one visit of each patient; take patients repeatedly for several."""
    return Visits(**{field.name: rng.normal(0.0, _SDS[field.name], len(patients)) for field in fields(Visits)})


def usual_visits(patients: Patients) -> Visits:
    """Visits without any deviation."""
    return Visits(**{field.name: np.zeros(len(patients)) for field in fields(Visits)})
