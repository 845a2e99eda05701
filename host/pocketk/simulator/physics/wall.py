"""A beat of the transmural strip: cells paced alone, then coupled and stimulated at the endocardium."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pocketk.simulator.physics.tissue import CELLS, SPACING_CM, Tissue

Floats = NDArray[np.float64]

STEP_MS = 0.02
CABLE_BEATS = 2
STIMULATED_CELLS = 4
STIMULUS_PA_PER_PF = 104.0  # above threshold at a potassium of 10 too
STIMULUS_MS = 2.0
SINGLE_STIMULUS_PA_PER_PF = 52.0
SINGLE_STIMULUS_MS = 1.0
RECORDED_MS = 900.0
RECORD_EVERY_MS = 0.1
_CROSSING_MV = -40.0
# The conduction velocity is read between these shares of the wall, away from the stimulus and the free end.
_CV_FROM, _CV_TO = 0.25, 0.75


class PhysicsError(ValueError):
    """The simulation left the range in which its equations hold."""


class CellModel(Protocol):
    """What a ventricular cell model offers to the wall."""

    name: str
    priming_beats: int  # paced alone before the cells are coupled

    def resting(self) -> Floats:
        """One cell's state before the first beat; shape (S,)."""
        ...

    def inputs(self, tissue: Tissue) -> Floats:
        """What differs between the cells; shape (CELLS, I)."""
        ...

    def advance(self, states: Floats, inputs: Floats, tissue: Tissue, pulse: "Pulse", trace: Floats) -> Floats:
        """Advance (N, S) states in place, filling `trace` (records, N) mV; returns (N,) largest dV/dt, V/s."""
        ...


@dataclass(frozen=True)
class Pulse:
    """A stimulus and how the cells are coupled.

    Attributes:
        cells: stimulated cells, from the endocardium.
        current_pa_per_pf: depolarising current.
        duration_ms: how long it lasts.
        coupling_per_ms: diffusion over the spacing squared; 0 for cells that stand alone.
    """

    cells: int
    current_pa_per_pf: float
    duration_ms: float
    coupling_per_ms: float

    @property
    def steps(self) -> int:
        """Time steps the stimulus lasts."""
        return round(self.duration_ms / STEP_MS)


@dataclass(frozen=True)
class WallBeat:
    """One beat of the strip.

    Attributes:
        potentials_mv: (T, CELLS), every `RECORD_EVERY_MS` from the stimulus on.
        activation_ms: (CELLS,) upward crossing of -40 mV; NaN where a cell was not excited.
        upstroke_v_per_s: (CELLS,) largest dV/dt.
    """

    potentials_mv: Floats
    activation_ms: Floats
    upstroke_v_per_s: Floats

    @property
    def resting_mv(self) -> float:
        """Potential in the middle of the wall just before the stimulus reaches it."""
        return float(self.potentials_mv[0, CELLS // 2])

    @property
    def conduction_m_per_s(self) -> float:
        """Velocity through the middle half of the wall; NaN where the wave did not pass."""
        first, last = round(CELLS * _CV_FROM), round(CELLS * _CV_TO)
        delay_ms = self.activation_ms[last] - self.activation_ms[first]
        return float((last - first) * SPACING_CM / delay_ms * 10.0) if delay_ms > 0 else float("nan")


def paced_alone(model: CellModel, tissue: Tissue, beats: int | None = None) -> tuple[Floats, Floats]:
    """Pace an endocardial, an M and an epicardial cell alone, `beats` times or as often as the model wants.

    Returns:
        (3, S) states after the last beat, and that beat's (T, 3) potentials, mV, every `RECORD_EVERY_MS`.

    Raises:
        PhysicsError: If a potential leaves the tables.
    """
    mid = np.flatnonzero(tissue.cell_types() == 1)
    # Smoothing changes neither end of the wall, nor the middle of the M cells where they are many enough.
    inputs = model.inputs(tissue)[[0, int(mid[len(mid) // 2]) if mid.size else 0, CELLS - 1]]
    states = np.repeat(model.resting()[None, :], 3, axis=0)
    pulse = Pulse(3, SINGLE_STIMULUS_PA_PER_PF, SINGLE_STIMULUS_MS, 0.0)
    trace = np.empty((round(tissue.cycle_length_ms / RECORD_EVERY_MS), 3))
    for _ in range(model.priming_beats if beats is None else beats):
        _checked(model.advance(states, inputs, tissue, pulse, trace), tissue)
    return states, trace


def simulate_wall(model: CellModel, tissue: Tissue) -> WallBeat:
    """Simulate `CABLE_BEATS` beats of the strip and return the last.

    Raises:
        PhysicsError: If a potential leaves the tables.
    """
    primed, _ = paced_alone(model, tissue)
    states = primed[tissue.cell_types()]
    inputs = model.inputs(tissue)
    pulse = Pulse(STIMULATED_CELLS, STIMULUS_PA_PER_PF, STIMULUS_MS, tissue.diffusion_cm2_per_ms / SPACING_CM**2)
    before = np.empty((round(tissue.cycle_length_ms / RECORD_EVERY_MS), CELLS))
    for _ in range(CABLE_BEATS - 1):
        _checked(model.advance(states, inputs, tissue, pulse, before), tissue)
    trace = np.empty((round(RECORDED_MS / RECORD_EVERY_MS), CELLS))
    upstroke = _checked(model.advance(states, inputs, tissue, pulse, trace), tissue)
    return WallBeat(trace, activation_times(trace), upstroke)


def activation_times(potentials_mv: Floats) -> Floats:
    """First upward crossing of -40 mV of each column, interpolated, in ms; NaN where there is none."""
    above = potentials_mv >= _CROSSING_MV
    rising = above[1:] & ~above[:-1]
    at = rising.argmax(axis=0)
    columns = np.arange(potentials_mv.shape[1])
    low, high = potentials_mv[at, columns], potentials_mv[at + 1, columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        times = (at + (_CROSSING_MV - low) / (high - low)) * RECORD_EVERY_MS
    return np.where(rising.any(axis=0), times, np.nan)


def repolarisation_ms(potential_mv: Floats, share: float = 0.9) -> float:
    """Action potential duration of one trace: from the steepest rise to `share` of repolarisation.

    Args:
        potential_mv: (T,) every `RECORD_EVERY_MS`, starting at rest.
        share: of the way from the peak back to rest.

    Raises:
        ValueError: If the trace does not repolarise.
    """
    peak = int(np.argmax(potential_mv))
    level = potential_mv[peak] - share * (potential_mv[peak] - potential_mv[0])
    below = np.flatnonzero(potential_mv[peak:] < level)
    if below.size == 0:
        raise ValueError("The trace does not repolarise; simulate a longer beat.")
    return float((peak + below[0] - np.argmax(np.diff(potential_mv))) * RECORD_EVERY_MS)


def _checked(upstroke: Floats, tissue: Tissue) -> Floats:
    if not np.all(np.isfinite(upstroke)):
        raise PhysicsError(f"A membrane potential left the model's range at {tissue}.")
    return upstroke
