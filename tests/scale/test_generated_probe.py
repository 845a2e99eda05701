"""The morph's machinery on 1,500 and more generated recordings: a probe that reads it within 0.03 of chance."""

import numpy as np
import pytest

from measurement_plugin import Measure
from pocketk.simulator.background_patient import fitted_to
from pocketk.simulator.morph_rejection import MorphRejectedError
from pocketk.simulator.template import Template
from pocketk.simulator.validation.morph_probe import Treatment, probe, treated
from pocketk.simulator.validation.probe_features import probe_features
from pocketk_agent.patient.mimic import Mimic
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import DEFAULT
from pocketk_agent.patient.response import respond
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.patient.visits import usual_visits

WANTED, DRAWN = 1500, 2400
NOT_MORPHED = (Mimic.LBBB, Mimic.RBBB, Mimic.PACED)
Probed = tuple[dict[Treatment, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def probed() -> Probed:
    """Features of each strip raw, after an identity morph and after a sham; and of the raw one."""
    rng = np.random.default_rng(77)
    people = draw_patients(DRAWN, DEFAULT, rng)
    k_mmol_l = rng.normal(4.15, 0.35, DRAWN)
    shapes = respond(people, usual_visits(people), k_mmol_l)
    raw: list[np.ndarray] = []
    after: dict[Treatment, list[np.ndarray]] = {Treatment.IDENTITY: [], Treatment.SHAM: []}
    for at in range(DRAWN):
        if len(raw) == WANTED or people.mimic[at] in NOT_MORPHED:
            continue
        strip = simulate_strip(shapes.one(at), StripRequest(), rng).ecg_mv.astype(np.float64)
        try:
            template = Template.of_strip(strip, 500.0)
        except MorphRejectedError:
            continue
        patient = fitted_to(people.take(np.array([at])), [template])
        for treatment, features in after.items():
            changed = treated(strip, template, patient, treatment, float(k_mmol_l[at]), rng)
            features.append(probe_features(changed, 500.0))
        raw.append(probe_features(strip, 500.0))
    return {treatment: np.array(features) for treatment, features in after.items()}, np.array(raw)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("treatment", [Treatment.IDENTITY, Treatment.SHAM])
def test_no_learner_tells_generated_recordings_that_were_morphed(
    treatment: Treatment, probed: Probed, measure: Measure
):
    after, raw = probed
    assert len(raw) == WANTED
    for result in probe(raw, after[treatment], np.arange(WANTED), resamples=1000):
        measure("MORPH-PROBE-GENERATED", result.auroc, n=result.n_strips, detail=f"{treatment}, {result.learner}")
