"""The recordings that are scored: simulated strips of 30 s, several, so that no cache knows the one that comes next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.measurement.clip_search import find_clips
from pocketk_agent.measurement.strip import Strip
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.strip import StripRequest, simulate_strip
from pocketk_agent.signal.variant import find_variant

# The published chain's own rate, so that nobody resamples.
FS_HZ = 500.0
SECONDS = 30.0
VARIANT = "pocketk-handheld-v1"
SENTENCE = (
    "simulated strips of 30 s at 500 Hz, with the noise that the simulator draws, which the quality gate accepts "
    "whole (three clips)"
)
# mmol/L; successive strips take the next, so that beats differ in shape.
_POTASSIUM = (3.8, 4.2, 4.6, 5.0, 5.4, 5.8, 6.2, 6.6)
# Half of the strips that the simulator draws are accepted whole; one that never is would be a fault of the gate.
_MOST_TRIES = 200


def timed_strips(n: int) -> list[NDArray[np.float64]]:
    """Strips (15000,) float64 in millivolts that the gate accepts whole; the same `n` gives the same strips.

    Args:
        n: how many, at least 1.

    Raises:
        ValueError: `n` is below 1, or the gate accepts hardly any strip.
    """
    if n < 1:
        raise ValueError(f"{n} strips; give at least 1")
    wanted, strips = find_variant(VARIANT).n_clips, []
    for seed in range(_MOST_TRIES):
        shape = profile_shape("typical", _POTASSIUM[seed % len(_POTASSIUM)])
        drawn = simulate_strip(shape, StripRequest(SECONDS, FS_HZ, 50.0, None), np.random.default_rng(seed))
        ecg_mv = np.ascontiguousarray(drawn.ecg_mv, np.float64)
        if np.isfinite(ecg_mv).all() and len(find_clips(Strip(ecg_mv, FS_HZ), VARIANT).clips) == wanted:
            strips.append(ecg_mv)
        if len(strips) == n:
            return strips
    raise ValueError(f"The gate accepted {len(strips)} of {_MOST_TRIES} simulated strips whole, expected {n}.")
