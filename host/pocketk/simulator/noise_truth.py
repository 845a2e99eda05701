"""Noise levels of recordings as the columns of a table."""

from collections.abc import Sequence
from dataclasses import fields

from pocketk_agent.patient.noise_levels import NoiseLevels

# The breath is an object of its own and tells nothing that the baseline's level does not.
NOISE_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(NoiseLevels) if field.name != "respiration")


def noise_columns(levels: Sequence[NoiseLevels]) -> dict[str, list[object]]:
    """One list for each field of `NoiseLevels` but the breath; None where a component is absent."""
    return {name: [getattr(level, name) for level in levels] for name in NOISE_FIELDS}
