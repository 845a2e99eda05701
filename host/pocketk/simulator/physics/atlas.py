"""The atlas: what the simulated wall does at each potassium, ready to be looked up without a solver."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.beat_measures import MEASURES
from pocketk.simulator.physics.tissue import BASE_K_MMOL_L, Tissue

Floats = NDArray[np.float64]

FS_HZ = 500
PARAMETERS = tuple(field.name for field in fields(Tissue))


class AtlasError(ValueError):
    """An atlas that cannot be read, or does not hold what was asked for."""


@dataclass(frozen=True)
class Atlas:
    """N simulated beats.

    Attributes:
        parameters: (N, 6) float64, the fields of `Tissue` in their order (`PARAMETERS`).
        measures: (N, 9) float64, the fields of `BeatMeasures` in their order (`MEASURES`); NaN where not readable.
        beats: (N, T) float32, Lead I at `FS_HZ` from 20 ms before the stimulus, over the R wave of the baseline at
            4 mmol/L.
        potentials_mv: (N, T) float32, the membrane potential mid-wall over the same time.
        about: the sidecar: build command, versions, parameters, digest.
    """

    parameters: Floats
    measures: Floats
    beats: NDArray[np.float32]
    potentials_mv: NDArray[np.float32]
    about: dict[str, Any]

    def __len__(self) -> int:
        return int(self.parameters.shape[0])

    def tissue(self, index: int) -> Tissue:
        """The point at `index`."""
        return Tissue(*(float(value) for value in self.parameters[index]))

    def measure(self, name: str) -> Floats:
        """One column of `measures`; shape (N,).

        Raises:
            AtlasError: If there is no such measure.
        """
        if name not in MEASURES:
            raise AtlasError(f"The atlas has no measure {name!r}; it has {', '.join(MEASURES)}.")
        return self.measures[:, MEASURES.index(name)]

    def along_potassium(self, **fixed: float) -> NDArray[np.int64]:
        """Indices, by rising potassium, of the points that differ from the baseline only as `fixed` says.

        Raises:
            AtlasError: If the atlas holds no such points.
        """
        wanted = Tissue(**fixed)
        columns = [PARAMETERS.index(name) for name in PARAMETERS if name != "k_mmol_l"]
        values = np.array([getattr(wanted, PARAMETERS[column]) for column in columns])
        found = np.flatnonzero(np.all(np.isclose(self.parameters[:, columns], values, rtol=1e-9), axis=1))
        if found.size == 0:
            raise AtlasError(f"The atlas holds no points at {fixed or 'the baseline'}.")
        return found[np.argsort(self.parameters[found, 0], kind="stable")]


@dataclass(frozen=True)
class ConductionSlowing:
    """Conduction against potassium.

    Attributes:
        k_mmol_l: (M,) rising.
        slowing: (M,) velocity at 4 mmol/L over velocity at k; NaN where the wave does not pass.
    """

    k_mmol_l: Floats
    slowing: Floats


def conduction_slowing(atlas: Atlas, **fixed: float) -> ConductionSlowing:
    """The slowing factor over potassium at the baseline or at one change of it.

    Raises:
        AtlasError: If the atlas has no such points, or none at 4 mmol/L.
    """
    rows = atlas.along_potassium(**fixed)
    k = atlas.parameters[rows, 0]
    velocity = atlas.measure("conduction_m_per_s")[rows]
    base = np.flatnonzero(k == BASE_K_MMOL_L)
    if base.size != 1:
        raise AtlasError("The atlas has no single point at 4 mmol/L to compare conduction with.")
    return ConductionSlowing(k, velocity[base[0]] / velocity)
