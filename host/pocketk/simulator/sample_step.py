"""Whether a recording stands on the levels of a converter, and how far apart they are."""

import numpy as np
from numpy.typing import NDArray

# A step finer than this cannot be told from rounding of the stored floats, a coarser one is no converter's.
_FINEST_MV, _COARSEST_MV = 1e-5, 0.1
_SLACK_STEPS = 1e-3
_MOST_PARTS = 8


def sample_step(ecg_mv: NDArray[np.float64]) -> float:
    """Distance of the levels that all samples lie on, millivolts; 0 where there are none.

    Args:
        ecg_mv: (T,) finite millivolts.
    """
    gaps = np.diff(np.sort(ecg_mv))
    gaps = gaps[gaps > _FINEST_MV / 2]
    if gaps.size == 0:
        return 0.0
    # Levels that were rounded once more (4.88 uV stored in whole uV) lie several of the finer steps apart.
    candidates = (_fitted(ecg_mv, float(gaps.min()) / parts) for parts in range(1, _MOST_PARTS + 1))
    return next((step for step in candidates if _FINEST_MV <= step <= _COARSEST_MV and _on_levels(ecg_mv, step)), 0.0)


def _fitted(ecg_mv: NDArray[np.float64], step_mv: float) -> float:
    """The step that fits the whole span: a single gap carries the rounding of the stored floats."""
    span = float(np.ptp(ecg_mv))
    return span / max(round(span / step_mv), 1)


def _on_levels(ecg_mv: NDArray[np.float64], step_mv: float) -> bool:
    in_steps = (ecg_mv - ecg_mv[0]) / step_mv
    return bool(np.abs(in_steps - np.round(in_steps)).max() < _SLACK_STEPS)
