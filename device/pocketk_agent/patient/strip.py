"""A strip of a simulated patient as a front end would have delivered it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pocketk_agent.front_end import FrontEnd
from pocketk_agent.patient.adc import SimulatedFrontEnd, digitise, draw_electrode_offset_mv, draw_front_end
from pocketk_agent.patient.beat_shape import BeatShape
from pocketk_agent.patient.beats import render_beats
from pocketk_agent.patient.noise import render_noise
from pocketk_agent.patient.noise_levels import QUIET, NoiseLevels, draw_noise_levels
from pocketk_agent.patient.rhythm import Rhythm, draw_rhythm
from pocketk_agent.recording_file.native_counts import NativeCounts
from pocketk_agent.recording_file.recorded_strip import RecordedStrip


@dataclass(frozen=True)
class StripRequest:
    """What to record.

    Attributes:
        seconds: length.
        fs_hz: nominal sampling rate.
        mains_hz: 50 or 60.
        noise: levels of the noise; drawn where None; `QUIET` for none at all, the front end's own included.
        front_end: the front end; drawn where None.

    Raises:
        ValueError: length or rate is impossible.
    """

    seconds: float = 10.0
    fs_hz: float = 500.0
    mains_hz: float = 50.0
    noise: NoiseLevels | None = None
    front_end: SimulatedFrontEnd | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.seconds) and math.isfinite(self.fs_hz) and self.fs_hz > 0.0):
            raise ValueError(f"{self.seconds} s at {self.fs_hz} Hz; expected finite numbers and a rate above 0.")
        if self.n_samples < 1:
            raise ValueError(f"A strip of {self.seconds} s at {self.fs_hz} Hz; expected at least one sample.")

    @property
    def n_samples(self) -> int:
        """T."""
        return round(self.seconds * self.fs_hz)


@dataclass(frozen=True)
class StripTruth:
    """What a strip was made of.

    Attributes:
        shape: the beat.
        rhythm: when the beats came; times are true seconds, on a clock without error.
        levels: the noise.
        true_fs_hz: the rate at which the samples were really taken.
        electrode_offset_mv: DC between the electrodes.
    """

    shape: BeatShape
    rhythm: Rhythm
    levels: NoiseLevels
    true_fs_hz: float
    electrode_offset_mv: float

    @property
    def polarity_swapped(self) -> bool:
        """Whether the hands were reversed."""
        return self.levels.polarity_swapped


@dataclass(frozen=True)
class SimulatedStrip:
    """Raw counts and the truth behind them.

    Attributes:
        counts: (T,) int32; the zero count where a sample is missing.
        lead_off: (T,) bool, True where the front end noticed that there was no contact.
        missing: (T,) bool, True where a sample never arrived.
        front_end: scale of the counts; its rate is the nominal one, as a device would state it.
        clean_mv: (T,) float64 the heart alone in millivolts, upright even where the hands were reversed.
        truth: what the strip was made of.
    """

    counts: NDArray[np.int32]
    lead_off: NDArray[np.bool_]
    missing: NDArray[np.bool_]
    front_end: FrontEnd
    clean_mv: NDArray[np.float64]
    truth: StripTruth

    @property
    def ecg_mv(self) -> NDArray[np.float64]:
        """(T,) float64 millivolts of the counts, NaN where a sample is missing."""
        ecg_mv = self.front_end.to_mv(self.counts)
        ecg_mv[self.missing] = np.nan
        return ecg_mv

    def to_recorded_strip(self, source: str = "simulated") -> RecordedStrip:
        """The strip as if it had been read from a file.

        Args:
            source: what to call it in reports.

        Raises:
            RecordingFileError: no sample is present.
        """
        end = self.front_end
        native = NativeCounts(
            self.counts, end.lsb_mv, end.zero_counts, end.rail_low_counts, end.rail_high_counts, end.adc_bits
        )
        return RecordedStrip(self.ecg_mv, end.fs_hz, end.lead, self.lead_off, source, native)


def simulate_strip(
    shape: BeatShape, request: StripRequest, rng: np.random.Generator, rhythm: Rhythm | None = None
) -> SimulatedStrip:
    """Record a beat shape with noise and a front end; the same generator state gives the same bytes.

    Args:
        shape: the beat.
        request: length, rate, noise and front end.
        rng: generator.
        rhythm: when the beats come; drawn where None.

    Raises:
        ValueError: the shape or the request is impossible.
    """
    # A generator of its own for each part: a patient at another potassium meets the same noise.
    of_levels, of_rhythm, of_noise, of_front_end = map(np.random.default_rng, rng.integers(2**63, size=4).tolist())
    levels = draw_noise_levels(of_levels, request.mains_hz) if request.noise is None else request.noise
    simulated = (draw_front_end(of_front_end) if request.front_end is None else request.front_end).at_rate(
        request.fs_hz
    )
    if rhythm is None:
        rhythm = draw_rhythm(shape, request.seconds, of_rhythm, levels.respiration)
    true_fs_hz = request.fs_hz * (1.0 + levels.clock_ppm * 1e-6)
    clean_mv = render_beats(shape, rhythm, true_fs_hz, request.n_samples)
    at_electrodes_mv = -clean_mv if levels.polarity_swapped else clean_mv
    # The spectra are kept by rate; an error of the clock of 50 ppm is nothing to a noise.
    noise = render_noise(levels, at_electrodes_mv, request.fs_hz, of_noise)
    offset_mv = 0.0
    if levels == QUIET:
        simulated = simulated.noiseless()
    else:
        offset_mv = draw_electrode_offset_mv(of_front_end)
    at_electrodes_mv = at_electrodes_mv + noise.added_mv
    counts = digitise(simulated, at_electrodes_mv, of_front_end, rail=noise.rail, electrode_offset_mv=offset_mv)
    missing = _missing(levels.dropped_samples, request.n_samples, of_front_end)
    counts[missing] = simulated.front_end.zero_counts
    truth = StripTruth(shape, rhythm, levels, true_fs_hz, offset_mv)
    return SimulatedStrip(counts, noise.lead_off, missing, simulated.front_end, clean_mv, truth)


def _missing(n_dropped: int, n_samples: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Neighbouring samples, as a buffer that overran loses them."""
    missing = np.zeros(n_samples, np.bool_)
    if n_dropped > 0:
        start = int(rng.integers(max(1, n_samples - n_dropped)))
        missing[start : start + n_dropped] = True
    return missing
