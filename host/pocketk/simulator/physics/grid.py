"""Which points an atlas holds."""

from dataclasses import replace
from itertools import product

from pocketk.simulator.physics.tissue import Tissue

POTASSIUM_MMOL_L = (2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0)
VARIED: dict[str, tuple[float, ...]] = {
    "cycle_length_ms": (600.0, 800.0, 1000.0),
    "ca_mmol_l": (1.6, 2.0, 2.4),
    "gks_endo": (0.12, 0.16, 0.22),
    "m_share": (0.15, 0.25, 0.35),
    "diffusion_cm2_per_ms": (0.0007, 0.001, 0.0013),
}


def one_at_a_time(potassium: tuple[float, ...] = POTASSIUM_MMOL_L) -> list[Tissue]:
    """The baseline and every single change of it, each over all potassiums; 16 x 11 points."""
    base = Tissue()
    changes = [{}, *({name: value} for name, values in VARIED.items() for value in values)]
    variants = list(dict.fromkeys(replace(base, **change) for change in changes))
    return [replace(variant, k_mmol_l=k) for variant in variants for k in potassium]


def full_factorial(potassium: tuple[float, ...] = POTASSIUM_MMOL_L) -> list[Tissue]:
    """Every combination; 16 x 243 points, about two hours on one core."""
    variants = [Tissue(**dict(zip(VARIED, values, strict=True))) for values in product(*VARIED.values())]
    return [replace(variant, k_mmol_l=k) for variant in variants for k in potassium]
