"""The parts of a validation that are pictures: the physics atlas and a morphed recording."""

import numpy as np

from pocketk.simulator.background_patient import fitted_to
from pocketk.simulator.morph_figure import morph_figure_png
from pocketk.simulator.physics.atlas import AtlasError
from pocketk.simulator.physics.atlas_figure import draw_atlas
from pocketk.simulator.physics.atlas_file import load_atlas
from pocketk.simulator.profile_strip import ProfileStrip
from pocketk.simulator.template import Template
from pocketk.simulator.validation.report import Figure, Section
from pocketk_agent.patient.adc import ADS1292R
from pocketk_agent.patient.patients import draw_patients
from pocketk_agent.patient.preset import DEFAULT

_FROM_MMOL_L, _NOISE_MV = 4.1, 0.01


def atlas_section() -> Section:
    """The shipped atlas of the cable model."""
    title, words = "Physics atlas", "Beats of a transmural cable over potassium; where conduction comes from."
    try:
        png = draw_atlas(load_atlas())
    except AtlasError as error:
        return Section(title, words, not_run=str(error))
    caption = "Cable model: beats, action potentials, conduction, and T beside what patients show."
    return Section(title, words, figures=(Figure(png, caption, caption),))


def morph_section(seed: int) -> Section:
    """One recording under several potassiums; the recording is a simulated one, so that the page holds no person's."""
    words = "Only the difference of the median beat is added; noise, rhythm and ectopic beats stay as recorded."
    caption = f"The median beat of a strip at {_FROM_MMOL_L} mmol/L, under potassiums from low to high."
    return Section("Potassium laid over a recording", words, figures=(Figure(_morph_png(seed), caption, caption),))


def _morph_png(seed: int) -> bytes:
    strip = ProfileStrip(_FROM_MMOL_L, noise=False, front_end=ADS1292R, seed=seed).simulated()
    rng = np.random.default_rng(seed)
    # A little noise, as any recording has: the median beat of identical beats would not be put to the test.
    ecg_mv = strip.ecg_mv + rng.normal(0.0, _NOISE_MV, strip.counts.size)
    template = Template.of_strip(ecg_mv, strip.front_end.fs_hz)
    return morph_figure_png(template, fitted_to(draw_patients(1, DEFAULT, rng), [template]), _FROM_MMOL_L)
