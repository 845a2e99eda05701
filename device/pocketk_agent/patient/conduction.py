"""How much potassium slows conduction."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Conduction velocity at 4 mmol/L over that at K, of a one-dimensional ten Tusscher and Panfilov 2006 cable (Am J
# Physiol 291:H1088), smoothed by eye: 3 to 5 mmol/L are flat within the cable's sampling step.
_POTASSIUM_MMOL_L = np.array([2.5, 3.0, 4.0, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0])
_SLOWING = np.array([1.03, 1.02, 1.00, 1.00, 1.02, 1.06, 1.12, 1.22, 1.38, 1.60, 1.90, 2.40, 3.30, 5.00])


def relative_conduction(k_mmol_l: ArrayLike) -> NDArray[np.float64]:
    """Time that conduction takes at a potassium, relative to 4 mmol/L.

    Args:
        k_mmol_l: potassium that the tissue feels, any shape; outside 2.5 to 10 mmol/L the ends of the table hold.

    Returns:
        Slowing factor, 1 at 4 mmol/L, same shape; straight lines between the points of the table.
    """
    return np.interp(np.asarray(k_mmol_l, np.float64), _POTASSIUM_MMOL_L, _SLOWING)
