"""A simulated strip of ventricular wall, and the atlas of its beats over potassium.

The atlas is read with numpy alone; only building one needs numba:

    atlas = load_atlas()
    conduction_slowing(atlas).slowing
"""

from pocketk.simulator.physics.atlas import Atlas, AtlasError, ConductionSlowing, conduction_slowing
from pocketk.simulator.physics.atlas_file import load_atlas, save_atlas, shipped_atlas
from pocketk.simulator.physics.tissue import Tissue

__all__ = [
    "Atlas",
    "AtlasError",
    "ConductionSlowing",
    "Tissue",
    "conduction_slowing",
    "load_atlas",
    "save_atlas",
    "shipped_atlas",
]
