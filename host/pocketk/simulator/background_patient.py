"""Drawn patients made to agree with the recordings that potassium is laid over."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pocketk.simulator.template import Template
from pocketk_agent.patient.patients import Patients


def fitted_to(patients: Patients, templates: Sequence[Template]) -> Patients:
    """Give each patient the T polarity and the heart rate of a recording.

    How strongly T answers depends on whether it is inverted, and that is the recording's to say, not the draw's.

    Args:
        patients: N patients.
        templates: N recordings, in the same order.

    Returns:
        Patients whose `change_between` fits the recordings; what they do not show (onset, sensitivity) is as drawn.

    Raises:
        ValueError: another number of templates.
    """
    if len(templates) != len(patients):
        raise ValueError(f"{len(patients)} patients and {len(templates)} recordings; give one recording of each.")
    sign = np.array([-1.0 if template.t_inverted else 1.0 for template in templates])
    rate = np.array([template.heart_rate_bpm for template in templates])
    return replace(patients, t_amplitude_uv=np.abs(patients.t_amplitude_uv) * sign, heart_rate_bpm=rate)
