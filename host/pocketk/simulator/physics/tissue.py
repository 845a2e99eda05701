"""The strip of ventricular wall that is simulated: what its cells are, and what surrounds them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CELLS = 120
SPACING_CM = 0.01
EPI_SHARE = 0.35
GKS_EPI = 0.392
GKS_MID = 0.10
GTO_ENDO = 0.073
GTO_OTHER = 0.294
SMOOTHING_CELLS = 17
BASE_K_MMOL_L = 4.0

_RANGES = {
    "k_mmol_l": (1.0, 20.0),
    "cycle_length_ms": (350.0, 3000.0),
    "ca_mmol_l": (0.3, 6.0),
    "gks_endo": (0.01, 2.0),
    "m_share": (0.0, 0.6),
    "diffusion_cm2_per_ms": (1e-4, 2.5e-3),
}


@dataclass(frozen=True)
class Tissue:
    """One simulation point: a transmural strip and the blood around it.

    The epicardial share is 35 %; what the M cells leave of the rest is endocardium. The defaults are an
    engineering choice: with the published cell types alone (ten Tusscher and Panfilov 2006) the pseudo-ECG has
    an inverted T wave, so the endocardium is given less of the slow delayed rectifier.

    Attributes:
        k_mmol_l: extracellular potassium.
        cycle_length_ms: time between stimuli.
        ca_mmol_l: extracellular calcium.
        gks_endo: conductance of the slow delayed rectifier in the endocardium, nS/pF.
        m_share: share of the wall that is midmyocardial.
        diffusion_cm2_per_ms: coupling between cells; 0.0025 or less, or the explicit scheme is not stable.

    Raises:
        ValueError: If a number is not finite or out of the range the model was made for.
    """

    k_mmol_l: float = BASE_K_MMOL_L
    cycle_length_ms: float = 800.0
    ca_mmol_l: float = 2.0
    gks_endo: float = 0.16
    m_share: float = 0.25
    diffusion_cm2_per_ms: float = 0.001

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:  # also false for NaN
                raise ValueError(f"{name} is {value}; expected a number from {low:g} to {high:g}.")

    def cell_types(self) -> NDArray[np.int64]:
        """0 endocardial, 1 midmyocardial, 2 epicardial; shape (CELLS,), endocardium first."""
        epi = round(CELLS * EPI_SHARE)
        mid = round(CELLS * self.m_share)
        return np.repeat(np.array([0, 1, 2], dtype=np.int64), [CELLS - epi - mid, mid, epi])

    def gks(self) -> Floats:
        """Slow delayed rectifier conductance of each cell, nS/pF, smoothed along the wall; shape (CELLS,)."""
        return smoothed(np.array([self.gks_endo, GKS_MID, GKS_EPI])[self.cell_types()])

    def gto(self) -> Floats:
        """Transient outward conductance of each cell, nS/pF; shape (CELLS,)."""
        return np.array([GTO_ENDO, GTO_OTHER, GTO_OTHER])[self.cell_types()]


def smoothed(profile: Floats) -> Floats:
    """A moving average over `SMOOTHING_CELLS`, the ends held; shape (CELLS,) in and out."""
    half = SMOOTHING_CELLS // 2
    return np.convolve(np.pad(profile, half, mode="edge"), np.full(SMOOTHING_CELLS, 1.0 / SMOOTHING_CELLS), "valid")
