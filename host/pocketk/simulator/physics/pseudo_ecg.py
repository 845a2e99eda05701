"""From the strip's potentials to a Lead I beat: many strips, activated one after the other, seen from one side.

The potential of one strip is Gima and Rudy's (Circ Res 90:889, 2002): each gradient weighted by the inverse
square of its distance from an electrode 2 cm beyond the epicardium. The projection to Lead I is an engineering
choice: strips are activated over 62 ms, the septal ones point away from the lead, the basal ones a little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.tissue import CELLS, SPACING_CM
from pocketk.simulator.physics.wall import RECORD_EVERY_MS, WallBeat

Floats = NDArray[np.float64]

ELECTRODE_CM = 2.0
STRIPS = 96
SPREAD_MS = 62.0
REPOLARISATION_SPREAD_MS = 22.0
SEPTAL_SHARE, MAIN_SHARE = 0.16, 0.70
SEPTAL_COSINE, MAIN_COSINE, BASAL_COSINE = -0.45, 1.0, -0.10
LEAST_T_COSINE = 0.15
FS_HZ = 1000
BEAT_MS = 800.0
BEFORE_MS = 20.0
# The strip's beat is split into its two waves this long after its last cell was excited, over this long.
SPLIT_AFTER_MS = 8.0
SPLIT_OVER_MS = 12.0


@dataclass(frozen=True)
class LeadBeat:
    """One beat of Lead I at `FS_HZ` from `BEFORE_MS` before the stimulus; arbitrary units.

    Attributes:
        depolarisation: (T,) the QRS complex alone.
        repolarisation: (T,) what is left: ST segment and T wave.
    """

    depolarisation: Floats
    repolarisation: Floats

    @property
    def whole(self) -> Floats:
        """The beat; shape (T,)."""
        return self.depolarisation + self.repolarisation


def strip_potential(potentials_mv: Floats) -> Floats:
    """Pseudo-ECG of one strip; (T, CELLS) mV -> (T,) in mV/cm."""
    middles_cm = (np.arange(CELLS - 1) + 1.0) * SPACING_CM
    weights = 1.0 / (CELLS * SPACING_CM + ELECTRODE_CM - middles_cm) ** 2
    return -np.diff(potentials_mv, axis=1) @ weights


def lead_one(wall: WallBeat, slowing: float = 1.0) -> LeadBeat:
    """Project the strip to Lead I.

    Args:
        wall: one beat of the strip.
        slowing: conduction velocity at 4 mmol/L over that of this beat; stretches the order of activation,
            not that of repolarisation (if it did, the T wave would turn over at about 9 mmol/L).

    Raises:
        ValueError: If `slowing` is not a positive number.
    """
    if not 0.0 < slowing < np.inf:
        raise ValueError(f"The slowing is {slowing}; expected conduction velocities over each other, above 0.")
    strip = strip_potential(wall.potentials_mv)
    times_ms = np.arange(strip.size, dtype=np.float64) * RECORD_EVERY_MS
    late = _late_share(times_ms, wall)
    at_ms = np.arange(round(BEAT_MS * FS_HZ / 1000.0), dtype=np.float64) * (1000.0 / FS_HZ) - BEFORE_MS
    place = (np.arange(STRIPS) + 0.5) / STRIPS
    cosines = np.where(place < SEPTAL_SHARE, SEPTAL_COSINE, np.where(place < MAIN_SHARE, MAIN_COSINE, BASAL_COSINE))
    early = _delayed_sum(times_ms, strip * (1.0 - late), at_ms, SPREAD_MS * place * slowing, cosines)
    t_delays = SPREAD_MS / 2.0 + REPOLARISATION_SPREAD_MS * (2.0 * place - 1.0)
    t_cosines = np.maximum(cosines, LEAST_T_COSINE)
    return LeadBeat(early, _delayed_sum(times_ms, strip * late, at_ms, t_delays, t_cosines))


def _late_share(times_ms: Floats, wall: WallBeat) -> Floats:
    excited = wall.activation_ms[np.isfinite(wall.activation_ms)]
    last_ms = float(excited.max()) if excited.size else 0.0
    ramp = np.clip((times_ms - last_ms - SPLIT_AFTER_MS) / SPLIT_OVER_MS + 0.5, 0.0, 1.0)
    return ramp * ramp * (3.0 - 2.0 * ramp)


def _delayed_sum(times_ms: Floats, wave: Floats, at_ms: Floats, delays_ms: Floats, cosines: Floats) -> Floats:
    delayed = [np.interp(at_ms - delay, times_ms, wave, left=0.0) for delay in delays_ms]
    return cosines @ np.stack(delayed) / STRIPS
