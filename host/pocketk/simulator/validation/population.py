"""Populations to validate on: at one potassium, or with the natural mixture."""

from dataclasses import dataclass

import numpy as np

from pocketk.simulator.labels import Labels, draw_labels
from pocketk_agent.patient.beat_shape import BeatShapes
from pocketk_agent.patient.patients import Patients, draw_patients
from pocketk_agent.patient.potassium import draw_kidney_disease, draw_potassium
from pocketk_agent.patient.preset import DEFAULT, Preset
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.visits import Visits, draw_visits

# Rates of visible signs are published for dialysis and high-risk patients; as many here have kidney disease as in
# the component of high potassium.
CKD_SHARE_AT_ONE_POTASSIUM = 0.75


@dataclass(frozen=True)
class Population:
    """One visit of each of N patients.

    Attributes:
        patients: who they are.
        visits: how this visit deviates.
        labels: their potassium.
        shapes: their beats.
    """

    patients: Patients
    visits: Visits
    labels: Labels
    shapes: BeatShapes

    def __len__(self) -> int:
        return len(self.patients)


def population_at(k_mmol_l: float, n: int, rng: np.random.Generator, preset: Preset = DEFAULT) -> Population:
    """Patients who all have one true potassium; three quarters have kidney disease.

    Args:
        k_mmol_l: true potassium.
        n: patients.
        rng: source of the draws.
        preset: how readable potassium is.
    """
    ckd = rng.random(n) < CKD_SHARE_AT_ONE_POTASSIUM
    return _visited(draw_patients(n, preset, rng, ckd), np.full(n, k_mmol_l), rng)


def natural_population(
    n: int, rng: np.random.Generator, preset: Preset = DEFAULT, confounding: float = 1.0
) -> Population:
    """Patients with the natural mixture of potassium.

    Args:
        n: patients.
        rng: source of the draws.
        preset: how readable potassium is.
        confounding: strength of the link between potassium and kidney disease; see `draw_kidney_disease`.
    """
    draw = draw_potassium(n, rng)
    ckd = draw_kidney_disease(draw.component, rng, confounding)
    return _visited(draw_patients(n, preset, rng, ckd), draw.k_mmol_l, rng)


def _visited(patients: Patients, k_mmol_l: np.ndarray, rng: np.random.Generator) -> Population:
    labels = draw_labels(k_mmol_l, patients.ckd, rng)
    visits = draw_visits(patients, rng)
    return Population(patients, visits, labels, respond(patients, visits, labels.k_eff_mmol_l))
