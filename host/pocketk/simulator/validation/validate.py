"""Running every part of the simulator's validation."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pocketk.requirements.run_identity import installed_versions
from pocketk.simulator.validation.audit_sections import parameter_section, rendered_section
from pocketk.simulator.validation.figure_sections import atlas_section, morph_section
from pocketk.simulator.validation.population_sections import data_set_section, preset_section, table_section
from pocketk.simulator.validation.public_beats import public_section
from pocketk.simulator.validation.report import Section, ValidationReport
from pocketk_agent.patient.preset import preset_named

_PACKAGES = ("pocketk", "numpy", "scipy", "scikit-learn", "polars", "matplotlib")
TABLE_PATIENTS, DATA_SET_VISITS, PRESET_VISITS = 8_000, 60_000, 60_000
AUDIT_TRAIN, AUDIT_TEST, RENDERED_TRAIN, RENDERED_TEST = 30_000, 20_000, 6_000, 3_000


@dataclass(frozen=True)
class ValidationPlan:
    """What to validate.

    Attributes:
        preset: difficulty; the bands of the table and of the data set are those of "default".
        seed: of every draw.
        scale: times the usual numbers of patients; below 1 bands may be missed by chance.
        data: folder of public recordings; None leaves the comparison out.
    """

    preset: str = "default"
    seed: int = 0
    scale: float = 1.0
    data: Path | None = None

    def times(self, n: int) -> int:
        """`n` patients at this scale, 200 or more."""
        return max(200, round(n * self.scale))


def validate(plan: ValidationPlan, announce: Callable[[str], object] = lambda _: None) -> ValidationReport:
    """Measure everything; minutes at the usual scale.

    Args:
        plan: what.
        announce: called with the name of each part before it begins.

    Raises:
        ValueError: there is no such preset.
    """
    preset, begun = preset_named(plan.preset), time.monotonic()

    def rng(part: int) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(part,)))

    parts: dict[str, Callable[[], Section]] = {
        "beats at one potassium": lambda: table_section(plan.times(TABLE_PATIENTS), rng(1), preset),
        "data set": lambda: data_set_section(plan.times(DATA_SET_VISITS), rng(2), preset),
        "presets": lambda: preset_section(plan.times(PRESET_VISITS), rng(3)),
        "shortcuts, parameters": lambda: parameter_section(
            plan.times(AUDIT_TRAIN), plan.times(AUDIT_TEST), plan.seed, preset
        ),
        "shortcuts, strips": lambda: rendered_section(
            plan.times(RENDERED_TRAIN), plan.times(RENDERED_TEST), plan.seed, preset
        ),
        "physics atlas": atlas_section,
        "potassium laid over a recording": lambda: morph_section(plan.seed),
        "public beats": lambda: public_section(plan.data),
    }
    sections = []
    for title, part in parts.items():
        announce(title)
        sections.append(part())
    versions = dict(installed_versions(_PACKAGES))
    return ValidationReport(plan.preset, plan.seed, versions, tuple(sections), time.monotonic() - begun)
