"""One strip of a fixed patient: what the bench plays and a demonstration shows."""

from dataclasses import dataclass, replace

import numpy as np

from pocketk.simulator.simulation_error import SimulationError
from pocketk_agent.patient.adc import SimulatedFrontEnd
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.noise_levels import QUIET
from pocketk_agent.patient.profile import profile_shape
from pocketk_agent.patient.rhythm import steady_rhythm
from pocketk_agent.patient.strip import SimulatedStrip, StripRequest, simulate_strip

SLOWEST_BPM, FASTEST_BPM = 20.0, 250.0
LONGEST_S = 3600.0


@dataclass(frozen=True)
class ProfileStrip:
    """What to simulate.

    Attributes:
        potassium_mmol_l: 2 to 12.
        profile: typical, sensitive or resistant.
        seconds: length.
        fs_hz: rate.
        mains_hz: 50 or 60.
        noise: False for the heart alone, as a metronome, in a converter's steps.
        front_end: drawn where None.
        heart_rate_bpm: the profile's own where None.
        seed: of every draw.
    """

    potassium_mmol_l: float
    profile: str = "typical"
    seconds: float = 30.0
    fs_hz: float = 500.0
    mains_hz: float = 50.0
    noise: bool = True
    front_end: SimulatedFrontEnd | None = None
    heart_rate_bpm: float | None = None
    seed: int = 0

    def simulated(self) -> SimulatedStrip:
        """The strip; the same fields give the same bytes.

        Raises:
            SimulationError: a value is out of range; the message says which.
        """
        if not 1.0 <= self.seconds <= LONGEST_S:
            raise SimulationError(f"--seconds is {self.seconds}; give 1 to {LONGEST_S:g}.")
        if not 100.0 <= self.fs_hz <= 2000.0:
            raise SimulationError(f"--rate is {self.fs_hz}; give 100 to 2000 Hz.")
        if self.mains_hz not in (50.0, 60.0):
            raise SimulationError(f"--mains is {self.mains_hz:g}; give 50 or 60.")
        if self.seed < 0:
            raise SimulationError(f"--seed is {self.seed}; give 0 or more.")
        shape = beat_of(self.profile, self.potassium_mmol_l, self.heart_rate_bpm)
        rng = np.random.default_rng(self.seed)
        if self.noise:
            request = StripRequest(self.seconds, self.fs_hz, self.mains_hz, None, self.front_end)
            return simulate_strip(shape, request, rng)
        quiet = None if self.front_end is None else self.front_end.noiseless()
        request = StripRequest(self.seconds, self.fs_hz, self.mains_hz, QUIET, quiet)
        return simulate_strip(shape, request, rng, steady_rhythm(shape, self.seconds))


def beat_of(profile: str, potassium_mmol_l: float, heart_rate_bpm: float | None = None) -> BeatShape:
    """A fixed patient's beat, at another rate where one is given; QT then follows by Fridericia's cube root.

    Raises:
        SimulationError: no such profile, or a potassium or rate out of range.
    """
    try:
        shape = profile_shape(profile, potassium_mmol_l)
    except ValueError as error:
        raise SimulationError(str(error)) from error
    if heart_rate_bpm is None:
        return shape
    if not SLOWEST_BPM <= heart_rate_bpm <= FASTEST_BPM:
        raise SimulationError(f"--heart-rate is {heart_rate_bpm}; give {SLOWEST_BPM:g} to {FASTEST_BPM:g}.")
    stretch = float(np.cbrt(shape.heart_rate_bpm / heart_rate_bpm))
    return replace(shape, heart_rate_bpm=heart_rate_bpm, qt_ms=shape.qt_ms * stretch)
